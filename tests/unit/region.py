"""A small region for tests of meetings and outcomes: a team with its people, and patients by NHS number."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import mdt.tables  # noqa: F401  (every table, for create_all)
from mdt.core.actor import Actor
from mdt.core.db import Base, Database
from mdt.meeting import actions as meetings
from mdt.meeting.models import Case, Meeting
from mdt.people.models import Membership, Person, Team
from mdt.record.models import Patient
from mdt.trusts.models import Trust

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROLES = ("chair", "coordinator", "member", "presenter", "observer")


@dataclass
class Region:
    """The database and who is in it. `actors` holds one of each role in the lung team, and a breast chair outside."""

    db: Database
    team: str = ""
    actors: dict[str, Actor] = field(default_factory=dict)
    patients: list[Patient] = field(default_factory=list)

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]

    def plan(self) -> Meeting:
        with self.db.writing() as session:
            return meetings.plan(session, by=self["chair"], team_id=self.team, starts_at=NOW, now=NOW)

    def list_case(self, meeting: Meeting, patient: int = 0, by: str = "coordinator") -> Case:
        with self.db.writing() as session:
            return meetings.list_case(
                session,
                by=self[by],
                meeting_id=meeting.id,
                patient_id=self.patients[patient].id,
                clinical_question="Is this resectable?",
                now=NOW,
            )

    def open_first_case(self) -> Case:
        """A meeting under way with its first case on the table."""
        meeting = self.plan()
        case = self.list_case(meeting)
        with self.db.writing() as session:
            meetings.open_meeting(session, by=self["chair"], meeting_id=meeting.id, now=NOW)
            return meetings.open_case(session, by=self["chair"], case_id=case.id, now=NOW)


@contextmanager
def a_region(folder: Path) -> Iterator[Region]:
    db = Database(f"sqlite:///{folder / 'region.db'}")
    Base.metadata.create_all(db.engine)
    region = Region(db)
    with db.writing() as session:
        session.add(Trust(ods="RMC", name="Bolton", live_from=date(2020, 1, 1)))
        session.flush()
        lung = Team(name="Lung MDT", mdt_type="0801", host_ods="RMC")
        breast = Team(name="Breast MDT", mdt_type="0101", host_ods="RMC")
        session.add_all([lung, breast])
        session.flush()
        region.team = lung.id
        for name, team in [*((role, lung) for role in ROLES), ("outsider", breast)]:
            role = "chair" if name == "outsider" else name
            person = Person(email=f"{name}@nhs.example", name=f"Dr {name.title()}", trust_ods="RMC", password_hash="-")
            session.add(person)
            session.flush()
            session.add(Membership(team_id=team.id, person_id=person.id, role=role, starts=date(2020, 1, 1)))
            region.actors[name] = Actor(person.id, person.name, "RMC", roles={team.id: role})
        for number, (nhs, family) in enumerate(
            [("9990000018", "Ashworth"), ("9990000026", "Begum"), ("9990000034", "Clegg")], start=1
        ):
            patient = Patient(nhs_number=nhs, family=family, given="Pat", birth_date=date(1950, number, 1), sex="F")
            session.add(patient)
            region.patients.append(patient)
    yield region
    db.close()
