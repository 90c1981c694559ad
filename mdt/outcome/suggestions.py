"""What might be typed, from the referral and the patient's earlier outcomes. Never kept until somebody accepts it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.meeting import queries as meetings
from mdt.meeting.models import Case, Meeting
from mdt.outcome import form as forms
from mdt.outcome import referred
from mdt.outcome.models import Outcome
from mdt.outcome.proforma import Proforma
from mdt.outcome.sentence import day
from mdt.outcome.team_proformas import by_key
from mdt.people import permissions
from mdt.referral import queries as referrals

# What belongs to one discussion alone is decided anew each time, whatever an earlier one decided.
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
    dated = [*_earlier(session, by, case), *_of_referral(session, by, case, proforma)]
    for _, one in sorted(dated, key=lambda pair: pair[0], reverse=True):
        field = proforma.by_name.get(one.field)
        if field is None or one.field in found or forms.is_empty(one.value):
            continue
        if forms.fits(proforma, one.field, one.value):
            found[one.field] = one
    return list(found.values())


def _of_referral(session: Session, by: Actor, case: Case, proforma: Proforma) -> list[tuple[datetime, Suggestion]]:
    """As it was referred, for those who may see the team's referrals."""
    if not permissions.may(by, "referral.see", case.meeting.team_id):
        return []
    referral = referrals.of_cases(session, [case.id]).get(case.id)
    if referral is None or referral.sent_at is None:
        return []
    on = day(in_london(referral.sent_at).date().isoformat())
    source = f"As referred by {referral.author_name or 'the coordinator'}, {on}"
    told = referred.said(referral.values, case.clinical_question, proforma)
    return [(referral.sent_at, Suggestion(name, value, source)) for name, value in told.items()]


def _earlier(session: Session, by: Actor, case: Case) -> list[tuple[datetime, Suggestion]]:
    """From signed outcomes of meetings before this one that the actor may see."""
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
        at = meeting.starts_at
        told = {name: value for name, value in outcome.form.items() if name in on.by_name and name not in NEVER}
        found += [(at, Suggestion(name, value, source)) for name, value in told.items()]
    return found
