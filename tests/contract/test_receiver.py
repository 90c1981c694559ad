"""Trusts push with DCMTK's storescu to the receiver as it ships, a process of its own - and one that is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.uid import UID
from sqlalchemy import func, select

from mdt.bootstrap import House, build
from mdt.config import from_environment
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.imaging.arrivals.waiting import Spool
from mdt.imaging.models import Instance, Series
from mdt.trusts.actions import load_trusts
from mdt.trusts.load import parse
from tests.peers.programs import program
from tests.unit.objects import an_object, save

pytestmark = pytest.mark.contract

ROOT = Path(__file__).resolve().parents[2]
TRUSTS = """
[[trust]]
ods = "RMC"
name = "Bolton"
live_from = 2020-01-01
[[trust.source]]
kind = "dimse"
host = "127.0.0.1"
port = 104
ae = "BOLTON"

[[trust]]
ods = "RBV"
name = "Once at Bury"
live_from = 2020-01-01
live_until = 2021-01-01
[[trust.source]]
kind = "dimse"
host = "127.0.0.1"
port = 104
ae = "BURY"
"""
PICTURE = (np.arange(64 * 64) % 251).astype(np.uint8).reshape(64, 64)


def j2k() -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(PICTURE, codecformat="j2k", reversible=True))


# Transfer syntax, the option that makes storescu offer it, and a frame in it where it is compressed.
SYNTAXES: list[tuple[str, str, Callable[[], bytes] | None]] = [
    ("1.2.840.10008.1.2", "-xi", None),
    ("1.2.840.10008.1.2.1", "-xe", None),
    ("1.2.840.10008.1.2.2", "-xb", None),
    ("1.2.840.10008.1.2.4.50", "-xy", lambda: bytes(imagecodecs.jpeg8_encode(PICTURE))),
    ("1.2.840.10008.1.2.4.90", "-xv", j2k),
    ("1.2.840.10008.1.2.4.80", "-xt", lambda: bytes(imagecodecs.jpegls_encode(PICTURE))),
]


class Running:
    """`app.py receiver` on a data folder, from start to end or kill."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data / "receiver.log"
        self.house: House = build(from_environment({"MDT_DATA": str(data)}))
        with self.house.db.writing() as session:
            load_trusts(session, parse(TRUSTS), by=system("test"), now=utc_now())

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py", "receiver", "--port", "0"],
                cwd=ROOT, env=os.environ | {"MDT_DATA": str(self.data)}, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        assert ready.startswith("Ready: "), f"{ready}{self.log.read_text()}"
        self.port = ready.strip().rsplit(":", 1)[1]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def send(self, *options: str | Path, ours: str = "BOLTON", theirs: str = "MDT") -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [program("storescu"), "-v", "-aet", ours, "-aec", theirs, "127.0.0.1", self.port, *map(str, options)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def sent(self, *options: str | Path, **names: str) -> str:
        return self.send(*options, **names).communicate(timeout=60)[0]

    def kept(self) -> set[str]:
        with self.house.db.reading() as session:
            return set(session.scalars(select(Instance.sop_uid)))

    def until(self, said: Callable[[], bool]) -> None:
        latest = time.monotonic() + 30
        while not said():
            assert time.monotonic() < latest, self.log.read_text()[-4000:]
            time.sleep(0.1)


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("receiver"))
    running.start()
    yield running
    running.stop()
    running.house.db.close()


def an_image(folder: Path, uid: str, syntax: str = "1.2.840.10008.1.2.1", frame: bytes | None = None) -> Path:
    study = uid.rsplit(".", 2)[0]
    said = {"SOPInstanceUID": uid, "StudyInstanceUID": study, "SeriesInstanceUID": uid.rsplit(".", 1)[0]}
    number = int(uid.rsplit(".", 1)[1])
    payloads = None if frame is None else [frame]
    dataset = an_object(PICTURE, payloads=payloads, InstanceNumber=number, SOPClassUID=UID(CT), **said)
    return save(dataset, folder / f"{uid}.dcm", syntax)


CT = "1.2.840.10008.5.1.4.1.1.2"


def test_storescu_pushes_in_every_way_it_can_and_twice_is_once(receiver: Running, tmp_path: Path) -> None:
    files = {
        syntax: (an_image(tmp_path, f"1.9.1.1.{n}", syntax, frame() if frame else None), option)
        for n, (syntax, option, frame) in enumerate(SYNTAXES, 1)
    }
    for _ in range(2):
        for file, option in files.values():
            assert "Received Store Response (Success)" in receiver.sent(option, file), file
    receiver.until(lambda: len(receiver.kept()) == len(SYNTAXES) and not any(receiver_spool(receiver).batches()))
    with receiver.house.db.reading() as session:
        rows = session.execute(select(Instance.sop_uid, Instance.transfer_syntax_uid))
        kept = {uid: syntax for uid, syntax in rows}  # noqa: C416 - rows, by their types
        assert kept == {f"1.9.1.1.{n}": syntax for n, syntax in enumerate(files, 1)}
        assert session.scalar(select(func.count(Series.id))) == 1
        assert set(session.scalars(select(Instance.trust_ods))) == {"RMC"}


def receiver_spool(receiver: Running) -> Spool:
    return Spool(receiver.data / "pushed")


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ({"ours": "STRANGER"}, "Calling AE Title Not Recognized"),
        ({"ours": "BURY"}, "Calling AE Title Not Recognized"),
        ({"theirs": "SOMEBODY"}, "Called AE Title Not Recognized"),
    ],
)
def test_strangers_and_trusts_of_the_past_are_rejected_with_the_reason_and_logged(
    receiver: Running, tmp_path: Path, names: dict[str, str], reason: str
) -> None:
    said = receiver.sent(an_image(tmp_path, "1.9.2.1.1"), **names)
    assert reason in said
    receiver.until(lambda: (names.get("ours", "BOLTON"), names.get("theirs", "MDT")) in rejected(receiver))
    assert "1.9.2.1.1" not in receiver.kept()


def rejected(receiver: Running) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in receiver.log.read_text().splitlines()]
    return [(line["sender"], line["called"]) for line in lines if line["message"] == "receiver.rejected"]


def test_nothing_that_was_acknowledged_is_lost_when_the_receiver_is_killed(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "data").mkdir()
    files = [an_image(tmp_path / "theirs", f"1.9.3.1.{n}") for n in range(1, 251)]
    running = Running(tmp_path / "data")
    running.start()
    sending, acknowledged, uid = running.send(*files), set(), ""
    assert sending.stdout is not None
    for line in sending.stdout:
        if "Sending file" in line:
            uid = line.strip().rsplit("/", 1)[1].removesuffix(".dcm")
        if "Received Store Response (Success)" in line:
            acknowledged.add(uid)
            if len(acknowledged) == 40:
                running.process.kill()
    sending.wait(20)
    sending.stdout.close()
    running.stop(signal.SIGKILL)
    assert 40 <= len(acknowledged) < 250
    assert acknowledged - running.kept(), "some were acknowledged and not yet taken in"

    running.start()
    running.until(lambda: acknowledged <= running.kept())
    running.until(lambda: not any(receiver_spool(running).batches()))
    running.stop()
    assert list(receiver_spool(running).incoming.iterdir()) == []
    running.house.db.close()
