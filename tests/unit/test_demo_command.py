"""Starting a demo: it never mixes with a real installation or another demo's imaging, and forgets only its own."""

import json
import signal
import threading
from dataclasses import replace
from datetime import date

import pytest

from mdt import bootstrap, config
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid, Misconfigured
from mdt.demo import command, control, seed, story
from mdt.demo.control import Endpoint
from mdt.demo.geography import TRUSTS
from mdt.people import actions as people
from mdt.record.actions import add_patient
from mdt.trusts.models import Trust

BY = system("test")
RWJ = Endpoint("RWJ", "Stockport", "dimse", "127.0.0.1:1", "on")


@pytest.fixture
def house(tmp_path):
    house = bootstrap.build(config.from_environment({"MDT_DATA": str(tmp_path / "data")}))
    (house.settings.data / "demo").mkdir()
    yield house
    house.db.close()


def add_somebody(house):
    with house.db.writing() as session:
        session.add(Trust(ods="RMC", name="Bolton", live_from=date(2020, 1, 1)))
        session.flush()
        people.add_person(
            session, by=BY, email="a@b.example", name="A B", trust_ods="RMC", password_hash="x", now=utc_now()
        )


def test_a_real_installation_is_never_made_a_demo(house):
    add_somebody(house)
    with pytest.raises(Misconfigured, match="not the demo's"):
        command.run(house, None, 0, reset=False)
    with pytest.raises(Misconfigured, match="not the demo's"):
        command.run(house, None, 0, reset=True)


def test_other_imaging_needs_a_reset(house, tmp_path):
    (tmp_path / "region.json").write_text(json.dumps({"trusts": {}, "patients": [], "studies": []}))
    (house.settings.data / "demo" / "demo.json").write_text(json.dumps({"imaging": "synthetic"}))
    with pytest.raises(Misconfigured, match="--reset"):
        command.run(house, tmp_path, 0, reset=False)


def test_a_folder_that_is_no_region_is_refused_in_words(house, tmp_path):
    with pytest.raises(Invalid, match=r"region\.json"):
        command.run(house, tmp_path, 0, reset=False)
    assert not (house.settings.data / "demo" / "demo.json").exists()


def test_a_reset_forgets_what_the_demo_made_and_keeps_the_rest(house, capsys):
    data, work = house.settings.data, house.settings.data / "demo"
    (work / "demo.json").write_text(json.dumps({"imaging": "synthetic"}))
    (work / "imaging").mkdir()
    (data / "store" / "aa").mkdir(parents=True)
    (data / "notes.txt").write_text("somebody's own")
    with house.db.writing() as session:
        add_patient(
            session, by=BY, nhs="9994128736", family="A", given="B", birth_date=date(1953, 8, 2), sex="F", now=utc_now()
        )
    command.forget(house, work)
    assert [path.name for path in work.iterdir()] == []
    assert not (data / "store" / "aa").exists()
    assert (data / "notes.txt").exists()
    add_somebody(house)  # the tables are there again, and empty


def test_a_reset_of_what_no_demo_made_does_nothing(house):
    (house.settings.data / "store").mkdir(exist_ok=True)
    add_somebody(house)
    command.forget(house, house.settings.data / "demo")
    assert (house.settings.data / "store").exists()
    with house.db.reading() as session:
        assert session.get(Trust, "RMC") is not None


def test_two_demos_do_not_share_a_folder(house):
    with (
        command._alone(house.settings.data / "demo"),
        pytest.raises(Misconfigured, match="already running"),
        command._alone(house.settings.data / "demo"),
    ):
        pass


def test_a_stop_signal_is_heard_as_an_exception():
    with pytest.raises(command._Stop), command._stoppable():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_the_ready_line_begins_with_the_address_and_names_everybody():
    text = command.ready(8123)
    assert text.startswith("Ready: http://127.0.0.1:8123 ")
    assert all(one.email in text for one in seed.STAFF)


def test_readers_never_see_half_a_state(tmp_path):
    """The supervisor replaces the file whole while others read it."""
    stop = threading.Event()

    def write():
        while not stop.is_set():
            control.publish(tmp_path, [RWJ, replace(RWJ, ods="RBV", detail="x" * 5000)])

    control.publish(tmp_path, [RWJ])
    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert all(len(control.endpoints(tmp_path)) in (1, 2) for _ in range(300))
    finally:
        stop.set()
        writer.join()


def test_what_was_asked_for_last_is_what_is_wanted(tmp_path):
    control.publish(tmp_path, [RWJ])
    control.switch(tmp_path, "RWJ", False)
    control.switch(tmp_path, "RWJ", True)
    assert control.wanted(tmp_path) == {"RWJ": True}
    control.forget(tmp_path)
    assert control.wanted(tmp_path) == {}
    assert control.endpoints(tmp_path) == []


def test_the_folder_says_the_names_and_we_say_how_its_trusts_are_reached(tmp_path):
    told = {"trusts": {"RBV": {"name": "Another name"}, "XYZ": {"name": "New"}}, "patients": [], "studies": []}
    (tmp_path / "region.json").write_text(json.dumps(told))
    by_code = {one.ods: one for one in story.read(tmp_path).trusts}
    assert len(by_code) == len(TRUSTS) + 1
    assert (by_code["RBV"].name, by_code["RBV"].kind) == ("Another name", "dimse")
    assert by_code["XYZ"].kind == "dicomweb"
