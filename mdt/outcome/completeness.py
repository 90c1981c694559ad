"""What an outcome still lacks before it can be signed. The rules are its proforma's, in the browser too."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from mdt.outcome.form import chosen, is_empty
from mdt.outcome.proforma import EMPTY, FILL, Proforma, Rule


@dataclass(frozen=True)
class Missing:
    """Something to put right, and the field where that is done."""

    name: str
    say: str


def missing(proforma: Proforma, form: dict[str, Any], day: date) -> list[Missing]:
    """Everything to put right before signing, in the order of the form. `day` is the day of the meeting."""
    broken = [rule for rule in proforma.rules if applies(proforma, rule, form) and not _holds(proforma, rule, form)]
    found = [Missing(rule.name, rule.say) for rule in broken]
    found += [Missing("actions", say) for say in _unfinished(form.get("actions") or [], day)]
    if (told := form.get("tell_by")) and date.fromisoformat(told) < day:
        found.append(Missing("tell_by", "The patient cannot be told before the meeting."))
    order = list(proforma.by_name)
    return sorted(found, key=lambda each: order.index(each.name))


def applies(proforma: Proforma, rule: Rule, form: dict[str, Any]) -> bool:
    if rule.unless:
        return not _are_chosen(proforma, rule.unless, form)
    return _are_chosen(proforma, rule.when, form)


def _are_chosen(proforma: Proforma, asked: dict[str, tuple[str, ...]], form: dict[str, Any]) -> bool:
    return all(set(wanted) & set(chosen(proforma.by_name[name], form.get(name))) for name, wanted in asked.items())


def _holds(proforma: Proforma, rule: Rule, form: dict[str, Any]) -> bool:
    value = form.get(rule.name)
    if rule.must == FILL:
        return not is_empty(value)
    if rule.must == EMPTY:
        return is_empty(value)
    return set(chosen(proforma.by_name[rule.name], value)) <= set(rule.codes)


def _unfinished(actions: list[dict[str, Any]], day: date) -> list[str]:
    """One sentence for each action that lacks something: nobody acts on what has no owner and no date."""
    sentences = []
    for number, action in enumerate(actions, start=1):
        lacks = [
            name
            for key, name in (("text", "what is to be done"), ("owner", "an owner"), ("due", "a due date"))
            if is_empty(action[key])
        ]
        if lacks:
            sentences.append(f"Action {number} lacks {' and '.join(lacks)}.")
        elif date.fromisoformat(action["due"]) < day:
            sentences.append(f"Action {number} is due before the meeting.")
    return sentences
