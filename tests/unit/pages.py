"""A seeded region for tests of pages: two teams, one of every role, meetings on three days, imaging in every state."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt import bootstrap
from mdt.config import from_environment
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.imaging.counts import count_again
from mdt.imaging.models import Gather, Instance, Refusal, Series, TrustAnswer
from mdt.meeting.models import Case, Meeting
from mdt.outcome import actions as outcomes
from mdt.people import actions as people
from mdt.people import passwords
from mdt.people.models import Team
from mdt.people.sessions import SignIn
from mdt.record import claims
from mdt.record.actions import add_patient
from mdt.record.models import Holder, Link, Study
from mdt.trusts.models import Trust
from mdt.trusts.source import ClaimedIdentity
from mdt.web.app import create_app
from mdt.web.assets import DESK, PAGES, ROOM
from tests.unit.test_outcome import PLAN

PASSWORD = "a long enough demo password"
VERSION = "a" * 64
NASTY = "<img src=x onerror=alert(document.domain)>"
SETUP = system("test")
TRUSTS = {
    "RMC": "Bolton",
    "RBV": "The Christie",
    "R0A": "Manchester University",
    "RM3": "Salford Royal",
    "RW6": "Pennine Acute",
    "RWJ": "Stockport",
    "RMP": "Tameside and Glossop",
    "RRF": "Wrightington, Wigan and Leigh",
}
# Who is who: name, specialty, trust and, where they are in a team, which and as what.
PEOPLE = {
    "chair": ("Dr Amara Osei", "Respiratory physician", "RM3", "lung"),
    "coordinator": ("Beth Naylor", "MDT coordinator", "RM3", "lung"),
    "member": ("Mr Chandra Patel", "Thoracic surgeon", "R0A", "lung"),
    "presenter": ("Dr Dilys Hughes", "Radiologist", "RBV", "lung"),
    "observer": ("Ed Farrow", "Medical student", "RMC", "lung"),
    "administrator": ("Fay Quinn", "", "RM3", ""),
    "stranger": ("Dr Gita Rao", "Breast surgeon", "RWJ", "breast"),
    "elsewhere": ("Dr Hal Ives", "Haematologist", "RMP", ""),
}


@dataclass
class Seeded:
    """The house and the ids of what is in it, by a short name."""

    house: bootstrap.House
    teams: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    meetings: dict[str, str] = field(default_factory=dict)
    patients: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    series: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    leaf: str = ""  # of a layer that a test has added
    referral: str = ""  # with its paper, that `referred.add_referral` has added
    paper: str = ""
    prepared: Any = None  # what `prepared.add_preparation` has added
    letter: str = ""  # about a signed outcome, that a test has made

    def app(self, *more: Blueprint) -> Flask:
        """The pages on this house, with a front end that needs no building."""
        manifest = self.house.settings.data / "manifest.json"
        manifest.write_text(
            json.dumps({entry: {"file": "built.js", "css": ["built.css"]} for entry in (PAGES, ROOM, DESK)})
        )
        return create_app(self.house, more, manifest=manifest)

    def signed_in(self, who: str, *, guarded: bool = False) -> FlaskClient:
        """A browser in which `who` is signed in. Forms need our token only when `guarded`."""
        app = self.app()
        app.config["WTF_CSRF_ENABLED"] = guarded
        client = app.test_client()
        if who != "nobody":
            now = utc_now()
            with client.session_transaction() as cookie:
                SignIn(self.people[who], session_version=self.versions[who], issued=now, seen=now).write(cookie)
        return client

    @staticmethod
    def email(name: str) -> str:
        return f"{name}@nhs.example"


@contextmanager
def seeded(folder: Path, **changes: object) -> Iterator[Seeded]:
    """A house in `folder` with everything below in it; `changes` replace settings."""
    template, made = _template()
    shutil.copytree(template, folder, dirs_exist_ok=True)
    settings = replace(from_environment({"MDT_DATA": str(folder)}), **changes)  # type: ignore[arg-type]
    house = bootstrap.build(settings, migrate=False)
    yield replace(made, house=house)
    house.db.close()


@cache
def _template() -> tuple[Path, Seeded]:
    """Made once for all tests, on a migrated database; each test gets a copy."""
    folder = Path(tempfile.mkdtemp(prefix="mdt-pages-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = fill(bootstrap.build(from_environment({"MDT_DATA": str(folder)})))
    made.house.db.close()
    return folder, made


def fill(house: bootstrap.House) -> Seeded:
    """Put the region into an empty house."""
    made, now = Seeded(house), utc_now()
    with house.db.writing() as session:
        _trusts_and_people(session, made, now)
        _meetings_and_cases(session, made, now)
        _imaging(session, made, now)
        _outcomes(session, made, now)
        _files(session, made, now)
    return made


def _trusts_and_people(session: Session, made: Seeded, now: datetime) -> None:
    session.add_all(Trust(ods=ods, name=name, live_from=date(2020, 1, 1)) for ods, name in TRUSTS.items())
    session.flush()
    for key, name, kind, host in (("lung", "Lung MDT", "0801", "RM3"), ("breast", "Breast MDT", "0101", "RWJ")):
        made.teams[key] = people.add_team(session, by=SETUP, name=name, mdt_type=kind, host_ods=host, now=now).id
    password_hash = passwords.hashed(PASSWORD)
    for key, (name, specialty, trust, team) in PEOPLE.items():
        person = people.add_person(
            session,
            by=SETUP,
            email=made.email(key),
            name=name,
            specialty=specialty,
            trust_ods=trust,
            password_hash=password_hash,
            administrator=key == "administrator",
            now=now,
        )
        made.people[key], made.versions[key] = person.id, person.session_version
        if team:
            people.add_membership(
                session,
                by=SETUP,
                person_id=person.id,
                team_id=made.teams[team],
                role="chair" if key == "stranger" else key,
                starts=date(2020, 1, 1),
                now=now,
            )


def _meetings_and_cases(session: Session, made: Seeded, now: datetime) -> None:
    team = session.get_one(Team, made.teams["lung"])
    days = {"today": 0, "coming": 7, "past": -7}
    for key, days_away in days.items():
        starts = now.replace(hour=12, minute=30, second=0, microsecond=0) + timedelta(days=days_away)
        meeting = Meeting(team_id=team.id, starts_at=starts, place="Seminar room 2")
        meeting.status = "closed" if key == "past" else "planned"
        session.add(meeting)
        session.flush()
        made.meetings[key] = meeting.id
    patients = {
        "maria": ("9990000018", "Kowalski", "Maria", date(1951, 3, 14), "F"),
        "john": ("9990000026", "Okafor-Brown", "John", date(1948, 11, 2), "M"),
        "nasty": ("9990000034", NASTY, NASTY, date(1960, 1, 31), "O"),
        "new": ("9990000042", "Wu", "Li", date(1975, 7, 9), "F"),
    }
    questions = {
        "maria": "Solitary nodule in the right upper lobe, growing since March. Suitable for resection?",
        "john": "New hilar mass with weight loss. Bronchoscopy or CT-guided biopsy first?",
        "nasty": f"Is this {NASTY} resectable?",
    }
    for position, (key, (nhs, family, given, born, sex)) in enumerate(patients.items(), start=1):
        patient = add_patient(session, by=SETUP, nhs=nhs, family=family, given=given, birth_date=born, sex=sex, now=now)
        made.patients[key] = patient.id
        if key in questions:
            case = Case(
                meeting_id=made.meetings["today"],
                patient_id=patient.id,
                position=position,
                clinical_question=questions[key],
                listed_by=made.people["coordinator"],
                listed_at=now,
            )
            session.add(case)
            session.flush()
            made.cases[key] = case.id


def _imaging(session: Session, made: Seeded, now: datetime) -> None:
    maria, john = made.patients["maria"], made.patients["john"]
    _gather(
        session,
        maria,
        now,
        {ods: ("answered", None, 120, 120) for ods in TRUSTS if ods != "RW6"}
        | {"RW6": ("no-answer", "connect", 0, 0), "RWJ": ("answered", None, 0, 0)},
        finished=True,
    )
    _gather(
        session,
        john,
        now,
        {
            "RMC": ("answered", None, 80, 80),
            "RBV": ("answered", None, 240, 113),
            "R0A": ("asking", None, 0, 0),
            "RM3": ("refused", "associate", 0, 0),
            "RRF": ("no-answer", "query", 0, 0),
        },
        finished=False,
    )
    whole = _study(session, "1.2.3.1", date(2026, 11, 2), "CT CHEST WITH CONTRAST", ["CT"], {"RMC": 4, "RBV": 4})
    _series(session, whole, "1.2.3.1.1", now, expected=4, received=4)
    short = _study(session, "1.2.3.2", date(2026, 3, 9), "CT CHEST", ["CT"], {"R0A": 6})
    _series(session, short, "1.2.3.2.1", now, expected=6, received=4, gaps=["instances 3 and 4 are missing"])
    maybe = _study(session, "1.2.3.3", date(2025, 6, 30), "XR CHEST", ["DX"], {"RMP": 2})
    nasty = _study(session, "1.2.3.4", date(2026, 1, 5), NASTY, ["MR"], {"RRF": 1})
    _series(session, nasty, "1.2.3.4.1", now, expected=1, received=1, description=NASTY)
    for study in (whole, short):
        for holder in study.holders:
            _link(session, maria, study, holder.trust_ods, "auto")
    for key in ("nasty", "maria"):
        link = _link(
            session,
            made.patients[key],
            maybe if key == "maria" else nasty,
            "RMP" if key == "maria" else "RRF",
            "confirm",
            why="NHS number matches, date of birth does not",
        )
        made.links[key] = link.id
    maybe.holders[0].claimed = claims.to_json(
        ClaimedIdentity(
            patient_id="T4471902",
            issuer="TGH",
            other_ids=("9990000018",),
            family="KOWALSKI",
            given="M",
            birth_date=date(1951, 3, 15),
        )
    )
    nasty.holders[0].claimed = claims.to_json(
        ClaimedIdentity(patient_id=NASTY, issuer=NASTY, other_ids=(NASTY,), family=NASTY, given=NASTY, sex="M")
    )
    session.add(
        Refusal(trust_ods="R0A", study_id=short.id, name="IM000007.dcm", why="It is cut off in the middle.", at=now)
    )
    session.add(Refusal(trust_ods="RRF", study_id=nasty.id, name=NASTY, why=f"It is {NASTY}.", at=now))


def _outcomes(session: Session, made: Seeded, now: datetime) -> None:
    """Two cases of the meeting that is over: one with its signed outcome, one whose outcome is still typed."""
    for position, (key, who) in enumerate((("signed", "maria"), ("draft", "john")), start=1):
        case = Case(
            meeting_id=made.meetings["past"],
            patient_id=made.patients[who],
            position=position,
            clinical_question="Suitable for resection?",
            status="discussed",
            listed_at=now,
        )
        session.add(case)
        session.flush()
        made.cases[key] = case.id
        binding = outcomes.Binding(case.meeting_id, case.id, case.patient_id, version=1)
        soon = (now + timedelta(days=3)).date().isoformat()
        action = {"id": "aaaaaaaa-0001", "text": f"Refer {NASTY}", "owner": "Beth Naylor", "due": soon}
        plan = PLAN | {"actions": [action], "tell_by": soon, "rationale": f"Fit. {NASTY}"}
        for name, value in plan.items() if key == "signed" else [("rationale", "Not decided yet.")]:
            typed = outcomes.set_field(
                session, by=SETUP, binding=binding, revision=99, field=name, value=value, now=now
            )
        if key == "signed":
            outcomes.sign(session, by=SETUP, binding=binding, revision=typed.revision, now=now)


def _files(session: Session, made: Seeded, now: datetime) -> None:
    """A pack of frames and a document in the store, of Maria's newest study."""
    store = made.house.store
    study = session.scalars(select(Study).where(Study.study_uid == "1.2.3.1")).one()
    made.series["maria"] = session.scalars(select(Series.id).where(Series.study_id == study.id)).one()
    with store.drafting_folder() as folder:
        for name, content in (("frames", b"MDTPACK1"), ("index.json", b"{}"), ("report.pdf", b"%PDF-1.4 %%EOF")):
            (folder / name).write_bytes(content)
        kept = store.put(folder / "report.pdf")
        store.put_pack(made.series["maria"], VERSION, frames=folder / "frames", index=folder / "index.json")
    letter = Series(study_id=study.id, series_uid="1.2.3.1.2", modality="DOC", number=9, expected=1, gaps=[])
    session.add(letter)
    session.flush()
    report = Instance(
        series_id=letter.id,
        sop_uid="1.2.3.1.2.1",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.104.1",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        sha256=kept.sha256,
        bytes=kept.bytes,
        trust_ods="RMC",
        received_at=now,
        header={"document": {"sha256": kept.sha256, "title": "Pathology report", "type": "application/pdf"}},
        problem=None,
    )
    session.add(report)
    count_again(session, [letter.id])
    made.documents["maria"] = report.id


