"""Who acts in the team's weeks, and a diary that does everything in the order in which it happened."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import LONDON
from mdt.demo import cast
from mdt.demo.colorectal.days import Days
from mdt.demo.colorectal.patients import PATIENTS, Invented
from mdt.meeting.models import Case
from mdt.people.models import Person
from mdt.people.queries import build_actor
from mdt.record import actions as record

CHAIR, COORDINATOR = "rosalind.thackeray@stockport.example", "agnieszka.blaszczyk@stockport.example"
NURSE, RADIOLOGIST = "bronagh.mcallister@stockport.example", "hamish.drummond@tameside.example"
SURGEON, ONCOLOGIST = "tomasz.wisniewski@tameside.example", "eleni.papadopoulou@christie.example"
PATHOLOGIST = "ravindra.iyengar@tameside.example"

INVENTED: dict[str, Invented | cast.Invented] = {one.key: one for one in (*PATIENTS, *cast.PATIENTS)}


@dataclass
class Diary:
    """Acts with their moments; an act may put later ones in."""

    _entries: list[tuple[datetime, int, Callable[[datetime], object]]] = field(default_factory=list)
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def put(self, at: datetime, act: Callable[[datetime], object]) -> None:
        heapq.heappush(self._entries, (at, next(self._count), act))

    def play(self) -> None:
        while self._entries:
            at, _, act = heapq.heappop(self._entries)
            act(at)


@dataclass
class Stage:
    """One transaction in which all of it is done; `team` is the colorectal team's id."""

    session: Session
    team: str
    days: Days
    now: datetime
    diary: Diary = field(default_factory=Diary)
    _patients: dict[str, str] = field(default_factory=dict)

    def who(self, email: str, at: datetime) -> Actor:
        """A person as they were then."""
        person = self.session.scalars(select(Person).where(Person.email == email)).one()
        return build_actor(self.session, person, at)

    def patient(self, key: str, by: Actor, at: datetime) -> str:
        """Whoever refers them first brings them into the record."""
        if key not in self._patients:
            self._patients[key] = self._add(INVENTED[key], by, at)
        return self._patients[key]

    def case(self, key: str, meeting_id: str) -> Case:
        listed = select(Case).where(Case.meeting_id == meeting_id, Case.patient_id == self._patients[key])
        return self.session.scalars(listed).one()

    def _add(self, one: Invented | cast.Invented, by: Actor, at: datetime) -> str:
        return record.add_patient(
            self.session, by=by, nhs=one.nhs, family=one.family, given=one.given, birth_date=one.born, sex=one.sex,
            to_refer=True, now=at,
        ).id  # fmt: skip


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """By the clock in London."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)
