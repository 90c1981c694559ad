"""Write to whoever referred when the team does not list their patient: with what is missing, and not who it is."""

from datetime import datetime

from sqlalchemy.orm import Session

from mdt.outbox import actions as outbox
from mdt.outbox import kinds
from mdt.outbox.actions import Part
from mdt.referral import states
from mdt.referral.models import Referral, ReferralStep

_SUBJECTS = {states.RETURNED: "a referral was returned to you", states.REFUSED: "a referral of yours is not listed"}


def came_back(session: Session, referral: Referral, step: ReferralStep, now: datetime) -> None:
    """The reason somebody typed may say anything of the patient: it stays on the page."""
    if step.state not in _SUBJECTS:
        return
    if step.state == states.RETURNED:
        said = f"{referral.team.name} cannot list a patient whom you referred until you have answered."
    else:
        said = f"{referral.team.name} has decided not to list a patient whom you referred."
    said += " ".join(["", *step.missing, "What the team says of it is on its page."])
    outbox.write(
        session,
        kind=kinds.RETURNED,
        to=referral.author_id,
        key=f"referral:{step.id}",
        subject=_SUBJECTS[step.state],
        parts=[Part(said, f"/referrals/{referral.id}/")],
        now=now,
    )
