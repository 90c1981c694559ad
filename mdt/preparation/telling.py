"""The room hears of what was prepared on a page, within a second."""

from datetime import datetime

from sqlalchemy.orm import Session

from mdt.core.actor import system
from mdt.core.db import new_id
from mdt.live.actions import keep
from mdt.meeting import progress
from mdt.meeting.models import Case
from mdt.preparation.live_kinds import CHANGE

_TELLER = system("preparation")


def changed(session: Session, case: Case, now: datetime) -> None:
    """Whoever shows this case asks again. Of a closed meeting nothing is kept, and there is nobody to tell."""
    if case.meeting.status == progress.CLOSED:
        return
    op, body = f"prepared-{new_id()}", {"case": case.id}
    keep(session, by=_TELLER, meeting_id=case.meeting_id, op=op, kind=CHANGE, body=body, now=now)
