"""What might be typed, from what the patient's earlier outcomes said. Never kept until somebody accepts it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.meeting import queries as meetings
from mdt.meeting.models import Case, Meeting
from mdt.outcome import form as forms
from mdt.outcome.models import Outcome
from mdt.outcome.proforma import Proforma
from mdt.outcome.sentence import day
from mdt.outcome.team_proformas import by_key

# What belongs to one discussion alone is decided anew each time.
NEVER = frozenset(
    [
        "decision",
        "intent",
        "treatments",
        "no_treatment_reason",
        "deferral_reason",
        "rationale",
        "actions",
        "tell_by",
        "summary",
        "dissent",
        "dissent_who",
        "dissent_what",
        "guideline",
        "trial",
        "trial_name",
    ]
)


@dataclass(frozen=True)
class Suggestion:
    """A value for a field, and where it was found, in words a typist can judge it by."""

    field: str
    value: Any
    source: str


def of_case(session: Session, by: Actor, case: Case, proforma: Proforma) -> list[Suggestion]:
    """At most one for each field, the latest source first; only what this proforma can take as it is."""
    found: dict[str, Suggestion] = {}
    for one in _earlier(session, by, case):
        field = proforma.by_name.get(one.field)
        if field is None or one.field in NEVER or one.field in found or forms.is_empty(one.value):
            continue
        if forms.fits(proforma, one.field, one.value):
            found[one.field] = one
    return list(found.values())


def _earlier(session: Session, by: Actor, case: Case) -> list[Suggestion]:
    """From signed outcomes of meetings before this one that the actor may see, the latest first."""
    before = (
        select(Outcome, Meeting)
        .join(Meeting, Meeting.id == Outcome.meeting_id)
        .where(
            Outcome.patient_id == case.patient_id,
            Outcome.status == "signed",
            Meeting.starts_at < case.meeting.starts_at,
        )
        .order_by(Meeting.starts_at.desc(), Outcome.version.desc())
        .options(joinedload(Meeting.team))
    )
    found = []
    for outcome, meeting in session.execute(before):
        if not meetings.sees(by, meeting):
            continue
        on = by_key(session, outcome.proforma)
        source = f"{meeting.team.name}, {day(in_london(meeting.starts_at).date().isoformat())}"
        found += [Suggestion(name, value, source) for name, value in outcome.form.items() if name in on.by_name]
    return found
