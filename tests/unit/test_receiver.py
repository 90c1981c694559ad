"""Trusts that push: known senders only, byte for byte, and what is not taken stays with its sender."""

import threading
from pathlib import Path

import pytest
from pydicom import dcmread
from pynetdicom import AE

from mdt.core.errors import Invalid
from mdt.receiver import Pushed, Receiver
from tests.peers.programs import free_port
from tests.peers.studies import DOROTHY, TOMASZ, write


class Desk:
    """Keeps what is pushed, or refuses it."""

    def __init__(self, spool: Path) -> None:
        self.taken: list[Pushed] = []
        self.refuse = False
        self.lock = threading.Lock()
        self.port = free_port()
        self.receiver = Receiver(
            ("127.0.0.1", self.port), "MDT", senders=lambda: {"BOLTON": "RMC"}, spool=spool, take=self.take
        )

    def take(self, one: Pushed) -> None:
        if self.refuse:
            raise Invalid("Not this one.")
        with self.lock:
            self.taken.append(one)

    def push(self, files: list[Path], ours: str = "BOLTON", theirs: str = "MDT") -> list[int | None]:
        sender = AE(ours)
        for meta in {(f.MediaStorageSOPClassUID, f.TransferSyntaxUID) for f in map(meta_of, files)}:
            sender.add_requested_context(*meta)
        association = sender.associate("127.0.0.1", self.port, ae_title=theirs)
        if not association.is_established:
            return [None]
        statuses = [association.send_c_store(file).get("Status") for file in files]
        association.release()
        return statuses


def meta_of(file: Path):
    return dcmread(file, specific_tags=[]).file_meta


@pytest.fixture
def desk(tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    desk = Desk(spool)
    with desk.receiver:
        yield desk


def test_what_a_known_trust_pushes_is_taken_as_it_is(desk, tmp_path):
    files = write(tmp_path / "theirs", (DOROTHY, TOMASZ))
    assert desk.push(files) == [0] * len(files)
    assert {one.ods for one in desk.taken} == {"RMC"}
    held = {dcmread(file).SOPInstanceUID: dcmread(file) for file in files}
    for one in desk.taken:
        pushed = dcmread(one.path)
        assert pushed == held[one.sop_uid]
        assert pushed.file_meta.TransferSyntaxUID == held[one.sop_uid].file_meta.TransferSyntaxUID


def test_several_push_at_once(desk, tmp_path):
    parts = [write(tmp_path / str(n), (study,)) for n, study in enumerate((DOROTHY, TOMASZ))]
    threads = [threading.Thread(target=desk.push, args=(files,)) for files in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.path for one in desk.taken}) == sum(map(len, parts))


def test_strangers_are_not_let_in(desk, tmp_path):
    files = write(tmp_path / "theirs", (TOMASZ,))
    assert desk.push(files, ours="STRANGER") == [None]
    assert desk.push(files, theirs="OTHER") == [None]
    assert desk.taken == []


def test_what_is_not_taken_is_answered_as_a_failure_and_leaves_nothing(desk, tmp_path):
    desk.refuse = True
    assert set(desk.push(write(tmp_path / "theirs", (TOMASZ,)))) == {0xA700}
    assert list((tmp_path / "spool").iterdir()) == []