def _gather(
    session: Session,
    patient_id: str,
    now: datetime,
    answers: dict[str, tuple[str, str | None, int, int]],
    *,
    finished: bool,
) -> None:
    gather = Gather(patient_id=patient_id, asked_at=now - timedelta(minutes=3), started_at=now - timedelta(minutes=3))
    gather.finished_at = now if finished else None
    for ods, (status, phase, expected, received) in answers.items():
        detail = "It refused the connection." if phase == "connect" else ""
        gather.answers.append(
            TrustAnswer(
                trust_ods=ods,
                status=status,
                phase=phase,
                detail=detail,
                seconds=None if status == "asking" else 1.2,
                expected=expected,
                received=received,
                changed_at=now - timedelta(seconds=40),
            )
        )
    session.add(gather)


def _study(
    session: Session, uid: str, day: date, description: str, modalities: list[str], held: dict[str, int]
) -> Study:
    study = Study(study_uid=uid, study_date=day, description=description, modalities=modalities)
    for ods, instances in held.items():
        study.holders.append(Holder(trust_ods=ods, series=1, instances=instances, claimed={}, seen_at=utc_now()))
    session.add(study)
    session.flush()
    return study


def _series(
    session: Session,
    study: Study,
    uid: str,
    now: datetime,
    *,
    expected: int,
    received: int,
    gaps: list[str] | None = None,
    description: str = "Lung 1.0",
) -> None:
    series = Series(
        study_id=study.id,
        series_uid=uid,
        modality=study.modalities[0],
        number=2,
        description=description,
        expected=expected,
        gaps=gaps or [],
    )
    session.add(series)
    session.flush()
    session.add_all(
        Instance(
            series_id=series.id,
            sop_uid=f"{uid}.{n}",
            sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            number=n,
            sha256="0" * 64,
            bytes=1,
            trust_ods=study.holders[0].trust_ods,
            received_at=now,
            header={},
            problem=None,
        )
        for n in range(received)
    )
    count_again(session, [series.id])


def _link(session: Session, patient_id: str, study: Study, ods: str, status: str, why: str = "") -> Link:
    link = Link(patient_id=patient_id, study_id=study.id, trust_ods=ods, status=status, why=why)
    session.add(link)
    session.flush()
    return link
