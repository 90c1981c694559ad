"""One sentence made from the codes, which the chair reads back before signing. Free text is never the only record."""

from datetime import date
from typing import Any

from mdt.outcome import codes
from mdt.outcome.form import BY_NAME, chosen, is_empty


def sentence(form: dict[str, Any]) -> str:
    """E.g. "Recommend chemotherapy, then surgery, curative intent; Mr Jones responsible." Empty while undecided."""
    decision = _said(form, "decision")
    if not decision:
        return ""
    plan = ", ".join(filter(None, [_plan(form), *_said(form, "intent")]))
    reasons = [*_said(form, "no_treatment_reason"), *_said(form, "deferral_reason")]
    parts = [" ".join(filter(None, [decision[0] + (_colon(form) if plan else ""), plan]))]
    parts += reasons
    parts += [_action(action) for action in form.get("actions") or [] if not is_empty(action["text"])]
    if form.get("views_known") == codes.VIEWS_NOT_KNOWN:
        parts += _said(form, "views_known")
    if not is_empty(form.get("tell_who")):
        by_when = f" by {day(form['tell_by'])}" if form.get("tell_by") else ""
        parts.append(f"{_line(form['tell_who'])} tells the patient{by_when}")
    if not is_empty(form.get("responsible")):
        parts.append(f"{_line(form['responsible'])} responsible")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def day(iso: str) -> str:
    """A date as it is read aloud: Thu 26 Nov 2026. English in every locale."""
    value = date.fromisoformat(iso)
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[value.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[value.month - 1]
    return f"{weekday} {value.day} {month} {value.year}"


def _said(form: dict[str, Any], name: str) -> list[str]:
    said = {code.code: code.said for code in BY_NAME[name].codes}
    return [said[code] for code in chosen(form, name)]


def _plan(form: dict[str, Any]) -> str:
    """The treatments in order: "a, then b, or c"."""
    said = {code.code: code.said for code in codes.TREATMENTS}
    relation = {code.code: code.said for code in codes.RELATIONS}
    text = ""
    for treatment in form.get("treatments") or []:
        text += f", {relation[treatment['relation']]} " if text else ""
        text += said[treatment["code"]]
    return text


def _colon(form: dict[str, Any]) -> str:
    """ "Recommend surgery" reads on; every other decision is followed by a colon."""
    return "" if form["decision"] == codes.RECOMMEND else ":"


def _action(action: dict[str, Any]) -> str:
    owner = f"{_line(action['owner'])}: " if not is_empty(action["owner"]) else ""
    by_when = f" by {day(action['due'])}" if action["due"] else ""
    return f"{owner}{_line(action['text'])}{by_when}"


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
