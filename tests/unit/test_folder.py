"""A folder with broken and hostile files in it: each is named with a sentence, and no other file is affected."""

import os
import struct
import zlib

import pytest
from pydicom import dcmread

from mdt.core.sandbox import Limits, Sandbox
from mdt.trusts.carriers.folder import FolderSource
from mdt.trusts.errors import NoAnswer
from mdt.trusts.source import StudyQuery
from tests.peers.studies import DOROTHY, MARGARET, TOMASZ, write

META = b"\x02\x00\x10\x00UI"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(Limits(memory=500 << 20, cpu_seconds=5, wall_seconds=15)) as one:
        yield one


def refused(folder, sandbox) -> dict[str, str]:
    answer = FolderSource(folder, sandbox).find_studies(StudyQuery())
    assert [study.study_uid for study in answer.studies] == [MARGARET.uid], "the good file is found all the same"
    return {one.name: one.why for one in answer.refusals}


def part10(syntax: bytes, body: bytes) -> bytes:
    value = syntax + b"\0" * (len(syntax) % 2)
    meta = META + struct.pack("<H", len(value)) + value
    length = b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", len(meta))
    return bytes(128) + b"DICM" + length + meta + body


def deflated(megabytes: int) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    head = b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 192"
    return squeeze.compress(head) + squeeze.compress(bytes(megabytes << 20)) + squeeze.flush()


def nested(depth: int) -> bytes:
    return (b"\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff") * depth


def test_every_bad_file_has_its_sentence(tmp_path, sandbox):
    write(tmp_path, (MARGARET,))
    (tmp_path / "empty").touch()
    (tmp_path / "letter.txt").write_text("Dear Dr Smith, " * 100)
    (tmp_path / "noise").write_bytes(os.urandom(100_000))
    (tmp_path / "bomb").write_bytes(part10(b"1.2.840.10008.1.2.1.99", deflated(1_500)))
    (tmp_path / "deep").write_bytes(part10(b"1.2.840.10008.1.2.1", nested(20_000)))
    (tmp_path / "short").write_bytes(part10(b"1.2.840.10008.1.2.1", b"\x10\x00\x10\x00PN"))
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    why = refused(tmp_path, sandbox)
    assert set(why) == {"empty", "letter.txt", "noise", "bomb", "deep", "short", "link", "pipe"}
    assert all(sentence.endswith(".") for sentence in why.values())
    assert why["empty"] == "It is empty."
    assert why["letter.txt"] == why["noise"] == "It is not a DICOM file."
    assert "500 MB" in why["bomb"]
    assert "link" in why["link"]
    assert "not a file" in why["pipe"]
    assert (tmp_path / "bomb").stat().st_size < 2 << 20, "a small file did that"


def test_the_same_object_twice_and_a_strangers_file(tmp_path, sandbox):
    (first,) = write(tmp_path, (MARGARET,))
    (tmp_path / "copy").write_bytes(first.read_bytes())
    stray = dcmread(first)
    stray.PatientID, stray.SOPInstanceUID = "SOMEBODY ELSE", stray.SOPInstanceUID + ".9"
    stray.file_meta.MediaStorageSOPInstanceUID = stray.SOPInstanceUID
    stray.save_as(tmp_path / "stray")
    why = refused(tmp_path, sandbox)
    assert first.relative_to(tmp_path).as_posix() in why["copy"]
    assert "another patient" in why["stray"]


def test_a_folder_is_looked_at_again_with_every_search(tmp_path, sandbox):
    source = FolderSource(tmp_path, sandbox)
    assert source.find_studies(StudyQuery()).studies == ()
    files = write(tmp_path, (TOMASZ, DOROTHY))
    assert {one.study_uid for one in source.find_studies(StudyQuery()).studies} == {TOMASZ.uid, DOROTHY.uid}
    files[0].unlink()
    (left,) = source.find_studies(StudyQuery(study_uid=TOMASZ.uid)).studies
    assert left.instances == 1


def test_a_file_that_goes_away_while_it_is_copied(tmp_path, sandbox):
    folder, spool = tmp_path / "f", tmp_path / "s"
    spool.mkdir()
    files = write(folder, (DOROTHY,))
    retrieval = FolderSource(folder, sandbox).retrieve(DOROTHY.uid, DOROTHY.series_uid(1), spool=spool)
    next(retrieval)
    files[1].unlink()
    with pytest.raises(NoAnswer) as caught:
        list(retrieval)
    assert caught.value.phase == "transfer"
