"""Ratifying in one act writes an outcome for each case: the standard's own plan, signed by whoever ratified.

What it will say is composed beforehand and read back, and is signed only if it is still what was read.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Stale
from mdt.live import quorum_kept
from mdt.live.actions import keep
from mdt.meeting import quorum
from mdt.meeting.bank_holidays import working_days_after
from mdt.meeting.models import Case, Meeting
from mdt.meeting.triage import sorting
from mdt.meeting.triage.models import StandardVersion, Triage
from mdt.outcome import actions, codes, referred, team_proformas
from mdt.outcome import form as forms
from mdt.outcome.models import Outcome
from mdt.outcome.proforma import Proforma
from mdt.outcome.sentence import day as read_day
from mdt.outcome.sentence import sentence
from mdt.outcome.standards import planned
from mdt.referral import queries as referrals
from mdt.referral.models import Referral

KIND = "outcome.ratify"
TELL_WITHIN = 2  # working days
_AS_REFERRED = ("ps", "cfs", "comorbidity", "views_known", "views", "side")


@dataclass(frozen=True)
class Proposal:
    """What ratifying would write for a case: `says` is read back, and `seen` is how it is sent back as read."""

    case: Case
    version: StandardVersion
    proforma: Proforma
    form: dict[str, Any]
    sorted_by: str | None

    @property
    def says(self) -> str:
        return sentence(self.proforma, self.form)

    @property
    def seen(self) -> str:
        return f"{_bound(self.case, self.version)} {actions.fingerprint(self.form)[:16]}"


def proposals(session: Session, by: Actor, meeting_id: str) -> list[Proposal]:
    """For each case of a meeting that waits to be ratified, in the order of its agenda. The caller may see them."""
    waiting = sorting.to_ratify(session, meeting_id)
    if not waiting:
        return []
    came_by = referrals.of_cases(session, [case.id for case, _ in waiting])
    on = team_proformas.of_meeting(session, waiting[0][0].meeting)
    return [_proposal(by, case, triage, came_by.get(case.id), on) for case, triage in waiting]


def ratify(session: Session, *, by: Actor, meeting_id: str, seen: Collection[str], now: datetime) -> list[Outcome]:
    """Everything that waits, or nothing. `seen` are the proposals as the chair read them."""
    meeting = session.get(Meeting, meeting_id, with_for_update=True, populate_existing=True)
    proposed = proposals(session, by, meeting_id)
    sorting.ratify(session, by=by, meeting_id=meeting_id, seen=_cases_of(seen), now=now)
    assert meeting is not None
    if set(seen) != {one.seen for one in proposed}:
        raise Stale("What these cases would be given changed since you read it; read it again, then ratify.")
    quorum_kept.require(session, meeting, quorum.SIGNING, now)
    return [_write(session, by, meeting, one, now) for one in proposed]


def who_otherwise(session: Session, case_id: str) -> str:
    """Who carries a standard of care out where nobody was named in the sorting: the referring consultant, or nobody."""
    return _referring(referrals.of_cases(session, [case_id]).get(case_id))


def _write(session: Session, by: Actor, meeting: Meeting, one: Proposal, now: datetime) -> Outcome:
    """Bound to its own case and patient, told to the room, and kept with who was there."""
    outcome = actions.ratified(
        session,
        by=by,
        case=one.case,
        form=one.form,
        proforma=one.proforma,
        standard_version_id=one.version.id,
        sorted_by=one.sorted_by,
        now=now,
    )
    body = {"case": one.case.id}
    keep(session, by=by, meeting_id=meeting.id, op=str(uuid.uuid4()), kind=KIND, body=body, now=now)
    quorum_kept.note(session, meeting, one.case.id, outcome.version, now)
    return outcome


def _proposal(by: Actor, case: Case, triage: Triage, referral: Referral | None, on: Proforma) -> Proposal:
    """The plan from the standard, the patient from the referral, the people from the sorting."""
    version = triage.version
    assert version is not None
    told = referred.said(referral.values if referral else {}, "", on)
    owner = triage.owner or _referring(referral) or by.name
    tells = triage.owner or told.get("tell_who") or owner
    form = _patient(told) | _plan(version) | _doing(case, version, owner, tells)
    kept = {name: forms.read(on, name, value) for name, value in form.items() if name in on.by_name}
    kept = {name: value for name, value in kept.items() if not forms.is_empty(value)}
    return Proposal(case, version, on, kept, triage.by_id)


def _plan(version: StandardVersion) -> dict[str, Any]:
    none_planned = version.intent == codes.NO_ACTIVE_INTENT
    return {
        "decision": codes.STANDARD,
        "intent": version.intent,
        "treatments": version.treatments,
        "no_treatment_reason": (version.no_treatment_reason or codes.REASON_UNKNOWN) if none_planned else None,
        "rationale": f"“{version.called}”, approved by {version.approved_by} on "
        f"{read_day(version.approved_on.isoformat())}, answers the question: listed, not discussed.",
    }


def _doing(case: Case, version: StandardVersion, owner: str, tells: str) -> dict[str, Any]:
    """What follows, counted in working days from the meeting."""
    held = in_london(case.meeting.starts_at).date()
    action = {
        "id": case.id,
        "text": version.action or f"Carry out “{version.called}”: {planned(version.treatments)}",
        "owner": owner,
        "due": working_days_after(held, version.within)[-1].isoformat(),
    }
    by_when = working_days_after(held, TELL_WITHIN)[-1].isoformat()
    return {"responsible": owner, "actions": [action], "tell_who": tells, "tell_by": by_when}


def _patient(told: dict[str, Any]) -> dict[str, Any]:
    """As referred; what nobody wrote down is said to be not recorded, and nobody spoke for them in a discussion."""
    unknown = {"ps": referred.UNKNOWN, "views_known": codes.VIEWS_NOT_KNOWN}
    return unknown | {name: told[name] for name in _AS_REFERRED if name in told}


def _referring(referral: Referral | None) -> str:
    """The consultant a referral names, or its author; a coordinator who only listed the patient does not treat them."""
    if referral is None:
        return ""
    return referral.values.get("clinician") or ("" if referral.at_once else referral.author_name)


def _bound(case: Case, version: StandardVersion) -> str:
    return f"{case.id} {version.id}"


def _cases_of(seen: Iterable[str]) -> list[str]:
    return [" ".join(one.split()[:2]) for one in seen]
