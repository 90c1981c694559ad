"""What a trust was found to hold: its study, its holder, its local number, and the link the rules give it.

Called by a gather for every study that has to do with the patient, and for what comes without our asking. Finding the
same thing again changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.record import claims, nhs_number
from mdt.record.belonging import contradiction
from mdt.record.clashes import GONE, Standing, clash, settle
from mdt.record.contested import note_study_clash
from mdt.record.identity import Known, judge
from mdt.record.models import ARCHIVE, Holder, Link, LocalIdentifier, Patient, Study
from mdt.trusts.source import ClaimedIdentity, FoundStudy

UNSAID = ClaimedIdentity()


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
        holder, claimed_anew = hold(session, study_row(session, one), trust_ods, one, now)
        links.append(attach(session, by=by, patient=patient, holder=holder, claimed_anew=claimed_anew, now=now))
    session.flush()
    return links


def attach(
    session: Session, *, by: Actor, patient: Patient, holder: Holder, now: datetime, claimed_anew: bool = False
) -> Link:
    """The link of what a holder holds to a patient it may belong to, judged beside the others."""
    link = _link(session, patient, holder, claimed_anew=claimed_anew)
    judge_links(session, by=by, study_id=holder.study_id, now=now)
    if link.status in ("auto", "confirmed") and holder.origin == ARCHIVE:  # a disc has the numbers of who made it
        _learn_local_number(session, patient, holder.trust_ods, claims.from_json(holder.claimed))
    return link


def local_numbers(session: Session, patient_id: str) -> dict[str, list[str]]:
    """The patient's hospital numbers learnt from earlier links, by trust."""
    numbers: dict[str, list[str]] = {}
    rows = session.scalars(select(LocalIdentifier).where(LocalIdentifier.patient_id == patient_id))
    for row in rows.all():
        numbers.setdefault(row.trust_ods, []).append(row.value)
    return {ods: sorted(values) for ods, values in numbers.items()}


def study_row(session: Session, found: FoundStudy) -> Study:
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


def hold(session: Session, study: Study, trust_ods: str, found: FoundStudy, now: datetime) -> tuple[Holder, bool]:
    """Keep the holder. True when it now claims another identity than it did before."""
    holder = holder_of(session, study.id, trust_ods, ARCHIVE)
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
    holder.seen_at, holder.gone_at = now, None
    session.flush()
    return holder, changed


def holder_of(session: Session, study_id: str, trust_ods: str, origin: str) -> Holder | None:
    wanted = select(Holder).where(Holder.study_id == study_id, Holder.trust_ods == trust_ods, Holder.origin == origin)
    return session.scalar(wanted)


def _says_less(one: ClaimedIdentity, before: ClaimedIdentity) -> bool:
    return (before.says_birth_date and not one.says_birth_date) or (before.says_other_ids and not one.says_other_ids)


def _link(session: Session, patient: Patient, holder: Holder, *, claimed_anew: bool) -> Link:
    held = {"study_id": holder.study_id, "trust_ods": holder.trust_ods, "origin": holder.origin}
    link = session.scalar(select(Link).filter_by(patient_id=patient.id, **held))
    if link is None:
        link = Link(patient_id=patient.id, **held, status="")
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
    claimed = {holder.place: claims.from_json(holder.claimed) for holder in holders}
    links = session.scalars(select(Link).where(Link.study_id == study_id)).all()
    standings = {(link.patient_id, link.place): _by_itself(link, claimed[link.place]) for link in links}
    gone = {holder.place for holder in holders if holder.gone_at is not None}
    settled = settle(
        {key: one for key, one in standings.items() if key[1] not in gone}, strangers=_strangers(links, claimed, gone)
    )
    left = {key: Standing("never", GONE) for key in standings if key[1] in gone}
    note_study_clash(session, by=by, study_id=study_id, is_clash=clash(standings, settled), now=now)
    for link in links:
        standing = (settled | left)[link.patient_id, link.place]
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


def _strangers(
    links: Sequence[Link], claimed: Mapping[str, ClaimedIdentity], gone: Collection[str]
) -> dict[str, set[str]]:
    """For each patient, who sent objects of this study as those of somebody else, whom nobody here knows.

    A gather keeps only holders that have to do with a patient; what comes unasked may have to do with none.
    """
    linked = {link.place for link in links}
    sent = {place: identity for place, identity in claimed.items() if place not in linked and place not in gone}
    return {
        link.patient_id: {place for place, said in sent.items() if contradiction(known(link.patient), UNSAID, said)}
        for link in links
    }


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
