"""Trusts that push: known senders only, byte for byte, and what is not taken stays with its sender."""

import shutil
import threading
from pathlib import Path

import pytest
from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from mdt.imaging.arrivals.waiting import Spool
from mdt.receiver import Receiver
from mdt.trusts.carriers.status import NOT_EXPECTED
from tests.peers.studies import DOROTHY, TOMASZ, write


class Desk:
    """A receiver with no one behind it: what is pushed waits."""

    def __init__(
        self, folder: Path, *, largest: int = 1 << 30, reserve: int = 0, networks: tuple[str, ...] = ()
    ) -> None:
        self.spool = Spool(folder / "pushed")
        self.receiver = Receiver(
            ("127.0.0.1", 0),
            "MDT",
            senders=lambda: {"BOLTON": ("RMC", networks)},
            spool=self.spool,
            largest=largest,
            reserve=reserve,
        )

    @property
    def waiting(self) -> list[Path]:
        return [path for ods, batch in self.spool.batches() for path in batch]

    def associate(self, ae: AE, theirs: str = "MDT"):
        return ae.associate(*self.receiver.address, ae_title=theirs)

    def push(self, files: list[Path], ours: str = "BOLTON", theirs: str = "MDT") -> list[int | None]:
        sender = AE(ours)
        for meta in {(f.MediaStorageSOPClassUID, f.TransferSyntaxUID) for f in map(meta_of, files)}:
            sender.add_requested_context(*meta)
        association = self.associate(sender, theirs)
        if not association.is_established:
            return [None]
        statuses = [association.send_c_store(file).get("Status") for file in files]
        association.release()
        return statuses


def meta_of(file: Path):
    return dcmread(file, specific_tags=[]).file_meta


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    with desk.receiver:
        yield desk


def test_what_a_known_trust_pushes_is_taken_as_it_is(desk, tmp_path):
    files = write(tmp_path / "theirs", (DOROTHY, TOMASZ))
    assert desk.push(files) == [0] * len(files)
    assert {path.parent.name for path in desk.waiting} == {"RMC"}
    held = {dcmread(file).SOPInstanceUID: dcmread(file) for file in files}
    for path in desk.waiting:
        pushed = dcmread(path)
        theirs = held.pop(pushed.SOPInstanceUID)
        assert pushed == theirs
        assert pushed.file_meta.TransferSyntaxUID == theirs.file_meta.TransferSyntaxUID
    assert held == {}


def test_who_gives_a_trusts_name_from_elsewhere_is_refused(tmp_path):
    files = write(tmp_path / "theirs", (TOMASZ,))
    for networks, status in ((("192.0.2.0/24",), NOT_EXPECTED), (("192.0.2.0/24", "127.0.0.0/8"), 0)):
        desk = Desk(tmp_path / str(status), networks=networks)
        with desk.receiver:
            assert set(desk.push(files)) == {status}
        assert bool(desk.waiting) == (status == 0)


def test_several_push_at_once(desk, tmp_path):
    parts = [write(tmp_path / str(n), (study,)) for n, study in enumerate((DOROTHY, TOMASZ))]
    threads = [threading.Thread(target=desk.push, args=(files,)) for files in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.waiting) == sum(map(len, parts))


def test_strangers_are_not_let_in(desk, tmp_path):
    files = write(tmp_path / "theirs", (TOMASZ,))
    assert desk.push(files, ours="STRANGER") == [None]
    assert desk.push(files, theirs="OTHER") == [None]
    assert desk.waiting == []


def test_a_known_trust_can_see_that_we_are_there(desk):
    caller = AE("BOLTON")
    caller.add_requested_context(Verification)
    association = desk.associate(caller)
    assert association.send_c_echo().Status == 0
    association.release()


def test_with_too_little_disk_nothing_is_said_to_be_kept(tmp_path):
    desk = Desk(tmp_path, reserve=shutil.disk_usage(tmp_path).free * 3 // 2)
    with desk.receiver:
        assert set(desk.push(write(tmp_path / "theirs", (TOMASZ,)))) == {0xA700}
    assert desk.waiting == []
    assert list(desk.spool.incoming.iterdir()) == []


def test_an_object_without_end_is_cut_off(tmp_path):
    desk = Desk(tmp_path, largest=1 << 20)
    big = dcmread(write(tmp_path / "theirs", (TOMASZ,))[0])
    big.add_new(0x00091010, "OB", bytes(8 << 20))
    big.private_block(0x0009, "TEST", create=True)
    big.save_as(tmp_path / "big")
    with desk.receiver:
        assert desk.push([tmp_path / "big"]) == [None]
    assert desk.waiting == []
