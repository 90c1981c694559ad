"""Media made to do harm: refused with a sentence, by name where it is one file; nothing is written elsewhere."""

import io
import random
import struct
import zipfile
from pathlib import Path

import pytest

from mdt.core.errors import Invalid
from mdt.core.sandbox import Sandbox
from mdt.imaging.disc import media
from mdt.imaging.disc.media import Bounds
from mdt.imaging.disc.medium import Medium
from tests.unit.discs import Disc, dicomdir, part10, slices, zipped

BOUNDS = Bounds(bytes=256 << 20, one=8 << 20, files=500)


def written(content: bytes, folder: Path) -> Path:
    """A ZIP as a path nobody has opened before."""
    path = folder / f"{random.SystemRandom().getrandbits(64):016x}.zip"
    path.write_bytes(content)
    return path


def refused_as_a_whole(content: bytes, folder: Path) -> str:
    with pytest.raises(Invalid) as refusal:
        media.items_of_zip(written(content, folder), BOUNDS)
    return str(refusal.value)


def told(disc: Disc, folder: Path, links: dict[str, str] | None = None) -> dict[str, str]:
    """What is said of each file of a ZIP, and that nothing came out of it but what was asked for."""
    path, into = written(zipped(disc, links=links), folder), folder / "into"
    into.mkdir()
    items = media.items_of_zip(path, BOUNDS)
    said = media.unpack(path, list(range(len(items))), into, BOUNDS)
    assert {path.name for path in into.iterdir()} == {str(place) for place, why in enumerate(said) if not why}
    assert not any(path.is_symlink() for path in into.iterdir())
    return {item.name: why for item, why in zip(items, said, strict=True)}


