"""What is on a disc, in a ZIP or in a folder: names, and files one at a time, bounded, whoever packed them.

Nothing is ever written under a name that the medium gives. The functions that look into a ZIP or a DICOMDIR run in the
sandbox's child; a medium that is a trap is refused as a whole, with a sentence.
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from mdt.core.errors import Invalid

LARGEST_RATIO = 200  # images do not pack tighter, empty ones of some size aside
SMALL = 64 << 20  # bytes below which nobody minds how tight something is packed
LONGEST_NAME = 1000
_CHUNK = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What a broken ZIP does to the reader, which may even seek to where no file can be.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # PKWARE's APPNOTE 4.4.4: bits 0, 6 and 13

A_PROGRAM = "It is a program. Programs are never taken in."
AN_ARCHIVE = "It is an archive inside the disc; unpack it and bring what is in it."
HIDDEN_PROGRAM = "It begins as a program and goes on as a DICOM file, which no image does. It is not taken in."
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF")
_PROGRAM_NAMES = frozenset({
    "exe", "dll", "com", "bat", "cmd", "scr", "sys", "msi", "ocx", "cpl", "vbs", "vbe", "js", "jse", "wsf", "ps1",
    "hta", "lnk", "inf", "reg", "jar", "class", "app", "sh", "command",
})  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One file on the medium: its name there, its bytes when unpacked, and why it is not even looked at, if so."""

    name: str
    bytes: int
    refused: str = ""


@dataclass(frozen=True)
class Bounds:
    """The most that is unpacked: bytes in all, bytes of one file, and how many files."""

    bytes: int
    one: int
    files: int = 50_000


