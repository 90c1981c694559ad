"""The commands other programs rely on, run as they are run: in processes of their own, on a data folder."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.archives import DOROTHY, Held, write_slice

ROOT = Path(__file__).resolve().parents[2]
HERS = ["--nhs", "999 000 0018", "--family", "HARGREAVES", "--given", "Dorothy", "--dob", "1951-03-14", "--sex", "F"]


class House:
    """A data folder and the commands run on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("MDT_")} | {
            "MDT_DATA": str(data),
            "MDT_PASSWORD": "three random words",
        }

    def start(self, *arguments: str, **more) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "app.py", *arguments],
            cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert "Traceback" not in err, err
        return process.returncode, out, err

    def done(self, *arguments: str) -> str:
        code, out, err = self.run(*arguments)
        assert code == 0, err
        return out

    def select(self, query: str) -> list[tuple]:
        connection = sqlite3.connect(self.data / "mdt.db", timeout=10)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "data")


def archive(folder: Path, held: Held, series_uid: str, numbers) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        write_slice(folder / f"{number:04}.dcm", held, series_uid, number)


def region(folder: Path, **sources: str) -> str:
    """A region file: each trust with one source in TOML."""
    text = "".join(
        f'[[trust]]\nods = "{ods}"\nname = "Trust {ods}"\nlive_from = 2020-01-01\n[[trust.source]]\n{source}\n'
        for ods, source in sources.items()
    )
    path = folder / "region.toml"
    path.write_text(text)
    return str(path)


def a_folder(path: Path) -> str:
    return f'kind = "folder"\npath = "{path}"'


A_PARENT = """
import os, subprocess, sys, time
worker = subprocess.Popen([sys.executable, "app.py", "worker", "--parent", str(os.getpid())], start_new_session=True)
print(worker.pid, flush=True)
time.sleep(60)
"""
NOWHERE = 'kind = "dimse"\nhost = "no-such-host.invalid"\nport = 104\nae = "PACS"'
NOBODY = 'kind = "dicomweb"\nurl = "http://127.0.0.1:9/dicom-web"'


def test_a_patient_is_added_once_and_a_slip_is_refused_in_one_sentence(house):
    assert "999 000 0018" in house.done("patients", "add", *HERS)
    house.done("patients", "add", *HERS)
    assert house.select("select count(*) from patient") == [(1,)]
    code, out, err = house.run("patients", "add", *HERS[:1], "999 000 0019", *HERS[2:])
    assert (code, out) == (1, "")
    assert err.startswith("Error: This is not an NHS number")
    code, _, err = house.run("patients", "add", *HERS[:-1], "M")
    assert code == 1
    assert "other details" in err


def test_the_audit_is_verified_and_the_first_broken_entry_is_named(house):
    house.done("patients", "add", *HERS)
    assert "holds" in house.done("audit", "verify")
    connection = sqlite3.connect(house.data / "mdt.db")
    with connection:
        connection.execute("update audit_entry set actor = 'somebody else' where seq = 1")
    connection.close()
    code, _, err = house.run("audit", "verify")
    assert code == 1
    assert "entry 1" in err


def test_a_trust_whose_host_does_not_resolve_is_loaded_and_prove_names_the_phase(house, tmp_path):
    (tmp_path / "images").mkdir()
    file = region(tmp_path, RBV=NOWHERE, RM3=NOBODY, RMC=a_folder(tmp_path / "images"))
    assert "RBV" in house.done("trusts", "load", file)
    code, out, err = house.run("trusts", "prove", "--json")
    assert code == 1
    assert "RBV, RM3" in err
    proofs = {one["ods"]: (one["ok"], one["phase"]) for one in json.loads(out)["sources"]}
    assert proofs == {"RBV": (False, "resolve"), "RM3": (False, "connect"), "RMC": (True, None)}
    here = a_folder(tmp_path / "images")
    house.done("trusts", "load", region(tmp_path, RMC=here, RBV=here, RM3=here))
    house.done("trusts", "prove")


def test_a_region_file_with_a_mistake_changes_nothing_and_says_where(house, tmp_path):
    code, _, err = house.run("trusts", "load", region(tmp_path, RMC='kind = "folder"\npaht = "x"'))
    assert code == 1
    assert "RMC" in err
    assert "path" in err


def test_a_gather_without_trusts_or_without_the_patient_fails_in_words(house):
    code, _, err = house.run("gather", "--nhs", "9990000018")
    assert (code, "add them first" in err) == (1, True)
    house.done("patients", "add", *HERS)
    code, _, err = house.run("gather", "--nhs", "9990000018")
    assert (code, "no live trust" in err) == (1, True)


