"""What a radiologist or a pathologist still has to look through before coming meetings, the nearest cut-off first."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.imaging.looking import priors
from mdt.imaging.looking.priors import Prior, SeriesSaid, StudySaid
from mdt.imaging.models import Series
from mdt.imaging.standing import readiness
from mdt.imaging.standing.readiness import Readiness
from mdt.meeting import cut_off, progress, states
from mdt.meeting.cut_off import CutOff
from mdt.meeting.models import Case, Meeting
from mdt.meeting.queries import cut_off_rules
from mdt.people import permissions
from mdt.preparation import disciplines, reviews
from mdt.preparation.models import StudyReview
from mdt.record.clashes import STRONG
from mdt.record.models import Link, Study
from mdt.trusts.names import short
from mdt.trusts.queries import trust_names


@dataclass(frozen=True)
class Entry:
    """A case with what of it is to be looked through by one discipline, newest first, and what is done already."""

    case: Case
    cut_off: CutOff | None
    to_review: list[Study]
    reviewed: list[tuple[Study, StudyReview]]
    readiness: Readiness
    prior: Prior | None  # to hang beside the newest study that is to be looked through

    @property
    def due(self) -> datetime:
        """When it must be done: the cut-off, or where there is none the meeting itself."""
        return self.cut_off.at if self.cut_off and not self.cut_off.locked else self.case.meeting.starts_at

    @property
    def is_done(self) -> bool:
        return not self.to_review and bool(self.reviewed)


@dataclass(frozen=True)
class Worklist:
    """`waiting`: there is nothing of this discipline's yet. `done` is what nothing is left of."""

    to_review: list[Entry]
    waiting: list[Entry]
    done: list[Entry]


def of(session: Session, by: Actor, discipline: str, *, now: datetime) -> Worklist:
    """The cases of the actor's teams that have still to be discussed, in the meetings from today on."""
    cases = _cases(session, by, now)
    patients = {case.patient_id for case in cases}
    studies = reviews.studies_of(session, patients)
    done = reviews.in_force(session, [case.id for case in cases])
    states = readiness.of_patients(session, patients, now=now, in_words=False)
    rules = cut_off_rules(session, {case.meeting.team_id for case in cases})
    before = _priors(session, studies)
    entries = []
    for case in cases:
        mine = [one for one in studies.get(case.patient_id, []) if disciplines.reader_of(one.modalities) == discipline]
        to_review = [one for one in mine if (case.id, one.id) not in done]
        meeting = case.meeting
        entries.append(
            Entry(
                case=case,
                cut_off=cut_off.of_meeting(meeting.starts_at, meeting.locked_at, rules.get(meeting.team_id, ())),
                to_review=to_review,
                reviewed=[(one, done[case.id, one.id]) for one in mine if (case.id, one.id) in done],
                readiness=states[case.patient_id],
                prior=next((before[one.study_uid] for one in to_review if one.study_uid in before), None),
            )
        )
    return sort(entries)


def sort(entries: Iterable[Entry]) -> Worklist:
    """The nearest due first; cases of one meeting in its own order."""
    ordered = sorted(entries, key=lambda one: (one.due, one.case.meeting.starts_at, one.case.position, one.case.id))
    return Worklist(
        to_review=[one for one in ordered if one.to_review],
        waiting=[one for one in ordered if not one.to_review and not one.reviewed],
        done=[one for one in ordered if one.is_done],
    )


def _cases(session: Session, by: Actor, now: datetime) -> list[Case]:
    teams = [team for team in by.roles if permissions.may(by, "worklist.see", team)]
    midnight = in_london(now).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = (
        select(Case)
        .join(Case.meeting)
        .where(Meeting.team_id.in_(teams), Meeting.starts_at >= midnight, Meeting.status != progress.CLOSED)
        .where(Case.status.in_((*states.BEFORE, states.LIVE)))
        .options(joinedload(Case.meeting).joinedload(Meeting.team), joinedload(Case.patient))
    )
    return list(session.scalars(wanted))


def _priors(session: Session, studies: Mapping[str, Collection[Study]]) -> dict[str, Prior]:
    """By StudyInstanceUID. Which trusts hold a study is part of the reason in words."""
    ids = {study.id for mine in studies.values() for study in mine}
    names = {ods: short(name) for ods, name in trust_names(session).items()}
    series: dict[str, list[SeriesSaid]] = {}
    for row in session.scalars(select(Series).where(Series.study_id.in_(ids)).order_by(Series.number)):
        told = SeriesSaid(row.modality, row.body_part, row.protocol, row.description, row.laterality)
        series.setdefault(row.study_id, []).append(told)
    trusts: dict[str, list[str]] = {}
    held = select(Link.study_id, Link.trust_ods).where(Link.study_id.in_(ids), Link.status.in_(STRONG))
    for study_id, ods in session.execute(held.distinct().order_by(Link.trust_ods)):
        trusts.setdefault(study_id, []).append(names[ods])
    found: dict[str, Prior] = {}
    for mine in studies.values():
        found |= priors.priors(
            StudySaid(
                study_uid=one.study_uid,
                day=one.study_date,
                time=one.study_time,
                description=one.description,
                modalities=tuple(one.modalities),
                trusts=tuple(trusts.get(one.id, ())),
                series=tuple(series.get(one.id, ())),
            )
            for one in mine
        )
    return found
