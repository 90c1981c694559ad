"""How long the heaviest pages take to come: an agenda of 60 cases, and a year's report of 5,000.

`python -m bench.pages [--json]`. On the server that ships, over HTTP, one reader after the other and then two at once;
beside them, in the same run, a page that reads nothing but who is signed in.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.house import BY, EMAIL, PASSWORD, Server, serving
from mdt import bootstrap
from mdt.config import from_environment
from mdt.core.clock import in_london, utc_now
from mdt.core.db import Base, new_id
from mdt.imaging.models import Gather, Series, TrustAnswer
from mdt.live.models import Attendance, CaseQuorum
from mdt.meeting import imaging_then
from mdt.meeting.imaging_then import ImagingThen
from mdt.meeting.models import Case, Meeting, TeamPolicy
from mdt.meeting.moving.models import Carry
from mdt.meeting.quorum import starter
from mdt.meeting.triage.models import Ratification, Standard, StandardVersion, Triage
from mdt.outcome.models import Milestone, Outcome
from mdt.people.actions import add_membership, add_person, add_team
from mdt.people.models import Team
from mdt.people.passwords import hashed
from mdt.record.models import Holder, Link, Patient, Study
from mdt.trusts.models import Trust

AGENDA, CASES, MEETINGS, LOOKS, GOAL = 60, 5000, 52, 30, 0.3
TRUSTS = ("RM3", "RBV", "R0A", "RMC", "RW6", "RWJ", "RMP", "RRF")
SPECIALTIES = (
    "Colorectal surgeon", "Clinical oncologist", "Radiologist", "Histopathologist", "Clinical nurse specialist",
    "Medical oncologist", "Gastroenterologist", "Radiologist", "Colorectal surgeon", "Histopathologist",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/pages.py", description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    house = bootstrap.build(from_environment({"MDT_DATA": tempfile.mkdtemp(prefix="mdt-bench-")}))
    with house.db.writing() as session:
        team_id, coming = fill(session, utc_now())
    today = in_london(utc_now()).date()
    year = f"?from={today - timedelta(days=370)}&to={today}"
    pages = {
        "an empty page": "/health",
        "my meetings": "/meetings",
        f"agenda of {AGENDA} cases": f"/meetings/{coming}",
        f"a year's report of {CASES:,} cases": f"/teams/{team_id}/reports/{year}",
        "its figures as CSV": f"/teams/{team_id}/reports/figures.csv{year}",
        "the same report as PDF": f"/teams/{team_id}/reports/report.pdf{year}",
    }
    with serving(house) as server:
        found = dict(_timed(server, pages))
    house.db.close()
    goals = [name for name in pages if "cases" in name]
    met = all(found[name]["p95"] <= GOAL for name in goals)
    if options.json:
        print(json.dumps({"pages": found, "goal": {"seconds": GOAL, "met": met}}, indent=1))
        return 0
    print(f"{'page':<36} {'p50':>8} {'p95':>8} {'p95 with two readers':>22} {'bytes':>9}")
    for name, told in found.items():
        figures = (f"{told[key] * 1000:.0f} ms" for key in ("p50", "p95", "p95 of two"))
        print("{:<36} {:>8} {:>8} {:>22} {:>9,}".format(name, *figures, int(told["bytes"])))
    print(f"goal: agenda and report within {GOAL * 1000:g} ms (p95, one reader): {'met' if met else 'not met'}")
    return 0


def _timed(server: Server, pages: dict[str, str]) -> Iterator[tuple[str, dict[str, float]]]:
    with httpx.Client(base_url=server.url, headers={"Cookie": server.cookie()}, timeout=60) as reader:
        for name, address in pages.items():
            size = len(_read(reader, address)[1])
            alone = sorted(_read(reader, address)[0] for _ in range(LOOKS))
            with ThreadPoolExecutor(2) as two:
                both = sorted(seconds for seconds, _ in two.map(lambda at: _read(reader, at), [address] * LOOKS))
            yield (
                name,
                {
                    "p50": alone[len(alone) // 2],
                    "p95": alone[int(len(alone) * 0.95)],
                    "p95 of two": both[int(len(both) * 0.95)],
                    "bytes": size,
                },
            )


def _read(reader: httpx.Client, address: str) -> tuple[float, bytes]:
    began = time.perf_counter()
    answer = reader.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.text[:500])
    return time.perf_counter() - began, answer.content


def fill(session: Session, now: datetime) -> tuple[str, str]:
    """A team with a year of meetings behind it and one to come; gives the team's id and the coming meeting's."""
    luck = random.Random(5)
    session.add_all(Trust(ods=ods, name=f"Trust {ods}", live_from=date(2020, 1, 1)) for ods in TRUSTS)
    session.flush()
    team = add_team(session, by=BY, name="Colorectal MDT", mdt_type="0301", host_ods="RM3", now=now)
    people = _people(session, team, now)
    session.add(TeamPolicy(team_id=team.id, starts=date(2020, 1, 1), roles=starter("0301"), made_at=now))
    standard = Standard(team_id=team.id)
    session.add(standard)
    session.flush()
    version = StandardVersion(
        standard_id=standard.id, number=1, name="Malignant polyp, wholly removed", criteria="Clear margins",
        treatments=[], approved_by="The board", approved_on=date(2025, 1, 1), review_on=date(2030, 1, 1), made_at=now,
    )  # fmt: skip
    session.add(version)
    session.flush()
    rows: dict[type[Base], list[dict[str, Any]]] = {}
    patients = [_patient(rows, number) for number in range(CASES * 3 // 5)]
    policy = session.query(TeamPolicy.id).scalar()
    for week in range(MEETINGS, 0, -1):
        at = (now - timedelta(weeks=week)).replace(hour=8, minute=0, second=0, microsecond=0)
        _held(rows, luck, team.id, people, policy, version.id, at, luck.sample(patients, -(-CASES // MEETINGS)))
    coming = _coming(rows, luck, team.id, now + timedelta(days=2), patients[:AGENDA])
    first: tuple[type[Base], ...] = (Patient, Study, Holder, Link, Series, Gather, TrustAnswer, Meeting, Case)
    for table in dict.fromkeys((*first, *rows)):
        if rows.get(table):
            session.execute(insert(table), rows[table])
    return team.id, coming


def _people(session: Session, team: Team, now: datetime) -> list[str]:
    password = hashed(PASSWORD)
    found = []
    for number, specialty in enumerate(("MDT coordinator", *SPECIALTIES)):
        who = add_person(
            session, by=BY, email=f"p{number}@mdt.example" if number else EMAIL, name=f"Dr Person {number}",
            specialty=specialty, trust_ods="RM3", password_hash=password, now=now,
        )  # fmt: skip
        role = "member" if number else "coordinator"
        add_membership(session, by=BY, person_id=who.id, team_id=team.id, role=role, starts=date(2020, 1, 1), now=now)
        found.append(who.id)
    return found


def _add(rows: dict[type[Base], list[dict[str, Any]]], table: type[Base], **values: Any) -> str:
    values.setdefault("id", new_id())
    rows.setdefault(table, []).append(values)
    return str(values["id"])


def _patient(rows: dict[type[Base], list[dict[str, Any]]], number: int) -> str:
    nhs = f"{900000000 + number}0"
    return _add(
        rows, Patient, nhs_number=nhs, family=f"Family{number}", given="Given", birth_date=date(1950, 1, 1), sex="F"
    )  # fmt: skip


def _held(
    rows: dict[type[Base], list[dict[str, Any]]],
    luck: random.Random,
    team: str,
    people: list[str],
    policy: str,
    version: str,
    at: datetime,
    patients: list[str],
) -> None:
    """A meeting that is over, with all that its cases left behind."""
    meeting = _add(rows, Meeting, team_id=team, starts_at=at, status="closed", seq=0, place="", epoch=new_id())
    for person in people:
        if luck.random() < 0.8:
            _add(rows, Attendance, meeting_id=meeting, person_id=person, client="c", joined_at=at,
                 seen_at=at + timedelta(hours=2), left_at=at + timedelta(hours=2))  # fmt: skip
    for position, patient in enumerate(patients, start=1):
        fate = luck.choices(("full", "standard", "carried"), (70, 18, 12))[0]
        signed = at + timedelta(hours=3) if fate == "full" and luck.random() < 0.93 else None
        case = _add(
            rows, Case, meeting_id=meeting, patient_id=patient, position=position, clinical_question="Resectable?",
            status={"full": "signed" if signed else "discussed", "standard": "decided", "carried": "deferred"}[fate],
            stream="standard" if fate == "standard" else "full", kind="new", reached="signed" if signed else "",
            listed_at=at - timedelta(days=5), decided_at=signed,
            discussed_seconds=luck.randint(40, 600) if fate == "full" else 0,
        )  # fmt: skip
        _add(rows, Triage, case_id=case, number=1, stream="full" if fate != "standard" else fate, needs=[], kind="new",
             missing="", owner="", reason="", promoted=luck.random() < 0.02, by_name="x", at=at)  # fmt: skip
        for moment in imaging_then.MOMENTS:
            ready = luck.random() < (0.7 if moment == imaging_then.CUT_OFF else 0.9)
            rows.setdefault(ImagingThen, []).append(
                {"case_id": case, "moment": moment, "word": "READY" if ready else "INCOMPLETE", "ready": ready,
                 "at": at - timedelta(days=1)}
            )  # fmt: skip
        if fate == "standard":
            _add(rows, Ratification, meeting_id=meeting, case_id=case, standard_version_id=version, by_name="x", at=at)
        if fate == "carried":
            reason = luck.choice(("images", "report", "pathology", "clinical", "specialist", "time", "time", "patient"))
            trust = luck.choice(TRUSTS) if reason == "images" else None
            _add(rows, Carry, case_id=case, team_id=team, count=1, reason=reason, by_name="x", at=at, note="",
                 study="CT chest", dropped_why="", trust_ods=trust)  # fmt: skip
        if signed:
            _signed(rows, luck, meeting, case, patient, policy, signed)


def _signed(
    rows: dict[type[Base], list[dict[str, Any]]],
    luck: random.Random,
    meeting: str,
    case: str,
    patient: str,
    policy: str,
    at: datetime,
) -> None:
    form = {"decision": "recommend", "intent": "C", "rationale": "Fit, operable after response.", "treatments": []}
    _add(rows, Outcome, meeting_id=meeting, case_id=case, patient_id=patient, version=1, revision=9, status="signed",
         form=form, changed={}, typists=[], changed_at=at, signed_at=at, signed_name="Dr Person 1", reason="",
         checked_name="")  # fmt: skip
    quorate = luck.random() < 0.9
    lacks = [] if quorate else [{"role": "Histopathologist", "needed": 1, "here": [], "invited": []}]
    _add(rows, CaseQuorum, case_id=case, version=1, at=at, policy_id=policy, quorate=quorate, missing=lacks,
         present=[])  # fmt: skip
    this = {"case_id": case, "patient_id": patient, "by_name": "x", "note": "", "answer": "", "reason": ""}
    if luck.random() < 0.9:
        told = at + timedelta(days=luck.choice((0, 1, 1, 2, 2, 3, 5, 9, 14)))
        _add(rows, Milestone, **this, kind="told", day=told.date(), at=told)
    if luck.random() < 0.6:
        answer = luck.choices(("done", "changed", "not-done"), (85, 8, 7))[0]
        reason = "" if answer == "done" else luck.choice(("comorbidity", "choice", "information", "other"))
        after = at + timedelta(weeks=9)
        _add(
            rows, Milestone, **this | {"answer": answer, "reason": reason}, kind="followed", day=after.date(), at=after
        )


def _coming(
    rows: dict[type[Base], list[dict[str, Any]]], luck: random.Random, team: str, at: datetime, patients: list[str]
) -> str:
    """The next meeting, each case with three studies here and two trusts that hold them."""
    meeting = _add(rows, Meeting, team_id=team, starts_at=at, status="planned", seq=0, place="", epoch=new_id())
    asked = at - timedelta(days=3)
    for position, patient in enumerate(patients, start=1):
        _add(rows, Case, meeting_id=meeting, patient_id=patient, position=position, status="listed", stream="full",
             clinical_question="Is this resectable after chemotherapy?", kind="new", reached="", listed_at=asked,
             discussed_seconds=0)  # fmt: skip
        gather = _add(rows, Gather, patient_id=patient, asked_at=asked, started_at=asked, finished_at=asked)
        for ods in TRUSTS:
            _add(rows, TrustAnswer, gather_id=gather, trust_ods=ods, status="answered", changed_at=asked, expected=40,
                 received=40)  # fmt: skip
        for number in range(3):
            uid = f"1.2.826.0.1.{position}.{number}"
            study = _add(rows, Study, study_uid=uid, study_date=date(2026, 1, 1), description="CT CHEST",
                         modalities=["CT"])  # fmt: skip
            short = luck.random() < 0.1
            _add(rows, Series, study_id=study, series_uid=f"{uid}.1", modality="CT", number=1, expected=40, gaps=[],
                 received=39 if short else 40)  # fmt: skip
            for ods in luck.sample(TRUSTS, 2):
                _add(rows, Holder, study_id=study, trust_ods=ods, instances=40, series=1, claimed={}, seen_at=asked)
                _add(rows, Link, patient_id=patient, study_id=study, trust_ods=ods, status="auto", why="")
    return meeting


if __name__ == "__main__":
    sys.exit(main())
