"""Tiles as browsers read them: copied where the file scatters them, coded anew where no browser could, or made coarser.

Runs in the sandbox. What is coded anew is WebP without loss, so that nothing is lost a second time; coarser levels that
a scanner did not send are JPEG, and the slide says that they were made here.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt

from mdt.core.errors import MdtError
from mdt.imaging.files.decoding import Undecodable, some_decoded, sources
from mdt.imaging.files.opening import opened
from mdt.imaging.files.raster import CannotShow, raster_of
from mdt.imaging.slides import jpeg

QUALITY = 88
BLANK = 255  # glass without tissue
THUMBNAIL = 256

Tile = npt.NDArray[np.uint8]
Place = tuple[Path, int, int]  # file, offset, length


@dataclass(frozen=True)
class Plane:
    """Some rows of tiles of one level, `columns` in each; `tile` is their width and height. None is glass."""

    tiles: list[Place | None]
    columns: int
    tile: tuple[int, int]

    @property
    def rows(self) -> int:
        return len(self.tiles) // self.columns


def copied(path: Path, start: int, stop: int, to: Path) -> list[int]:
    """Write the frames from `start` up to `stop` (from 0) as they are compressed; returns the length of each."""
    lengths = []
    with opened(path) as file, to.open("wb") as out:
        raster = raster_of(file)
        is_rgb = raster.photometric == "RGB"
        for data in sources(file, raster, range(start, stop)):
            seen = jpeg.colours(data, raster.columns, raster.rows)
            said = jpeg.marked_as_rgb(data) if is_rgb and seen == "YBR" else data
            lengths.append(out.write(said) if seen else 0)
    return lengths


def coded(path: Path, start: int, stop: int, to: Path) -> list[int]:
    """The same for frames that no browser reads: WebP without loss. 0 for one that cannot be decoded."""
    lengths = []
    with opened(path) as file, to.open("wb") as out:
        raster = raster_of(file)
        for frame in some_decoded(file, raster, range(start, stop)):
            if isinstance(frame, Undecodable):
                lengths.append(0)
                continue
            shown = 255 - frame if raster.photometric == "MONOCHROME1" else frame
            lengths.append(out.write(_webp(_rgb(shown))))
    return lengths


def halved(plane: Plane, down: int, width: int, to: Path, made: int) -> list[int]:
    """One row of tiles of the level half as fine, each `made` pixels wide and high; returns their lengths.

    `plane` begins `down` pixels above what is to be made, and its level is `width` pixels wide in all.
    """
    held: dict[int, Tile] = {}
    lengths = []
    with to.open("wb") as out:
        for k in range(math.ceil(math.ceil(width / 2) / made)):
            held, canvas = _pieced(plane, (2 * made * k, down), 2 * made, held)
            lengths.append(0 if canvas is None else out.write(_jpeg(_smaller(canvas, 2))))
    return lengths


def thumbnail(plane: Plane, width: int, height: int, to: Path) -> int:
    """A whole level as one small picture; returns its length, 0 where there is nothing but glass."""
    _, canvas = _pieced(plane, (0, 0), max(width, height), {})
    if canvas is None:
        return 0
    return to.write_bytes(_jpeg(_smaller(canvas[:height, :width], math.ceil(max(width, height) / THUMBNAIL))))


def _smaller(picture: Tile, step: int) -> Tile:
    """Each pixel is the mean of a square of `step` x `step`; the last ones repeat the edge."""
    height, width = picture.shape[:2]
    padded = np.pad(picture, ((0, -height % step), (0, -width % step), (0, 0)), mode="edge")
    rows, columns = padded.shape[0] // step, padded.shape[1] // step
    mean = padded.reshape(rows, step, columns, step, 3).mean((1, 3), dtype=np.float32)
    return np.rint(mean).astype(np.uint8)


def _pieced(plane: Plane, at: tuple[int, int], side: int, held: dict[int, Tile]) -> tuple[dict[int, Tile], Tile | None]:
    """A square of `side` pixels whose corner is `at` in the plane; tiles read for it may serve the next."""
    wide, high = plane.tile
    canvas: Tile = np.full((side, side, 3), BLANK, np.uint8)
    read: dict[int, Tile] = {}
    for row in range(at[1] // high, min(plane.rows, math.ceil((at[1] + side) / high))):
        for column in range(at[0] // wide, min(plane.columns, math.ceil((at[0] + side) / wide))):
            k = row * plane.columns + column
            place = plane.tiles[k]
            picture = held.get(k) if k in held or place is None else _read(place, plane.tile)
            if picture is None:
                continue
            read[k] = picture
            x, y = column * wide - at[0], row * high - at[1]
            part = picture[max(0, -y) : side - y, max(0, -x) : side - x]
            canvas[max(0, y) : max(0, y) + part.shape[0], max(0, x) : max(0, x) + part.shape[1]] = part
    return read, canvas if read else None


def _read(place: Place, tile: tuple[int, int]) -> Tile | None:
    """A tile as a browser would see it; None for one that is broken or of another size."""
    path, offset, length = place
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(length)
    try:
        decode = imagecodecs.webp_decode if data[:4] == b"RIFF" else imagecodecs.jpeg8_decode
        picture = _rgb(np.asarray(decode(data)))
    except Exception:  # whatever a codec makes of broken bytes: there is glass where it would be
        return None
    return picture if picture.shape == (tile[1], tile[0], 3) else None


def _rgb(picture: npt.NDArray[Any]) -> Tile:
    if picture.dtype != np.uint8:
        raise CannotShow("Its tiles have other than 8 bits a sample.")
    if picture.ndim == 2:
        return np.repeat(picture[:, :, None], 3, 2)
    if picture.ndim != 3 or picture.shape[2] < 3:
        raise MdtError("Its tiles are neither grey nor in colour.")
    return np.ascontiguousarray(picture[:, :, :3])


def _webp(picture: Tile) -> bytes:
    return bytes(imagecodecs.webp_encode(picture, lossless=True, level=0, method=0))


def _jpeg(picture: Tile) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(picture, level=QUALITY, subsampling="420"))