def test_names_that_lead_out_of_the_disc_are_refused_and_nothing_lands_there(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    bad = [
        "../../evil", "a/../../evil", "/etc/passwd", "\\\\server\\share", "C:\\Windows\\evil.dll", "c:evil",
        "a\\..\\..\\evil", "line\nbreak", "x" * 1001,
    ]  # fmt: skip
    said = told({**dict.fromkeys(bad, b"evil"), "DICOM/IM1": b"fine", "...": b"odd and harmless"}, home)
    assert [name for name, why in said.items() if not why] == ["DICOM/IM1", "..."]
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    said = told({"DICOM/IM1": b"fine"}, tmp_path, links={"link": "/etc/passwd", "DICOM/IM2": "../secret"})
    assert {name for name, why in said.items() if "link" in why} == {"link", "DICOM/IM2"}


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    zeros = bytes(90 << 20)
    assert "It is a trap." in refused_as_a_whole(zipped({"one": zeros}), tmp_path)
    assert "more than the 256 MB" in refused_as_a_whole(zipped(dict.fromkeys("abc", zeros)), tmp_path)
    assert "more than the 500" in refused_as_a_whole(zipped({f"{n}": b"" for n in range(501)}), tmp_path)
    noise = random.Random(1).randbytes(1 << 20)
    said = told({"bomb": bytes(9 << 20), "noise": noise}, tmp_path)
    assert said == {"bomb": "It is 9 MB, more than the 8 MB that one file may have.", "noise": ""}


def test_files_that_share_their_bytes_are_a_trap(tmp_path: Path) -> None:
    content = zipped({"a": bytes(5000), "b": bytes(5000)}, method=zipfile.ZIP_STORED)
    at = content.rindex(b"PK\x01\x02")
    assert struct.unpack_from("<I", content, at + 42)[0] > 0
    doubled = content[: at + 42] + struct.pack("<I", 0) + content[at + 46 :]
    assert "lie over each other" in refused_as_a_whole(doubled, tmp_path)


def test_a_password_is_said_to_be_one(tmp_path: Path) -> None:
    content = bytearray(zipped({"DICOM/IM1": b"secret"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refused_as_a_whole(bytes(content), tmp_path).startswith("The ZIP is protected by a password.")


@pytest.mark.parametrize("left", [0.3, 0.9, 0.999])
def test_a_zip_cut_short_is_said_to_be_damaged(tmp_path: Path, left: float) -> None:
    whole = zipped(slices(3))
    assert "damaged or incomplete" in refused_as_a_whole(whole[: int(len(whole) * left)], tmp_path)


def test_a_size_that_lies_is_noticed(tmp_path: Path) -> None:
    content = bytearray(zipped({"one": bytes(5000)}))
    for header, where in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(header) + where, 100)
    path, into = written(bytes(content), tmp_path), tmp_path / "into"
    into.mkdir()
    media.items_of_zip(path, BOUNDS)
    assert media.unpack(path, [0], into, BOUNDS)[0] != ""


def test_programs_are_told_by_their_first_bytes_and_by_their_names(tmp_path: Path) -> None:
    def why(content: bytes, name: str) -> str:
        path = tmp_path / "file"
        path.write_bytes(content)
        return media.no_image(path, name)

    image = part10()
    assert why(image, "IM1") == why(image, "strange.exe") == why(b"", "empty") == ""
    assert why(b"MZ" + image[2:], "IM1") == media.HIDDEN_PROGRAM
    assert why(b"\x7fELF" + bytes(200), "IM1") == why(b"@echo off", "RUN.BAT") == media.A_PROGRAM
    assert why(b"#!/bin/sh\n", "readme.txt") == media.A_PROGRAM
    assert why(b"Rar!\x1a\x07", "IM1") == why(b"\x1f\x8b\x08", "IM1") == media.AN_ARCHIVE


def test_a_table_of_contents_that_goes_round_in_a_circle_ends(tmp_path: Path) -> None:
    content = bytearray(dicomdir({"1.2.3.1": ["DICOM/IM1", "DICOM/IM2"]}))
    first = struct.unpack_from("<I", content, content.index(b"\x04\x00\x00\x12UL") + 8)[0]
    for at in range(len(content) - 12):
        if content[at : at + 6] == b"\x04\x00\x00\x14UL":  # Offset of the Next Directory Record
            struct.pack_into("<I", content, at + 8, first)
    (tmp_path / "0").write_bytes(content)
    (tmp_path / "0.name").write_text("DICOMDIR")
    with Sandbox() as sandbox:
        medium = Medium(tmp_path, sandbox, BOUNDS)
        medium.open(1)
        tables, unread = medium.tables()
    assert unread == []
    assert tables["DICOMDIR"].files == ("DICOM/IM1", "DICOM/IM2")


def test_whatever_is_done_to_a_zip_it_ends_in_a_sentence_and_within_its_bounds(tmp_path: Path) -> None:
    chance = random.Random(20261124)
    whole = zipped({**slices(3), "VIEWER.EXE": b"MZ" + bytes(300)}, links={"link": "/etc/passwd"})
    into, opened = tmp_path / "into", 0
    into.mkdir()
    for _ in range(400):
        broken = bytearray(whole)
        directory = broken.rindex(b"PK\x01\x02") if chance.random() < 0.5 else 0
        for _ in range(chance.randint(1, 6)):
            broken[chance.randrange(directory, len(broken))] = chance.randrange(256)
        if chance.random() < 0.2:
            del broken[chance.randrange(len(broken)) :]
        path = written(bytes(broken), tmp_path)
        try:
            items = media.items_of_zip(path, BOUNDS)
        except Invalid:
            pass
        else:
            opened += 1
            said = media.unpack(path, list(range(len(items))), into, BOUNDS)
            assert all(isinstance(why, str) for why in said)
            assert sum(file.stat().st_size for file in into.iterdir()) <= sum(item.bytes for item in items)
        for left in (path, *into.iterdir()):
            left.unlink()
    assert 100 < opened < 400
    assert list(tmp_path.iterdir()) == [into]


def test_an_unknown_way_of_packing_is_refused_by_name(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("DICOM/IM1", bytes(1000))
    (item,) = media.items_of_zip(written(file.getvalue(), tmp_path), BOUNDS)
    assert item.refused.startswith("It is packed in a way that is not read here.")
