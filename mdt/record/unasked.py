"""Studies that came without our asking: whose they may be, of all patients we know, now and when one is added."""

from datetime import datetime

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.record import claims, nhs_number
from mdt.record.findings import attach, holder_of, judge_links, known, study_row
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
    Only of a trust that had said to hold the study no more is the new claim heard.
    """
    study = study_row(session, found)
    holder = holder_of(session, study.id, trust_ods, origin)
    if holder is not None and holder.gone_at is None:
        return holder
    is_back = holder is not None
    if holder is None:
        holder = Holder(study_id=study.id, trust_ods=trust_ods, origin=origin)
        session.add(holder)
    holder.claimed, holder.label = claims.to_json(found.claimed), label
    holder.seen_at, holder.gone_at = now, None
    session.flush()
    known_by = set(session.scalars(select(Clue.key).where(Clue.holder_id == holder.id)))
    session.add_all(Clue(holder_id=holder.id, key=key) for key in _clues(found.claimed) - known_by)
    for patient in whose(session, found.claimed):
        attach(session, by=by, patient=patient, holder=holder, claimed_anew=is_back, now=now)
    judge_links(session, by=by, study_id=study.id, now=now)
    return holder


def whose(session: Session, claimed: ClaimedIdentity) -> list[Patient]:
    """Every patient we know whom the identity may point to, by the same rule as in a gather."""
    numbers = _numbers(claimed)
    by_birth = Patient.birth_date == claimed.birth_date if claimed.birth_date else false()
    wanted = select(Patient).where(or_(Patient.nhs_number.in_(numbers), by_birth))
    found = session.scalars(wanted.order_by(Patient.id))
    return [patient for patient in found if judge(known(patient), claimed) is not None]


def link_held(session: Session, *, by: Actor, patient: Patient, now: datetime) -> list[Link]:
    """Link what lies here already and may be this patient's. Doing it again changes nothing."""
    keys = [patient.nhs_number, *([patient.birth_date.isoformat()] if patient.birth_date else [])]
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
