"""What several benchmarks need: a house of their own with its people, and the product serving it."""

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx
import structlog

from mdt import bootstrap
from mdt.bootstrap import House
from mdt.config import from_environment
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.imaging.actions import begin_gather
from mdt.meeting.actions import list_case, plan
from mdt.people.actions import add_membership, add_person, add_team
from mdt.people.passwords import hashed
from mdt.record.actions import add_patient
from mdt.record.models import Patient
from mdt.trusts.actions import load_trusts
from mdt.trusts.load import read
from tests.peers.programs import free_port

ROOT = Path(__file__).resolve().parents[1]
EMAIL, PASSWORD = "coordinator@mdt.example", "a long enough bench password"
BY = system("bench")
READY_WITHIN = 60.0


def build(folder: Path, trusts: Path, **settings: str) -> House:
    """A house in `folder` with the trusts of a TOML file. Nothing else runs: what is asked of it is done at once."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    house = bootstrap.build(from_environment({"MDT_DATA": str(folder), **settings}))
    with house.db.writing() as session:
        load_trusts(session, read(trusts), by=BY, now=utc_now())
    return house


def patient(house: House, *, nhs: str, family: str, given: str, born: date, sex: str) -> str:
    """A verified patient; gives the id."""
    with house.db.writing() as session:
        return add_patient(
            session, by=BY, nhs=nhs, family=family, given=given, birth_date=born, sex=sex, now=utc_now()
        ).id


def gather(house: House, patient_id: str) -> str:
    """One round for one patient, from asked to finished, in this process; gives the gather's id."""
    with house.db.writing() as session:
        gather_id = begin_gather(session, by=BY, patient_id=patient_id, now=utc_now()).id
    house.gatherer(BY).run(gather_id)
    return gather_id


def listed(house: House, patient_ids: Sequence[str], trust: str) -> None:
    """A coordinator who can sign in, and tomorrow's meeting of their team with these patients on its agenda."""
    now, password_hash = utc_now(), hashed(PASSWORD)
    with house.db.writing() as session:
        team = add_team(session, by=BY, name="Lung", mdt_type="0801", host_ods=trust, now=now)
        who = add_person(
            session, by=BY, email=EMAIL, name="Ms Jo Whitworth", trust_ods=trust, password_hash=password_hash, now=now
        )
        add_membership(
            session, by=BY, person_id=who.id, team_id=team.id, role="coordinator", starts=now.date(), now=now
        )
        meeting = plan(session, by=BY, team_id=team.id, starts_at=now + timedelta(days=1), now=now)
        for one in patient_ids:
            known = session.get_one(Patient, one)
            question = f"Is this resectable ({known.sex})?"
            list_case(session, by=BY, meeting_id=meeting.id, patient_id=one, clinical_question=question, now=now)


@dataclass
class Server:
    """The product's web process and its worker, on a loopback port."""

    url: str
    process: subprocess.Popen[bytes]

    def cookie(self) -> str:
        """Sign in through the page, as a browser does; gives the cookie."""
        with httpx.Client(base_url=self.url, headers={"Origin": self.url, "Referer": f"{self.url}/"}) as browser:
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/sign-in").text)
            assert token
            form = {"csrf_token": token[1], "email": EMAIL, "password": PASSWORD}
            answer = browser.post("/sign-in", data=form)
            assert answer.status_code == 302, answer.text[:2000]
            return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


@contextmanager
def serving(house: House, **settings: str) -> Iterator[Server]:
    """`app.py serve` on that house's folder, with more settings where given."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = os.environ | {"MDT_DATA": str(house.settings.data), "MDT_PUBLIC_URL": url, **settings}
    with (house.settings.data / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py", "serve", "--port", str(port)], cwd=ROOT, env=env, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + READY_WITHIN
        while not _answers(url):
            assert process.poll() is None, "the product did not start"
            assert time.monotonic() < until, "the product did not start in time"
            time.sleep(0.1)
        yield Server(url, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False