def is_zip(path: Path) -> bool:
    """Whether it begins as a ZIP does."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def items_of_zip(path: Path, bounds: Bounds) -> list[Item]:
    """What is in a ZIP, in its own order, folders left out; raises Invalid when the whole of it is refused."""
    entries = [entry for entry in _archive(path).infolist() if not entry.is_dir()]
    if not entries:
        raise Invalid("The ZIP is empty.")
    if len(entries) > bounds.files:
        raise Invalid(f"The ZIP holds {len(entries):,} files, more than the {bounds.files:,} that one import may have.")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Invalid("The ZIP is protected by a password. Unpack it, and bring the folder instead.")
    _refuse_overlaps(entries)
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if unpacked > bounds.bytes:
        raise Invalid(
            f"The ZIP would unpack to {_size(unpacked)}, more than the {_size(bounds.bytes)} an import may have."
        )
    if unpacked > SMALL and unpacked > LARGEST_RATIO * max(1, packed):
        raise Invalid(f"The ZIP would unpack to {_size(unpacked)} from {_size(packed)}, as no images do. It is a trap.")
    return [_item(entry, bounds) for entry in entries]


def unpack(path: Path, places: list[int], into: Path, bounds: Bounds) -> list[str]:
    """Unpack the files at these places of `items_of_zip` to `into/<place>`. For each: nothing, or why it cannot be."""
    archive = _archive(path)
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    return [_unpack(archive, entries[place], into / str(place), bounds) for place in places]


def named_badly(name: str) -> str:
    """Why a file of such a name is not taken in, whatever it is; or nothing."""
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return "Its name is that of a place outside the disc, so it is not taken in."
    if ".." in parts:
        return "Its name leads out of the disc, so it is not taken in."
    if len(name) > LONGEST_NAME or any(ord(letter) < 32 for letter in name):
        return "Its name is not one that a disc can have, so it is not taken in."
    return ""


def no_image(path: Path, name: str) -> str:
    """Why this file is refused by its first bytes or its name alone; or nothing. Reads 132 bytes."""
    with path.open("rb") as file:
        head = file.read(132)
    is_dicom = head[128:132] == b"DICM"
    if head.startswith(_PROGRAMS):
        return HIDDEN_PROGRAM if is_dicom else A_PROGRAM
    if is_dicom:
        return ""
    if head.startswith(_ARCHIVES):
        return AN_ARCHIVE
    return A_PROGRAM if name.rsplit(".", 1)[-1].lower() in _PROGRAM_NAMES and "." in name else ""


def on_the_disc(name: str) -> str:
    """A name as ISO 9660 means it: case, version and a full stop at the end do not count."""
    parts = re.split(r"[/\\]", name.casefold())
    return "/".join(re.sub(r";\d+$", "", part).rstrip(".") for part in parts if part not in ("", "."))


def is_contents(name: str) -> bool:
    """Whether it is the table of contents by its name (PS3.10 section 8.6)."""
    return on_the_disc(name).rsplit("/", 1)[-1] == "dicomdir"


def beside(contents: str, listed: Iterable[str]) -> dict[str, str]:
    """Files that a DICOMDIR lists, from its own folder: their names as it says them, by their names `on_the_disc`."""
    folder = contents.replace("\\", "/").rpartition("/")[0]
    names = (f"{folder}/{name}" if folder else name for name in listed)
    return {on_the_disc(name): name for name in names}


def _item(entry: zipfile.ZipInfo, bounds: Bounds) -> Item:
    name = entry.orig_filename.split("\0", 1)[0] if "\0" in entry.orig_filename else entry.filename
    return Item(name[:LONGEST_NAME], entry.file_size, _why_not(entry, bounds))


def _why_not(entry: zipfile.ZipInfo, bounds: Bounds) -> str:
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "It is a link or a device, not a file, so it is not taken in."
    if why := named_badly(entry.orig_filename):
        return why
    if entry.compress_type not in _PLAIN_METHODS:
        return "It is packed in a way that is not read here. Unpack the ZIP, and bring the folder instead."
    if entry.file_size > bounds.one:
        return f"It is {_size(entry.file_size)}, more than the {_size(bounds.one)} that one file may have."
    if entry.file_size > SMALL and entry.file_size > LARGEST_RATIO * max(1, entry.compress_size):
        return "It is packed tighter than images are, as only a trap is, so it is not unpacked."
    return ""


def _refuse_overlaps(entries: Iterable[zipfile.ZipInfo]) -> None:
    """A small ZIP whose entries share their bytes can unpack to any size."""
    laid = sorted((entry.header_offset, entry.header_offset + entry.compress_size) for entry in entries)
    if any(start < end for (_, end), (start, _) in pairwise(laid)):
        raise Invalid("The files in the ZIP lie over each other, as only in a trap. It is not unpacked.")


@lru_cache(maxsize=1)
def _archive(path: Path) -> zipfile.ZipFile:
    """Kept open between calls in the child, for one medium at a time."""
    try:
        return zipfile.ZipFile(path)
    except _BROKEN as error:
        raise Invalid(f"The ZIP is damaged or incomplete and cannot be opened ({error}).") from None


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path, bounds: Bounds) -> str:
    if why := _why_not(entry, bounds):
        return why
    left = min(entry.file_size, bounds.one)
    with to.open("wb") as file:
        try:
            for chunk in _chunks(archive, entry):
                left -= len(chunk)
                if left < 0:
                    return "It unpacks to more than the ZIP says."
                file.write(chunk)
        except _Damaged as error:
            return f"It is damaged in the ZIP and cannot be unpacked ({error})."
    return "" if left == 0 else "It is cut short in the ZIP and cannot be unpacked."


class _Damaged(Exception):
    """What is in the ZIP cannot be read; not to be mixed up with a disk that is full."""


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as packed:
            while chunk := packed.read(_CHUNK):
                yield chunk
    except _BROKEN as error:
        raise _Damaged(str(error)) from None


def _size(count: int) -> str:
    for unit, worth in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if count >= worth:
            return f"{count / worth:.3g} {unit}"
    return f"{count} bytes"
