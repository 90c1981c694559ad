"""What an outcome still lacks before it can be signed. The rules are data: the browser reads the same table."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mdt.outcome import codes
from mdt.outcome.form import BY_NAME, chosen, is_empty

FILL, EMPTY, ONLY = "fill", "empty", "only"


@dataclass(frozen=True)
class Rule:
    """When, for each field of `when`, one of the codes is chosen, `name` must be filled, empty or hold only `codes`."""

    name: str
    must: str
    say: str
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """Something to put right, and the field where that is done."""

    name: str
    say: str


_PLAN = (codes.RECOMMEND, codes.STANDARD)
_NO_PLAN = (codes.INVESTIGATE, codes.DEFER, codes.REFER, codes.NO_ACTION)
_TO_ARGUE = (codes.RECOMMEND, codes.INVESTIGATE, codes.STANDARD, codes.REFER, codes.NO_ACTION)
_TO_DO = (codes.RECOMMEND, codes.INVESTIGATE, codes.DEFER, codes.STANDARD, codes.REFER)
_NOTHING_ACTIVE = (codes.PALLIATIVE_CARE, codes.NO_ACTIVE_TREATMENT)

RULES = (
    Rule("decision", FILL, "Choose the decision."),
    Rule("intent", FILL, "Choose the intent of treatment.", {"decision": _PLAN}),
    Rule("intent", EMPTY, "Clear the intent, or make the decision a treatment plan.", {"decision": _NO_PLAN}),
    Rule(
        "intent",
        ONLY,
        "No active treatment is planned, so the intent must be no active treatment.",
        {"treatments": (codes.NO_ACTIVE_TREATMENT,)},
        (codes.NO_ACTIVE_INTENT,),
    ),
    Rule("treatments", FILL, "Choose the planned treatment.", {"decision": _PLAN}),
    Rule(
        "treatments",
        EMPTY,
        "Clear the planned treatments, or make the decision a treatment plan.",
        {"decision": _NO_PLAN},
    ),
    Rule(
        "treatments",
        ONLY,
        "The intent is no active treatment, but an active treatment is planned.",
        {"intent": (codes.NO_ACTIVE_INTENT,)},
        _NOTHING_ACTIVE,
    ),
    Rule(
        "treatments",
        ONLY,
        "No active treatment cannot stand beside an active treatment.",
        {
            "treatments": (codes.NO_ACTIVE_TREATMENT,),
            "intent": (codes.CURATIVE, codes.NON_CURATIVE, codes.INTENT_UNKNOWN),
        },
        _NOTHING_ACTIVE,
    ),
    Rule(
        "treatments",
        ONLY,
        "Treatment not known cannot stand beside a known treatment.",
        {"treatments": (codes.TREATMENT_UNKNOWN,)},
        (codes.TREATMENT_UNKNOWN,),
    ),
    Rule("no_treatment_reason", FILL, "Choose the reason for no treatment.", {"intent": (codes.NO_ACTIVE_INTENT,)}),
    Rule(
        "no_treatment_reason",
        EMPTY,
        "Clear the reason for no treatment: the intent is to treat.",
        {"intent": (codes.CURATIVE, codes.NON_CURATIVE, codes.INTENT_UNKNOWN)},
    ),
    Rule(
        "no_treatment_reason",
        EMPTY,
        "Clear the reason for no treatment, or make the decision a treatment plan.",
        {"decision": _NO_PLAN},
    ),
    Rule("deferral_reason", FILL, "Choose the reason for deferral.", {"decision": (codes.DEFER,)}),
    Rule("deferral_reason", EMPTY, "Clear the reason for deferral: the case is not deferred.", {"decision": _TO_ARGUE}),
    Rule("rationale", FILL, "Write the rationale.", {"decision": _TO_ARGUE}),
    Rule("responsible", FILL, "Name the responsible clinician."),
    Rule("actions", FILL, "Add at least one action.", {"decision": _TO_DO}),
    Rule("views_known", FILL, "Say whether the patient's views are known."),
    Rule("views", FILL, "Write what the patient wants.", {"views_known": (codes.VIEWS_KNOWN,)}),
    Rule(
        "views",
        EMPTY,
        "The patient's views are written but marked as not known.",
        {"views_known": (codes.VIEWS_NOT_KNOWN,)},
    ),
    Rule("tell_who", FILL, "Name who tells the patient."),
    Rule("tell_by", FILL, "Say by when the patient is told."),
)


def missing(form: dict[str, Any], day: date) -> list[Missing]:
    """Everything to put right before signing, in the order of the form. `day` is the day of the meeting."""
    found = [Missing(rule.name, rule.say) for rule in RULES if _applies(rule, form) and not _holds(rule, form)]
    found += [Missing("actions", say) for say in _unfinished(form.get("actions") or [], day)]
    if (told := form.get("tell_by")) and date.fromisoformat(told) < day:
        found.append(Missing("tell_by", "The patient cannot be told before the meeting."))
    order = list(BY_NAME)
    return sorted(found, key=lambda each: order.index(each.name))


def _applies(rule: Rule, form: dict[str, Any]) -> bool:
    return all(set(wanted) & set(chosen(form, name)) for name, wanted in rule.when.items())


def _holds(rule: Rule, form: dict[str, Any]) -> bool:
    if rule.must == FILL:
        return not is_empty(form.get(rule.name))
    if rule.must == EMPTY:
        return is_empty(form.get(rule.name))
    return set(chosen(form, rule.name)) <= set(rule.codes)


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
