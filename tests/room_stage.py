"""A stage for stories about the live room: a team with somebody in every role, an open meeting, two cases."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from mdt.core.actor import Actor
from mdt.core.db import Database, new_id
from mdt.imaging.models import Instance, Series
from mdt.live import actions, queries
from mdt.live.recording import Sample
from mdt.live.room import State
from mdt.meeting.models import Case, Meeting
from mdt.people.models import Membership, Person, Team
from mdt.people.queries import build_actor
from mdt.record.models import Link, Patient, Study
from mdt.tables import METADATA
from mdt.trusts.models import Trust

ROLES = ("chair", "coordinator", "member", "presenter", "observer")
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def uid(n: int) -> str:
    """The nth UUID, as a tab would make it."""
    return str(UUID(int=n, version=4))


@dataclass(frozen=True)
class Imaging:
    """Three images of a patient, as the record has them."""

    study: str
    series: str
    key: str
    sops: tuple[str, ...]


@dataclass
class Stage:
    db: Database
    people: dict[str, str]  # role: person id
    emails: dict[str, str]
    team: str
    meeting: str
    cases: list[str]
    patients: list[str]
    elsewhere: str  # a case of another team's meeting
    now: datetime = START
    ops: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, role: str) -> Actor:
        """Asked of the database once; in these stories nobody's role changes."""
        if role not in self.actors:
            with self.db.reading() as session:
                person = session.get_one(Person, self.people[role])
                self.actors[role] = build_actor(session, person, self.now)
        return self.actors[role]

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def next_op(self) -> str:
        self.ops += 1
        return uid(10_000 + self.ops)

    def keep(self, role: str, kind: str, body: dict | None = None, *, client=None, op=None) -> actions.Kept:
        """One op by whoever holds `role`, in a transaction of its own. A tab's number is its role's place."""
        with self.db.writing() as session:
            return actions.keep(
                session,
                by=self.actor(role),
                meeting_id=self.meeting,
                op=op or self.next_op(),
                kind=kind,
                body=body or {},
                now=self.now,
                client=client or tab(role),
            )

    def arrive(self, role: str, client: str | None = None) -> str:
        with self.db.writing() as session:
            return actions.arrive(
                session, by=self.actor(role), meeting_id=self.meeting, client=client or tab(role), now=self.now
            )

    def state(self) -> State:
        with self.db.reading() as session:
            return queries.state_now(session, self.meeting)[1]

    def events(self, after: int = 0) -> list[dict]:
        with self.db.reading() as session:
            return queries.events_after(session, self.meeting, after)


def tab(role: str) -> str:
    return uid(1 + (*ROLES, "outsider").index(role))


def set_up(folder: Path, *, opened: bool = True) -> Stage:
    """The tables as the models say, and the people of the story."""
    db = Database(f"sqlite:///{folder / 'room.db'}")
    METADATA.create_all(db.engine)
    return populate(db, opened=opened)


def populate(db: Database, *, opened: bool = True, password_hash: str = "-") -> Stage:
    with db.writing() as session:
        if session.get(Trust, "RBV") is None:
            session.add(Trust(ods="RBV", name="The Christie", live_from=date(2020, 1, 1)))
            session.flush()
        team, other = (Team(id=new_id(), name=name, mdt_type="0100", host_ods="RBV") for name in ("Lung", "Breast"))
        session.add_all([team, other])
        session.flush()
        people, emails = {}, {}
        for role in (*ROLES, "outsider"):
            person = Person(
                id=new_id(),
                email=f"{role}-{new_id()[:6]}@example.org",
                name=f"Dr {role.title()}",
                specialty="Radiologist",
                trust_ods="RBV",
                password_hash=password_hash,
            )
            session.add(person)
            session.flush()
            people[role], emails[role] = person.id, person.email
            where, what = (other, "chair") if role == "outsider" else (team, role)
            session.add(Membership(team_id=where.id, person_id=person.id, role=what, starts=date(2020, 1, 1)))
        patients = [
            Patient(
                id=new_id(),
                nhs_number=f"999{int(new_id()[:8], 16) % 10_000_000:07}",
                family=f"Test{n}",
                given="Ann",
                birth_date=date(1950, 1, 1 + n),
                sex="F",
            )
            for n in range(3)
        ]
        session.add_all(patients)
        meeting = Meeting(id=new_id(), team_id=team.id, starts_at=START)
        elsewhere = Meeting(id=new_id(), team_id=other.id, starts_at=START)
        session.add_all([meeting, elsewhere])
        session.flush()
        cases = [
            Case(
                id=new_id(),
                meeting_id=(meeting if n < 2 else elsewhere).id,
                patient_id=patient.id,
                position=n + 1,
                clinical_question="Resectable?",
                listed_at=START,
            )
            for n, patient in enumerate(patients)
        ]
        session.add_all(cases)
        stage = Stage(
            db,
            people,
            emails,
            team.id,
            meeting.id,
            [case.id for case in cases[:2]],
            [patient.id for patient in patients],
            cases[2].id,
        )
    if opened:
        stage.keep("chair", "meeting.open")
    return stage


def bring_images(stage: Stage, case: int) -> Imaging:
    """A series of three images for the patient of a case."""
    study_uid = f"1.2.{int(new_id(), 16)}"
    series_uid, sops = f"{study_uid}.1", tuple(f"{study_uid}.1.{n}" for n in range(3))
    with stage.db.writing() as session:
        study = Study(study_uid=study_uid, study_date=date(2026, 10, 1), modalities=["CT"])
        session.add(study)
        session.flush()
        series = Series(study_id=study.id, series_uid=series_uid, modality="CT", number=1, expected=3)
        session.add_all(
            [series, Link(patient_id=stage.patients[case], study_id=study.id, trust_ods="RBV", status="auto")]
        )
        session.flush()
        session.add_all(
            Instance(
                series_id=series.id,
                sop_uid=sop,
                sop_class_uid=CTImageStorage,
                transfer_syntax_uid=ExplicitVRLittleEndian,
                number=n,
                sha256=f"{n:064}",
                bytes=1,
                trust_ods="RBV",
                received_at=START,
                header={},
            )
            for n, sop in enumerate(sops)
        )
        return Imaging(study_uid, series_uid, series.id, sops)


def mark(n: int, version: int = 1, **changed) -> dict:
    """A length as a tab sends it."""
    return {
        "id": uid(500 + n),
        "version": version,
        "tool": "Length",
        "study": "1.2.3",
        "series": "1.2.3.4",
        "sop": "1.2.3.4.5",
        "frame": 1,
        "points": [[-12.3456, 0.0, 7], [1, 2, 3.5]],
        "text": "",
        **changed,
    }


def key(n: int, **changed) -> dict:
    return {
        "id": uid(700 + n),
        "study": "1.2.3",
        "series": "1.2.3.4",
        "sop": "1.2.3.4.5",
        "frame": 3,
        "caption": "9 mm",
        **changed,
    }


def sample(n: int, case: str = "0" * 32) -> Sample:
    """A view as the recorder keeps it."""
    at = datetime(2026, 11, 24, 12, 30, tzinfo=UTC) + timedelta(seconds=n)
    return Sample(1, n, at, 1, tab("chair"), "Chair", {"case": case})
