"""Reading the record: the timeline of studies, and the matches that wait for a person."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core.actor import Actor
from mdt.core.errors import NotFound
from mdt.people import permissions
from mdt.record import claims, nhs_number
from mdt.record.clashes import STRONG
from mdt.record.models import ARCHIVE, DISC, Holder, Link, Patient, Study
from mdt.trusts.source import ClaimedIdentity


@dataclass(frozen=True)
class Entry:
    """One study on the timeline with its links to this patient, by trust."""

    study: Study
    links: tuple[Link, ...]

    @property
    def trusts(self) -> tuple[str, ...]:
        """The trusts that hold it for this patient, in an archive or as what was imported there."""
        return tuple(dict.fromkeys(link.trust_ods for link in self.links if link.status in STRONG))

    @property
    def discs(self) -> dict[str, str]:
        """What each disc it came from was called, by the trust that imported it."""
        linked = {link.trust_ods for link in self.links if link.status in STRONG and link.origin == DISC}
        held = (holder for holder in self.study.holders if holder.origin == DISC and holder.trust_ods in linked)
        return {holder.trust_ods: holder.label for holder in held}

    @property
    def archives(self) -> tuple[str, ...]:
        """The trusts whose own archives hold it for this patient."""
        return tuple(link.trust_ods for link in self.links if link.status in STRONG and link.origin == ARCHIVE)

    @property
    def is_linked(self) -> bool:
        return bool(self.trusts)


@dataclass(frozen=True)
class Match:
    """A study beside the patient it may belong to: what the trust says, and the link with the rule's sentence."""

    link: Link
    study: Study
    patient: Patient
    claimed: ClaimedIdentity
    series: int | None
    instances: int | None
    label: str  # what the disc is called, when it came from one


def patient_by_nhs(session: Session, by: Actor, nhs: str) -> Patient:
    """The verified patient with this NHS number, for somebody who may list cases in one of their teams."""
    number = nhs_number.parse(nhs)
    if not (by.is_system or any(permissions.may(by, "case.list", team) for team in by.roles)):
        raise NotFound("There is no such patient, or you may not look for patients.")
    patient = session.scalar(select(Patient).where(Patient.nhs_number == number))
    if patient is None:
        raise NotFound(f"There is no patient with NHS number {nhs_number.spaced(number)}; add them first.")
    return patient


def patient_to_refer(session: Session, by: Actor, nhs: str) -> Patient | None:
    """The verified patient with this NHS number, for somebody who is about to refer them; None when nobody has it."""
    permissions.require(by, "refer")
    return session.scalar(select(Patient).where(Patient.nhs_number == nhs_number.parse(nhs)))


def timeline(session: Session, by: Actor, *, team_id: str, patient_id: str) -> list[Entry]:
    """Every linked study, newest first, undated last. `team_id` is a team that lists the patient."""
    return [entry for entry in all_entries(session, by, team_id=team_id, patient_id=patient_id) if entry.is_linked]


def all_entries(session: Session, by: Actor, *, team_id: str | None, patient_id: str) -> list[Entry]:
    """Every study that was ever judged for the patient, linked or not, newest first."""
    permissions.require(by, "meeting.see", team_id)
    links = session.scalars(
        select(Link)
        .where(Link.patient_id == patient_id)
        .options(joinedload(Link.study).selectinload(Study.holders).defer(Holder.claimed))
        .order_by(Link.trust_ods)
    ).all()
    by_study: dict[str, list[Link]] = {}
    for link in links:
        by_study.setdefault(link.study_id, []).append(link)
    entries = [Entry(group[0].study, tuple(group)) for group in by_study.values()]
    return sorted(entries, key=lambda entry: _when(entry.study), reverse=True)


def matches(session: Session, by: Actor, *, team_id: str, patient_id: str) -> list[Match]:
    """What waits for a person or was decided by one (and may be decided again), waiting first, newest first."""
    permissions.require(by, "meeting.see", team_id)
    links = session.scalars(
        select(Link)
        .where(Link.patient_id == patient_id, Link.status.in_(("confirm", "confirmed", "refused")))
        .options(joinedload(Link.patient), joinedload(Link.study).selectinload(Study.holders))
    ).all()
    found = [_match(link) for link in links]
    found.sort(key=lambda match: _when(match.study), reverse=True)
    return sorted(found, key=lambda match: match.link.status != "confirm")


def _match(link: Link) -> Match:
    holder = next(holder for holder in link.study.holders if holder.place == link.place)
    return Match(
        link=link,
        study=link.study,
        patient=link.patient,
        claimed=claims.from_json(holder.claimed),
        series=holder.series,
        instances=holder.instances,
        label=holder.label,
    )


def holders(session: Session, study_id: str) -> list[Holder]:
    """Who holds a study."""
    return list(session.scalars(select(Holder).where(Holder.study_id == study_id).order_by(Holder.trust_ods)))


def _when(study: Study) -> tuple[str, str, str]:
    return (study.study_date.isoformat() if study.study_date else "", study.study_time, study.study_uid)
