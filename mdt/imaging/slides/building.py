"""Making a slide's index and file from the objects of its series. Parsing and coding happen in sandboxes.

JPEG tiles stay where they are, in the objects as received; the table says where. Others are coded once, here.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from mdt.core.errors import MdtError
from mdt.core.sandbox import SandboxError
from mdt.imaging.keeping.store import Store
from mdt.imaging.pixels.packing import as_json
from mdt.imaging.slides import transcoding
from mdt.imaging.slides.about import about_slide
from mdt.imaging.slides.pyramid import Level, Pyramid, pyramid, with_coarser
from mdt.imaging.slides.survey import AS_IS, CELL, COPIED, Surveyed, survey
from mdt.imaging.slides.tiles import ENTRY, MAGIC

MAKER = 1  # grows when slides are made differently, so that older ones are made again

_AT_ONCE = 400  # tiles coded in one call to a sandbox
_CHUNK = 1 << 20
_ENTRY = np.dtype([("offset", "<u8"), ("length", "<u4"), ("source", "<u4")])
_CELL = np.dtype([("cell", "<i8"), ("offset", "<u8"), ("length", "<u4")])
assert _ENTRY.itemsize == ENTRY.size
assert _CELL.itemsize == CELL.size

Call = Callable[..., Any]  # a function of a sandbox with its arguments; raises SandboxError
Entries = npt.NDArray[Any]


@dataclass(frozen=True)
class Glass:
    """One object of the slide: its name in the store, and its file while the slide is built."""

    instance_id: str
    sop_uid: str
    sha256: str


@dataclass(frozen=True)
class Slide:
    """A slide whose file was written: its index, the file's length, and by instance what could not be read of it."""

    index: dict[str, Any]
    length: int
    failed: dict[str, str]
    lossy: bool


def made_of(objects: Sequence[Glass]) -> str:
    """A name for what goes into a slide, so that the same is not made twice."""
    said = f"{MAKER}\n" + "\n".join(sorted(f"{one.sop_uid} {one.sha256}" for one in objects))
    return hashlib.sha256(said.encode()).hexdigest()


def build(objects: Sequence[Glass], about: dict[str, Any], *, call: Call, store: Store, folder: Path) -> Slide | None:
    """Write `folder`/frames and give the index that goes with it; None when there is no slide in these objects."""
    with ExitStack() as files:
        paths = [files.enter_context(store.as_file(one.sha256)) for one in objects]
        tables = [folder / f"{k}.table" for k in range(len(objects))]
        found: dict[int, Surveyed] = {}
        failed: dict[str, str] = {}
        for k, one in enumerate(objects):
            try:
                found[k] = call(survey, paths[k], tables[k])
            except SandboxError as error:
                failed[one.instance_id] = str(error)
        numbers = list(found)
        put_together = pyramid(list(found.values()))
        if put_together is None:
            return None
        with (folder / "frames").open("w+b") as file:
            writer = _Writer(file, call, [paths[k] for k in numbers], [tables[k] for k in numbers], folder)
            made = _write(writer, list(found.values()), put_together)
            length = file.tell()
        digest = _digest(folder / "frames")
    glasses = [objects[k] for k in numbers]
    said = {
        **about,
        **about_slide(list(found.values()), put_together, made.levels),
        "kind": "slide",
        "maker": about["maker"],
        "made_of": made_of(objects),
        "objects": [one.sha256 for one in glasses],
        "table": made.table,
        "pictures": made.pictures,
        "frames": [],
    }
    version = hashlib.sha256(as_json(said) + digest).hexdigest()
    return Slide({**said, "version": version}, length, failed, any(one.lossy for one in found.values()))


@dataclass(frozen=True)
class _Made:
    levels: list[Level]
    table: int
    pictures: dict[str, dict[str, Any] | None]


@dataclass
class _Writer:
    """The slide's own file, and what fills it."""

    file: BinaryIO
    call: Call
    paths: list[Path]
    tables: list[Path]
    folder: Path

    def add(self, part: Path) -> int:
        """Append a file of payloads; returns where it begins."""
        begin = self.file.tell()
        with part.open("rb") as payloads:
            while chunk := payloads.read(_CHUNK):
                self.file.write(chunk)
        part.unlink()
        self.file.flush()
        return begin

    def places(self, part: Path, lengths: Sequence[int], count: int) -> tuple[Entries, Entries]:
        """Append `part`, which holds payloads of these lengths; offset and length of each of `count`, 0 for none."""
        each = np.zeros(count, np.int64)
        each[: len(lengths)] = lengths[:count]
        if each.min(initial=0) < 0 or each.sum() != part.stat().st_size:
            raise MdtError("The tiles that were made are not as long as was said.")
        return self.add(part) + np.cumsum(each) - each, each


