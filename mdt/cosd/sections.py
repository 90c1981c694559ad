"""The sections of a listing, and the rules that each item must keep. Pure; items are named by their COSD numbers.

One MDT section for every listing, whether it was discussed, put on a standard of care or neither; a care-plan section
where a signed outcome plans care. Source of items and codes: COSD v10 (DAPB1521), sections MDT and Cancer Care Plan.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from mdt.cosd.codes import MEETING_TYPES, NOT_DISCUSSED, NUMBER_STATUSES, STATUS_UNKNOWN
from mdt.outcome import codes
from mdt.outcome.proforma import labels
from mdt.record import nhs_number

ITEMS = {
    "CR0010": "NHS Number",
    "CR1350": "NHS Number Status Indicator Code",
    "CR8100": "MDT Meeting Discussion",
    "CR8110": "MDT Meeting Discussion Type",
    "CR3080": "MDT Meeting Date",
    "CR3090": "Organisation Site Identifier of MDT Meeting",
    "CR3190": "MDT Meeting Type",
    "CR0430": "MDT Discussion Date (Cancer)",
    "CR0460": "Cancer Care Plan Intent",
    "CR0470": "Planned Cancer Treatment Type",
    "CR0490": "No Cancer Treatment Reason",
}
MDT = ("CR8100", "CR8110", "CR3080", "CR3090", "CR3190")
PLAN = ("CR0430", "CR0460", "CR0470", "CR0490")

_SITE = re.compile(r"[A-Z0-9]{5,9}")


@dataclass(frozen=True)
class Section:
    """One listing. Values by item, as text; those of CR0470 in order in `treatments`. `plan`: it has a care plan."""

    case_id: str
    nhs_number: str
    nhs_status: str
    day: date
    values: dict[str, str]
    treatments: tuple[str, ...] = ()
    plan: bool = False
    undecided: bool = False  # it was discussed, and no outcome is signed
    problems: tuple["Problem", ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Problem:
    """Which item of a record does not keep which rule."""

    item: str
    rule: str


Check = Callable[[Section, date], bool]


@dataclass(frozen=True)
class Rule:
    """What must hold of an item. `holds` sees a section and today."""

    item: str
    says: str
    holds: Check


def _value(one: Section, item: str) -> str:
    return one.values.get(item, "")


RULES: tuple[Rule, ...] = (
    Rule("CR0010", "The NHS number has ten digits and its check digit is right.",
         lambda one, _: nhs_number.is_valid(one.nhs_number)),
    Rule("CR1350", "The status of the NHS number is one of 01 to 08.",
         lambda one, _: one.nhs_status in NUMBER_STATUSES),
    Rule("CR8110", "Either the type of discussion is given, or that there was none: not both, and not neither.",
         lambda one, _: bool(_value(one, "CR8100")) != bool(_value(one, "CR8110"))),
    Rule("CR8100", "Where there was no discussion: 1 (not discussed) or 2 (not known).",
         lambda one, _: _value(one, "CR8100") in ("", NOT_DISCUSSED, STATUS_UNKNOWN)),
    Rule("CR8110", "The type of discussion is 1, 2 or 3.", lambda one, _: _value(one, "CR8110") in ("", "1", "2", "3")),
    Rule("CR3080", "The meeting is not in the future.", lambda one, today: one.day <= today),
    Rule("CR3090", "The site of the meeting is a site’s ODS code of five to nine letters and digits, not a trust’s.",
         lambda one, _: bool(_SITE.fullmatch(_value(one, "CR3090")))),
    Rule("CR3190", "The type of meeting is a code of the list, and not one of a whole group.",
         lambda one, _: _value(one, "CR3190") in MEETING_TYPES),
    Rule("CR0430", "What was discussed has a signed outcome.", lambda one, _: not one.undecided),
    Rule("CR0430", "A care plan has the day on which it was discussed, and no other has.",
         lambda one, _: bool(_value(one, "CR0430")) == one.plan),
    Rule("CR0430", "The day of the discussion is the day of the meeting.",
         lambda one, _: _value(one, "CR0430") in ("", _value(one, "CR3080"))),
    Rule("CR0460", "A care plan has an intent: C, Z, X or 9.",
         lambda one, _: not one.plan or _value(one, "CR0460") in labels("CR0460")),
    Rule("CR0470", "A care plan has at least one planned treatment of the list, each once.",
         lambda one, _: not one.plan or _known_once(one.treatments)),
    Rule("CR0470", "No active treatment (11) stands alone or beside palliative care, and its intent is X.",
         lambda one, _: codes.NO_ACTIVE_TREATMENT not in one.treatments
         or (set(one.treatments) <= {codes.NO_ACTIVE_TREATMENT, codes.PALLIATIVE_CARE}
             and _value(one, "CR0460") == codes.NO_ACTIVE_INTENT)),
    Rule("CR0490", "Without active treatment (intent X) the reason is given, and with it none is.",
         lambda one, _: (_value(one, "CR0490") in labels("CR0490"))
         if _value(one, "CR0460") == codes.NO_ACTIVE_INTENT else not _value(one, "CR0490")),
)  # fmt: skip


def problems(one: Section, today: date) -> tuple[Problem, ...]:
    """Every rule that a section does not keep, in the order of the rules."""
    return tuple(Problem(rule.item, rule.says) for rule in RULES if not rule.holds(one, today))


def columns(sections: Sequence[Section]) -> tuple[str, ...]:
    """The heads of the table: an item each, CR0470 as often as the longest plan has treatments."""
    most = max((len(one.treatments) for one in sections), default=1)
    repeated = tuple(f"CR0470.{place + 1}" for place in range(max(most, 1)))
    return ("CR0010", "CR1350", *MDT, "CR0430", "CR0460", *repeated, "CR0490")


def row(one: Section, heads: Sequence[str]) -> Iterator[str]:
    """The cells of a section under these heads."""
    known = {"CR0010": one.nhs_number, "CR1350": one.nhs_status} | one.values
    known |= {f"CR0470.{place + 1}": code for place, code in enumerate(one.treatments)}
    return (known.get(head, "") for head in heads)


def as_json(one: Section) -> dict[str, object]:
    """A record with its sections, items by number; the care plan only where there is one."""
    record: dict[str, object] = {
        "CR0010": one.nhs_number,
        "CR1350": one.nhs_status,
        "mdt": {item: value for item in MDT if (value := _value(one, item))},
    }
    if one.plan:
        plan: dict[str, object] = {item: value for item in PLAN if (value := _value(one, item))}
        record["care_plan"] = plan | {"CR0470": list(one.treatments)}
    return record


def _known_once(treatments: Sequence[str]) -> bool:
    return bool(treatments) and len(set(treatments)) == len(treatments) and _TREATMENTS.issuperset(treatments)


_TREATMENTS = frozenset(labels("CR0470"))
