"""A signed deferral goes to the team's next meeting by itself; what of imaging was missing is read from the board."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.standing import readiness
from mdt.meeting.models import Case
from mdt.meeting.moving import reasons
from mdt.meeting.moving.carrying import carry
from mdt.meeting.moving.models import Carry
from mdt.outcome import codes
from mdt.outcome.models import Outcome


def carry_over(session: Session, *, by: Actor, case: Case, outcome: Outcome, now: datetime) -> Carry | None:
    """Put a case whose outcome defers it on the next list, with the reason; None where it is not, or went already."""
    if outcome.form.get("decision") != codes.DEFER:
        return None
    if session.scalar(select(Carry.id).where(Carry.case_id == case.id)) is not None:
        return None
    reason = outcome.form["deferral_reason"]
    trust, study = _missing(session, case, now) if reason in reasons.OF_IMAGING else (None, "")
    return carry(session, by=by, case=case, reason=reason, trust_ods=trust, study=study, now=now)


def _missing(session: Session, case: Case, now: datetime) -> tuple[str | None, str]:
    """Whose images the board says are missing, and which study; nobody's where it says that all is here."""
    cells = readiness.of_patients(session, [case.patient_id], now=now)[case.patient_id].cells
    lacking = next((cell for cell in cells if cell.lacks), None) or next(
        (cell for cell in cells if not cell.is_settled), None
    )
    if lacking is None:
        return None, ""
    return lacking.ods, lacking.lacks[0][: reasons.LONGEST_STUDY] if lacking.lacks else ""