def _write(writer: _Writer, objects: Sequence[Surveyed], found: Pyramid) -> _Made:
    writer.file.write(MAGIC)
    levels = with_coarser(found.levels)
    entries: list[Entries] = []
    for number, level in enumerate(levels):
        if level.made:
            entries.append(_coarser(writer, level, levels[number - 1], entries[-1]))
        else:
            entries.append(_as_sent(writer, level, objects))
    pictures: dict[str, dict[str, Any] | None] = {"thumbnail": _thumbnail(writer, levels[-1], entries[-1])}
    for name, k in (("label", found.label), ("overview", found.overview)):
        pictures[name] = None if k is None else _beside(writer, objects[k], k)
    table = writer.file.tell()
    for one in entries:
        writer.file.write(one.tobytes())
    return _Made(levels, table, pictures)


def _as_sent(writer: _Writer, level: Level, objects: Sequence[Surveyed]) -> Entries:
    """The tiles a scanner made: where they lie in their objects, or what was made of them."""
    columns, rows = level.grid
    entries = np.zeros(columns * rows, _ENTRY)
    for part in level.parts:
        tiles = _tiles(writer, part, objects[part])
        mine = (tiles["cell"] >= 0) & (tiles["cell"] < len(entries)) & (tiles["length"] > 0)
        cells = tiles["cell"][mine]
        for name in ("offset", "length"):
            entries[name][cells] = tiles[name][mine]
        entries["source"][cells] = part + 1 if objects[part].how == AS_IS else 0
    return entries


def _tiles(writer: _Writer, part: int, one: Surveyed) -> Entries:
    """The cell of each frame of an object and where its bytes are; those outside the file are left out."""
    tiles: Entries = np.fromfile(writer.tables[part], _CELL)
    if one.how == AS_IS:
        size = writer.paths[part].stat().st_size
        tiles["length"][(tiles["offset"] > size) | (tiles["length"] > size - np.minimum(tiles["offset"], size))] = 0
        return tiles
    make = transcoding.copied if one.how == COPIED else transcoding.coded
    out = writer.folder / "tiles"
    for start in range(0, len(tiles), _AT_ONCE):
        stop = min(start + _AT_ONCE, len(tiles))
        try:
            lengths = writer.call(make, writer.paths[part], start, stop, out)
        except SandboxError:
            continue  # one broken tile must not cost the others: there is glass where these would be
        tiles["offset"][start:stop], tiles["length"][start:stop] = writer.places(out, lengths, stop - start)
    return tiles


def _coarser(writer: _Writer, level: Level, finer: Level, below: Entries) -> Entries:
    """A level that no scanner sent, a row of tiles at a time from the one below it."""
    columns, rows = level.grid
    entries = np.zeros(columns * rows, _ENTRY)
    made, out = level.tile[0], writer.folder / "tiles"
    across, high = finer.grid[0], finer.tile[1]
    for row in range(rows):
        top = 2 * made * row
        first, last = top // high, min(finer.grid[1], -(-(top + 2 * made) // high))
        plane = _plane(writer, below[first * across : last * across], finer)
        lengths = writer.call(transcoding.halved, plane, top - first * high, finer.width, out, made)
        mine = entries[row * columns : (row + 1) * columns]
        mine["offset"], mine["length"] = writer.places(out, lengths, columns)
    return entries


def _thumbnail(writer: _Writer, level: Level, entries: Entries) -> dict[str, Any] | None:
    out = writer.folder / "tiles"
    length = writer.call(transcoding.thumbnail, _plane(writer, entries, level), level.width, level.height, out)
    return {"place": [writer.add(out), length, 0]} if length else None


def _beside(writer: _Writer, one: Surveyed, part: int) -> dict[str, Any] | None:
    """The label or the overview, which are one tile each."""
    tile = _tiles(writer, part, one)[0]
    if not tile["length"]:
        return None
    source = part + 1 if one.how == AS_IS else 0
    place = [int(tile["offset"]), int(tile["length"]), source]
    return {"width": one.tile[0], "height": one.tile[1], "place": place}


def _plane(writer: _Writer, entries: Entries, level: Level) -> transcoding.Plane:
    own = writer.folder / "frames"
    tiles: list[transcoding.Place | None] = [
        (writer.paths[source - 1] if source else own, int(offset), int(length)) if length else None
        for offset, length, source in entries.tolist()
    ]
    return transcoding.Plane(tiles, level.grid[0], level.tile)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
