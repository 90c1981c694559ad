"""One sentence made from the codes, which the chair reads back before signing. Free text is never the only record."""

from datetime import date
from typing import Any

from mdt.outcome import codes, form
from mdt.outcome.form import Field, chosen, is_empty
from mdt.outcome.proforma import Proforma


def sentence(proforma: Proforma, form: dict[str, Any]) -> str:
    """E.g. "Rectum, cT3, PS 1: recommend surgery, curative intent; Mr Jones responsible." Empty while undecided."""
    decision = _said(proforma, form, "decision")
    if not decision:
        return ""
    plan = ", ".join(filter(None, [_plan(proforma, form), *_said(proforma, form, "intent")]))
    parts = [" ".join(filter(None, [decision[0] + (_colon(form) if plan else ""), plan]))]
    parts += [*_said(proforma, form, "no_treatment_reason"), *_said(proforma, form, "deferral_reason")]
    parts += _trial(proforma, form)
    parts += _line_of(form, "guideline", "departs from the guideline: {}")
    parts += [_action(action) for action in form.get("actions") or [] if not is_empty(action["text"])]
    if form.get("views_known") == codes.VIEWS_NOT_KNOWN:
        parts += _said(proforma, form, "views_known")
    if form.get("dissent") == "recorded":
        parts += _line_of(form, "dissent_who", "{} disagrees" + "".join(_line_of(form, "dissent_what", ": {}")))
    if not is_empty(form.get("tell_who")):
        how = "".join(f" {said}" for said in _said(proforma, form, "tell_how"))
        by_when = f" by {day(form['tell_by'])}" if form.get("tell_by") else ""
        parts.append(f"{_line(form['tell_who'])} tells the patient{how}{by_when}")
    parts += _line_of(form, "responsible", "{} responsible")
    facts = ", ".join(filter(None, (_fact(field, form.get(field.name)) for field in proforma.fields)))
    text = f"{facts}: {'; '.join(parts)}" if facts else "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def day(iso: str) -> str:
    """A date as it is read aloud: Thu 26 Nov 2026. English in every locale."""
    value = date.fromisoformat(iso)
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[value.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[value.month - 1]
    return f"{weekday} {value.day} {month} {value.year}"


def _said(proforma: Proforma, kept: dict[str, Any], name: str) -> list[str]:
    field = proforma.by_name.get(name)
    if field is None:
        return []
    said = {code.code: code.said for code in field.codes}
    return [said[code] for code in chosen(field, kept.get(name))]


def _fact(field: Field, value: Any) -> str:
    """What a field adds before the decision, such as "cT3" or "CRM 2 mm"; nothing where its answer says nothing."""
    if not field.told or is_empty(value):
        return ""
    if field.codes:
        said = {code.code: code.said for code in field.codes}
        answer = " and ".join(filter(None, (said[code] for code in chosen(field, value))))
    else:
        answer = _line(str(value)) if field.kind != form.NUMBER else f"{value}"
    return field.told.replace("{}", answer) if answer else ""


def _plan(proforma: Proforma, kept: dict[str, Any]) -> str:
    """The treatments in order: "a, then b, or c"."""
    said = {code.code: code.said for code in proforma.by_name["treatments"].codes}
    relation = {code.code: code.said for code in codes.RELATIONS}
    text = ""
    for treatment in kept.get("treatments") or []:
        text += f", {relation[treatment['relation']]} " if text else ""
        text += said[treatment["code"]]
    return text


def _trial(proforma: Proforma, kept: dict[str, Any]) -> list[str]:
    """ "Trial: PANTHER, to be offered"."""
    name = "" if is_empty(kept.get("trial_name")) else f"{_line(kept['trial_name'])}, "
    return [f"trial: {name}{said}" for said in _said(proforma, kept, "trial")]


def _line_of(kept: dict[str, Any], name: str, told: str) -> list[str]:
    return [] if is_empty(kept.get(name)) else [told.replace("{}", _line(kept[name]), 1)]


def _colon(form: dict[str, Any]) -> str:
    """ "Recommend surgery" reads on; every other decision is followed by a colon."""
    return "" if form["decision"] == codes.RECOMMEND else ":"


def _action(action: dict[str, Any]) -> str:
    owner = f"{_line(action['owner'])}: " if not is_empty(action["owner"]) else ""
    by_when = f" by {day(action['due'])}" if action["due"] else ""
    return f"{owner}{_line(action['text'])}{by_when}"


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
