"""What a trust was found to hold: its study, its holder, its local number, and the link the rules give it.

Called by a gather for every study that has to do with the patient. Finding the same thing again changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.record import claims, nhs_number
from mdt.record.clashes import Standing, settle
from mdt.record.identity import Known, judge
from mdt.record.models import Holder, Link, LocalIdentifier, Patient, Study
from mdt.trusts.source import ClaimedIdentity, FoundStudy


def known(patient: Patient) -> Known:
    """The patient as the identity rule sees them."""
    return Known(
        nhs_number=patient.nhs_number,
        nhs_status=patient.nhs_status,
        family=patient.family,
        given=patient.given,
        birth_date=patient.birth_date,
        sex=patient.sex,
    )


def note(
    session: Session, *, by: Actor, patient: Patient, trust_ods: str, found: Iterable[FoundStudy], now: datetime
) -> list[Link]:
    """Keep what one trust holds for this patient. Returns the links, as they stand beside those of other trusts."""
    links = []
    for one in sorted(found, key=lambda study: study.study_uid):
        study = _study(session, one)
        claimed_anew = _holder(session, study, trust_ods, one, now)
        link = _link(session, patient, study, trust_ods, claimed_anew=claimed_anew)
        judge_links(session, by=by, study_id=study.id, now=now)
        if link.status in ("auto", "confirmed"):
            _learn_local_number(session, patient, trust_ods, one.claimed)
        links.append(link)
    session.flush()
    return links


def local_numbers(session: Session, patient_id: str) -> dict[str, list[str]]:
    """The patient's hospital numbers learnt from earlier links, by trust."""
    numbers: dict[str, list[str]] = {}
    rows = session.scalars(select(LocalIdentifier).where(LocalIdentifier.patient_id == patient_id))
    for row in rows.all():
        numbers.setdefault(row.trust_ods, []).append(row.value)
    return {ods: sorted(values) for ods, values in numbers.items()}


def _study(session: Session, found: FoundStudy) -> Study:
    study = session.scalar(select(Study).where(Study.study_uid == found.study_uid).with_for_update())
    if study is None:
        study = Study(study_uid=found.study_uid, modalities=[])
        session.add(study)
    # The first trust to say something is heard; a later one only fills what was left open.
    study.study_date = study.study_date or found.date
    study.study_time = study.study_time or found.time
    study.description = study.description or found.description
    study.accession = study.accession or found.accession
    study.modalities = sorted({*study.modalities, *found.modalities})
    session.flush()
    return study


def _holder(session: Session, study: Study, trust_ods: str, found: FoundStudy, now: datetime) -> bool:
    """Keep the holder. True when it now claims another identity than it did before."""
    holder = session.scalar(select(Holder).where(Holder.study_id == study.id, Holder.trust_ods == trust_ods))
    if holder is None:
        holder = Holder(study_id=study.id, trust_ods=trust_ods, claimed=claims.to_json(found.claimed), seen_at=now)
        session.add(holder)
        changed = False
    else:
        before = claims.from_json(holder.claimed)
        # A peer that says less than before has not corrected anything.
        changed = not claims.says_the_same(before, found.claimed) and not _says_less(found.claimed, before)
        if changed:
            holder.claimed = claims.to_json(found.claimed)
    holder.series = found.series
    holder.instances = found.instances
    holder.seen_at = now
    session.flush()
    return changed


def _says_less(one: ClaimedIdentity, before: ClaimedIdentity) -> bool:
    return (before.says_birth_date and not one.says_birth_date) or (before.says_other_ids and not one.says_other_ids)


def _link(session: Session, patient: Patient, study: Study, trust_ods: str, *, claimed_anew: bool) -> Link:
    link = session.scalar(
        select(Link).where(Link.patient_id == patient.id, Link.study_id == study.id, Link.trust_ods == trust_ods)
    )
    if link is None:
        link = Link(patient_id=patient.id, study_id=study.id, trust_ods=trust_ods, status="")
        session.add(link)
        session.flush()
    elif claimed_anew:
        # A person decided about another claim than this one.
        link.decision = link.decided_by = link.decided_at = None
        link.reason = ""
    return link


def judge_links(session: Session, *, by: Actor, study_id: str, now: datetime) -> None:
    """Judge every link to a study again, each beside the others, and write down (audited) what changed."""
    holders = session.scalars(select(Holder).where(Holder.study_id == study_id)).all()
    claimed = {holder.trust_ods: claims.from_json(holder.claimed) for holder in holders}
    links = session.scalars(select(Link).where(Link.study_id == study_id)).all()
    settled = settle({(link.patient_id, link.trust_ods): _by_itself(link, claimed[link.trust_ods]) for link in links})
    for link in links:
        standing = settled[link.patient_id, link.trust_ods]
        if (link.status, link.why) == (standing.status, standing.why):
            continue
        link.status, link.why = standing.status, standing.why
        audit.record(
            session,
            by,
            "link.judged",
            f"link:{link.id}",
            patient_id=link.patient_id,
            detail={"study": study_id, "trust": link.trust_ods, "status": link.status, "why": link.why},
            now=now,
        )
    session.flush()


def _by_itself(link: Link, claimed: ClaimedIdentity) -> Standing:
    """The rule's verdict, unless a person has spoken; a person cannot overrule "another person"."""
    verdict = judge(known(link.patient), claimed)
    if verdict is None:
        return Standing("never", "its identifiers no longer point to this patient")
    if verdict.link != "never" and link.decision:
        return Standing(link.decision, verdict.why)
    return Standing(verdict.link, verdict.why)


def _learn_local_number(session: Session, patient: Patient, trust_ods: str, claimed: ClaimedIdentity) -> None:
    value = (claimed.patient_id or "").strip()
    if not value or nhs_number.find(value):
        return
    known_already = session.scalar(
        select(LocalIdentifier.id).where(
            LocalIdentifier.patient_id == patient.id,
            LocalIdentifier.trust_ods == trust_ods,
            LocalIdentifier.value == value,
        )
    )
    if known_already is None:
        session.add(
            LocalIdentifier(patient_id=patient.id, trust_ods=trust_ods, value=value, issuer=claimed.issuer or "")
        )
        session.flush()
