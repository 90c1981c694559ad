"""The demo region for real: eight endpoints in processes of their own, asked by the product."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from sqlalchemy import select

from mdt import bootstrap, config
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid, NotFound
from mdt.demo import cast, control, library, seed, story
from mdt.demo.colorectal.patients import PATIENTS
from mdt.demo.phantoms.objects import Place, Series, Shot, uid
from mdt.demo.phantoms.slices import ct
from mdt.demo.region import Region, free_port
from mdt.imaging.actions import begin_gather
from mdt.imaging.gathering.summary import summary
from mdt.meeting.models import Case, Meeting
from mdt.people.models import Person, Team
from mdt.record.models import Patient

BY = system("test")
pytestmark = pytest.mark.contract
EVERY_TRAP = ("maureen", "sian", "mohammed", "przemyslaw", "chiamaka", "geraldine", "oluwaseun", "brid")


def tiny(key: str, anchor: date) -> Iterator[Dataset]:
    """Twenty small images in place of a painted study: what matters here is whose they are and who holds them."""
    shot = Shot(key, anchor, "101500", key, "CHEST")
    for number in range(1, 21):
        place = Place(uid(key, "frame"), (0.0, 0.0, 2.5 * number), (1.0, 1.0), 2.5)
        yield ct(shot, Series(2, "Small"), number, np.full((4, 4), number), place, signed=True, contrast=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def told(place):
    library.make(place / "imaging", date(2026, 11, 24), tiny)
    read = story.read(place / "imaging")
    assert len(read.studies) == sum(len(one.copies) for one in cast.STUDIES)
    return read


@pytest.fixture(scope="module")
def move_port():
    return free_port()


@pytest.fixture(scope="module")
def region(place, told, move_port):
    region = Region(told.trusts, told.folder, place / "work", move_port=move_port)
    try:
        region.start()
        yield region
    finally:
        region.stop()


@pytest.fixture(scope="module")
def house(place, region, move_port):
    settings = config.from_environment({"MDT_DATA": str(place / "data"), "MDT_DIMSE_PORT": str(move_port)})
    house = bootstrap.build(settings)
    seed.trusts(house, region.toml())
    yield house
    house.db.close()


@pytest.fixture(scope="module")
def seeded(house, told):
    for _ in range(2):  # twice: nothing may be doubled
        seed.everything(house, told, synthetic=True)
    return house


def gathered(house, patient):
    with house.db.writing() as session:
        there = session.scalar(select(Patient).where(Patient.nhs_number == patient.nhs))
        gather = begin_gather(session, by=BY, patient_id=there.id, now=utc_now())
    house.gatherer(BY).run(gather.id)
    with house.db.reading() as session:
        return summary(session, BY, gather_id=gather.id)


def test_seeding_twice_gives_one_of_each_and_a_meeting_today(seeded):
    with seeded.db.reading() as session:
        assert len(session.scalars(select(Patient)).all()) == len(cast.PATIENTS) + len(PATIENTS)
        assert len(session.scalars(select(Person)).all()) == len(seed.STAFF)
        imaged = select(Meeting).join(Meeting.team).where(Team.mdt_type != "0301")  # the colorectal team's are many
        meetings = session.scalars(imaged.order_by(Meeting.starts_at)).all()
        assert len(meetings) == 4
        first = meetings[0]
        assert 0 < (first.starts_at - utc_now()).total_seconds() < 3600
        assert len(session.scalars(select(Case).where(Case.meeting_id == first.id)).all()) == 6


@pytest.mark.parametrize(
    "key", ["maureen", "sian", "mohammed", "przemyslaw", "chiamaka", "geraldine", "oluwaseun", "brid"]
)
def test_the_federation_finds_what_the_story_says(seeded, told, key):
    patient = next(one for one in told.patients if one.key == key)
    result = gathered(seeded, patient)
    assert {one["ods"] for one in result["trusts"] if one["status"] == "answered"} == {one.ods for one in told.trusts}
    found = {one["StudyInstanceUID"]: one for one in result["studies"]}
    expected: dict[str, list[dict[str, Any]]] = {}
    for one in told.studies:
        if one["patient"] == key:
            expected.setdefault(one["StudyInstanceUID"], []).append(one)
    for study_uid, copies in expected.items():
        study = found.pop(study_uid)
        assert study["link"] == copies[0]["link"]
        assert sorted(study["holders"]) == sorted(one["trust"] for one in copies)
        if study["link"] == "confirm":
            assert study["why"] == copies[0]["why"]
        else:
            assert study["received_instances"] == max(one["instances"] for one in copies)
            assert study["complete"] == (copies[0]["instances"] == 20 or len(copies) > 1)
    assert {one["link"] for one in found.values()} <= {"never"}
    assert bool(found) == (key == "mohammed")


def test_a_slice_that_never_arrived_is_named(seeded, told):
    patient = next(one for one in told.patients if one.key == "sian")
    (gap,) = [gap for study in gathered(seeded, patient)["studies"] for gap in study["gaps"]]
    assert "12 to 15" in gap


# pynetdicom leaves the socket of a refused connection to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("ods", ["RWJ", "RM3"])
def test_a_trust_that_is_switched_off_refuses_connections_until_it_is_switched_on(region, seeded, told, ods):
    where = next(one for one in control.endpoints(region.control) if one.ods == ods)
    port = int(where.address.split("127.0.0.1:")[1].split()[0])
    control.switch(region.control, ods, False)
    until(region, ods, "off")
    assert not listens(port)
    silent = {one["ods"]: one for one in gathered(seeded, told.patients[0])["trusts"] if one["status"] != "answered"}
    assert set(silent) == {ods}
    assert silent[ods]["phase"] == "connect"
    control.switch(region.control, ods, True)
    until(region, ods, "on")
    assert listens(port)


def test_an_endpoint_that_dies_is_said_to_have_died_and_is_not_restarted(region):
    one = region._endpoints["RMC"]
    one.process.send_signal(signal.SIGKILL)
    until(region, "RMC", "died")
    assert "code" in next(each for each in control.endpoints(region.control) if each.ods == "RMC").detail
    control.switch(region.control, "RMC", False)
    until(region, "RMC", "off")
    control.switch(region.control, "RMC", True)
    until(region, "RMC", "on")


def test_a_folder_or_an_unknown_trust_cannot_be_switched(region):
    with pytest.raises(Invalid, match="folder"):
        control.switch(region.control, "RMP", False)
    with pytest.raises(NotFound):
        control.switch(region.control, "../evil", False)


def test_an_endpoint_ends_when_its_parent_is_killed(place, told):
    """The pipe that ties them breaks however the parent ends."""
    port = free_port()
    arguments = ["-m", "mdt.demo.provider", "--folder", str(told.folder / "RMC"), "--port", str(port)]
    launch = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, *{arguments!r}], stdin=subprocess.PIPE)
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", launch], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    wait_for(lambda: listens(port))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not listens(port) and not runs(child))


def until(region, ods, state):
    def there():
        region.look()
        return next(one for one in control.endpoints(region.control) if one.ods == ods).state == state

    wait_for(there)


def wait_for(there, within=30.0):
    end = time.monotonic() + within
    while not there():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def listens(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