def test_a_dead_trust_is_named_and_the_others_imaging_is_here(house, tmp_path):
    archive(tmp_path / "RMC" / "ct", Held(DOROTHY), "1.2.3.1", range(1, 13))
    house.done("patients", "add", *HERS)
    house.done("trusts", "load", region(tmp_path, RMC=a_folder(tmp_path / "RMC"), RBV=NOWHERE))
    code, out, err = house.run("gather", "--nhs", "9990000018", "--json")
    assert code == 1
    assert "Not every trust answered: RBV." in err
    result = json.loads(out)
    assert result["nhs"] == "9990000018"
    assert [(one["ods"], one["status"], one["phase"]) for one in result["trusts"]] == [
        ("RBV", "no-answer", "resolve"),
        ("RMC", "answered", None),
    ]
    (study,) = result["studies"]
    assert study | {"why": ""} == {
        "StudyInstanceUID": "1.2.3",
        "date": None,
        "description": "",
        "modalities": ["CT"],
        "holders": ["RMC"],
        "link": "auto",
        "decision": None,
        "why": "",
        "expected_instances": 12,
        "received_instances": 12,
        "complete": True,
        "gaps": [],
    }
    assert "HARGREAVES" not in err, "no names in logs"
    assert "9990000018" not in err


def test_a_gather_that_was_killed_is_taken_up_by_the_worker_and_nothing_comes_twice(house, tmp_path):
    archive(tmp_path / "RMC" / "ct", Held(DOROTHY), "1.2.3.1", range(1, 151))
    house.done("patients", "add", *HERS)
    house.done("trusts", "load", region(tmp_path, RMC=a_folder(tmp_path / "RMC")))
    process = house.start("gather", "--nhs", "9990000018")
    wait_for(lambda: house.select("select count(*) from instance")[0][0] > 0)
    process.kill()
    process.communicate()
    before = house.select("select sop_uid, sha256, received_at from instance order by sop_uid")
    assert 0 < len(before) < 150
    assert house.select("select count(*) from gather where finished_at is null") == [(1,)]

    worker = house.start("worker")
    try:
        wait_for(lambda: house.select("select count(*) from gather where finished_at is null") == [(0,)])
    finally:
        worker.terminate()
        _, err = worker.communicate(timeout=30)
    assert "Traceback" not in err, err
    after = house.select("select sop_uid, sha256, received_at from instance order by sop_uid")
    assert len(after) == 150
    assert set(before) <= set(after), "what had come was not brought again"
    assert list((house.data / "spool").iterdir()) == []
    house.done("audit", "verify")


def test_several_processes_may_start_on_an_empty_folder_at_once(house):
    processes = [house.start("migrate") for _ in range(3)]
    assert [(process.communicate(timeout=120)[0], process.returncode) for process in processes] == [
        ("The database is up to date.\n", 0)
    ] * 3


def test_a_worker_ends_when_the_process_that_started_it_is_gone(house):
    house.done("migrate")
    parent = subprocess.Popen(
        [sys.executable, "-c", A_PARENT], cwd=ROOT, env=house.environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert parent.stdout
    worker = int(parent.stdout.readline())
    time.sleep(3)
    assert is_alive(worker)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    wait_for(lambda: not is_alive(worker))


def test_people_and_teams_are_made_without_the_demo(house, tmp_path):
    (tmp_path / "images").mkdir()
    house.done("trusts", "load", region(tmp_path, RMC=a_folder(tmp_path / "images")))
    house.done("people", "add", "--email", "Ann@Bolton.example", "--name", "Dr Ann Smith", "--trust", "RMC")
    house.done("teams", "add", "--name", "Lung", "--type", "0104", "--host", "RMC")
    assert "chair" in house.done("teams", "join", "--team", "Lung", "--email", "ann@bolton.example", "--role", "chair")
    assert house.select("select p.email, m.role from membership m join person p on p.id = m.person_id") == [
        ("ann@bolton.example", "chair")
    ]
    code, _, err = house.run("teams", "join", "--team", "Lung", "--email", "bob@bolton.example", "--role", "member")
    assert (code, "Nobody has" in err) == (1, True)
    code, _, err = house.run("people", "add", "--email", "x@y.z", "--name", "X", "--trust", "NOPE")
    assert (code, "NOPE" in err) == (1, True)


def test_a_database_from_the_future_is_refused_in_words(house):
    house.done("migrate")
    connection = sqlite3.connect(house.data / "mdt.db")
    with connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    code, _, err = house.run("audit", "verify")
    assert code == 1
    assert "another version of this product" in err


def wait_for(holds, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except sqlite3.OperationalError:
            pass  # the process has not made the tables yet
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
