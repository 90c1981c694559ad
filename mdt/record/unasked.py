"""Studies that came without our asking: whose they may be, of all patients we know, now and when one is added."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.record import claims, nhs_number
from mdt.record.findings import attach, holder_of, known, study_row
from mdt.record.identity import judge
from mdt.record.models import ARCHIVE, Clue, Holder, Link, Patient
from mdt.trusts.source import ClaimedIdentity, FoundStudy


def note_unasked(
    session: Session,
    *,
    by: Actor,
    trust_ods: str,
    found: FoundStudy,
    now: datetime,
    origin: str = ARCHIVE,
    label: str = "",
) -> Holder:
    """Keep that a trust has a study, linked to whom it may belong to, or to nobody until that patient is added.

    A claim that is held already stays: what contradicts it is refused before it comes here (see `imaging.unasked`).
    """
    study = study_row(session, found)
    holder = holder_of(session, study.id, trust_ods, origin)
    if holder is not None:
        return holder
    holder = Holder(
        study_id=study.id,
        trust_ods=trust_ods,
        claimed=claims.to_json(found.claimed),
        seen_at=now,
        origin=origin,
        label=label,
    )
    session.add(holder)
    session.flush()
    session.add_all(Clue(holder_id=holder.id, key=key) for key in _clues(found.claimed))
    for patient in whose(session, found.claimed):
        attach(session, by=by, patient=patient, holder=holder, now=now)
    return holder


def whose(session: Session, claimed: ClaimedIdentity) -> list[Patient]:
    """Every patient we know whom the identity may point to, by the same rule as in a gather."""
    numbers = _numbers(claimed)
    wanted = select(Patient).where(or_(Patient.nhs_number.in_(numbers), Patient.birth_date == claimed.birth_date))
    found = session.scalars(wanted.order_by(Patient.id))
    return [patient for patient in found if judge(known(patient), claimed) is not None]


def link_held(session: Session, *, by: Actor, patient: Patient, now: datetime) -> list[Link]:
    """Link what lies here already and may be this patient's. Doing it again changes nothing."""
    keys = (patient.nhs_number, patient.birth_date.isoformat())
    linked = select(Link.id).where(
        Link.patient_id == patient.id,
        Link.study_id == Holder.study_id,
        Link.trust_ods == Holder.trust_ods,
        Link.origin == Holder.origin,
    )
    wanted = select(Holder).where(Holder.id.in_(select(Clue.holder_id).where(Clue.key.in_(keys))), ~linked.exists())
    return [
        attach(session, by=by, patient=patient, holder=holder, now=now)
        for holder in session.scalars(wanted.order_by(Holder.id)).all()
        if judge(known(patient), claims.from_json(holder.claimed)) is not None
    ]


def _clues(claimed: ClaimedIdentity) -> set[str]:
    born = {claimed.birth_date.isoformat()} if claimed.birth_date else set()
    return _numbers(claimed) | born


def _numbers(claimed: ClaimedIdentity) -> set[str]:
    texts = (claimed.patient_id or "", *(claimed.other_ids or ()))
    return {number for text in texts if (number := nhs_number.find(text))}
