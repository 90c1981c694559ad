"""Before a list closes: what is missing, to whoever coordinates, and to those who read images what they still have."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from mdt.core.clock import in_london
from mdt.core.db import Database
from mdt.core.words import counted, long_date
from mdt.imaging.standing import readiness
from mdt.meeting import cut_off, progress, states
from mdt.meeting.models import Case, Meeting
from mdt.meeting.queries import cut_off_rules
from mdt.outbox import actions as outbox
from mdt.outbox import kinds
from mdt.outbox.actions import Part
from mdt.outbox.models import Message
from mdt.outbox.queries import wants
from mdt.people.permissions import COORDINATOR, may
from mdt.people.queries import build_actor, holders, members_of
from mdt.preparation import disciplines, standing, worklist
from mdt.reminders import settings

AHEAD = timedelta(days=28)


@dataclass(frozen=True)
class Closing:
    """A meeting whose list closes soon."""

    meeting: Meeting
    closes_at: datetime

    @property
    def said(self) -> str:
        at = in_london(self.closes_at)
        when = f"{long_date(at)} at {at:%H:%M}"
        return f"The list of {self.meeting.team.name} of {long_date(self.meeting.starts_at)} closes on {when}."

    def key(self, person_id: str) -> str:
        return f"closing:{self.meeting.id}:{person_id}"


def round_of(db: Database, now: datetime) -> int:
    """Returns how many people were written to. Who was told of a list once is not told again."""
    with db.reading() as session:  # what is missing takes its time to find, and nobody must wait for it to write
        told = [
            (one, person_id, part)
            for one in soon(session, now)
            for person_id, part in (*_coordinators(session, one, now), *_readers(session, one, now))
        ]
    for one, person_id, part in told:
        with db.writing() as session:
            outbox.write(
                session,
                kind=kinds.LOCKING,
                to=person_id,
                key=one.key(person_id),
                subject="a list is about to close",
                parts=[part],
                now=now,
                expires_at=one.closes_at,
            )
    return len(told)


def soon(session: Session, now: datetime) -> list[Closing]:
    """The lists that are open, and close within the working hours that their team has set for a warning."""
    ahead = (
        select(Meeting)
        .where(Meeting.status == progress.PLANNED, Meeting.locked_at.is_(None))
        .where(Meeting.starts_at > now, Meeting.starts_at < now + AHEAD)
        .options(joinedload(Meeting.team), selectinload(Meeting.cases))
        .order_by(Meeting.starts_at)
    )
    meetings = session.scalars(ahead).all()
    rules = cut_off_rules(session, {one.team_id for one in meetings})
    found = []
    for meeting in meetings:
        closes = cut_off.of_meeting(meeting.starts_at, None, rules.get(meeting.team_id, ()))
        if closes is None or not meeting.cases:
            continue
        warning = settings.of_team(session, meeting.team_id).warning_hours
        if cut_off.before(closes.at, warning) <= now < closes.at:
            found.append(Closing(meeting, closes.at))
    return found


def _coordinators(session: Session, one: Closing, now: datetime) -> Iterator[tuple[str, Part]]:
    """For how many cases what is not ready; which, and who has it, is on the page where the list is locked."""
    to = _to_tell(session, one, holders(session, one.meeting.team_id, COORDINATOR, in_london(now).date()))
    if to and (lacking := _lacking(session, one.meeting, now)):
        said = ", ".join(f"{what.lower()} ({number})" for what, number in lacking.items())
        cases = counted(len(_open_cases(one.meeting)), "case")
        part = Part(f"{one.said} Not ready, of {cases}: {said}.", f"/meetings/{one.meeting.id}/lock")
        for person_id in to:
            yield person_id, part


def _lacking(session: Session, meeting: Meeting, now: datetime) -> Counter[str]:
    cases = _open_cases(meeting)
    images = readiness.of_patients(session, {case.patient_id for case in cases}, now=now, in_words=False)
    found = Counter("Imaging" for case in cases if not images[case.patient_id].is_ready)
    come = standing.of_cases(session, meeting, cases, now)
    found.update(label for case in cases for label in come.missing(case.id))
    return found


def _open_cases(meeting: Meeting) -> list[Case]:
    return [case for case in meeting.cases if case.status in states.BEFORE]


def _readers(session: Session, one: Closing, now: datetime) -> Iterator[tuple[str, Part]]:
    """Radiologists, and pathologists for slides: each what of their discipline nobody has looked through."""
    members = {person.id: person for person in members_of(session, one.meeting.team_id, in_london(now).date())}
    for person_id in _to_tell(session, one, list(members)):
        discipline = disciplines.of_specialty(members[person_id].specialty)
        by = build_actor(session, members[person_id], now)
        if discipline not in disciplines.READERS or not may(by, "study.review", one.meeting.team_id):
            continue
        listed = worklist.of(session, by, str(discipline), now=now).to_review
        mine = [entry for entry in listed if entry.case.meeting_id == one.meeting.id]
        if studies := sum(len(entry.to_review) for entry in mine):
            said = f"{one.said} {counted(studies, 'study', 'studies')} of {counted(len(mine), 'case')} "
            said += f"{'is' if studies == 1 else 'are'} not looked through yet."
            yield person_id, Part(said, "/worklist/")


def _to_tell(session: Session, one: Closing, people: Collection[str]) -> list[str]:
    """Those who want to hear of it and have not been told."""
    told = set(session.scalars(select(Message.key).where(Message.key.in_([one.key(person) for person in people]))))
    return [person for person in people if one.key(person) not in told and wants(session, person, kinds.LOCKING)]
