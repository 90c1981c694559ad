"""What one object of a whole slide says of itself, and where each of its tiles lies. Runs in the sandbox."""

import math
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes
from mdt.imaging.files.decoding import sources
from mdt.imaging.files.opening import Opened
from mdt.imaging.files.opening import opened as open_dicom
from mdt.imaging.files.raster import CannotShow, Raster, raster_of
from mdt.imaging.files.syntaxes import lossiness
from mdt.imaging.pixels import geometry
from mdt.imaging.provider.places import places
from mdt.imaging.slides import jpeg, specimen
from mdt.imaging.slides.kinds import MOST_TILES

CELL = struct.Struct("<qQL")  # of each frame: its place in the grid, row by row, or -1; offset and length in the file

AS_IS, COPIED, CODED = "as-is", "copied", "coded"  # how tiles reach a browser; coded ones are compressed anew, once

_JPEG = frozenset(f"1.2.840.10008.1.2.4.{part}" for part in ("50", "51", "55"))
_FINEST, _COARSEST = 1e-6, 10.0  # mm a pixel that can be meant

Cell = int


@dataclass(frozen=True)
class Surveyed:
    """One object. `width` x `height` is the total pixel matrix, `tile` columns and rows of a tile; lengths in mm.

    `first` is the number of frames that earlier parts of its concatenation hold. `remarks` are sentences for people.
    """

    sop: str
    number: int
    kind: str
    pyramid: str
    concatenation: str
    first: int
    width: int
    height: int
    tile: tuple[int, int]
    frames: int
    how: str
    samples: int
    spacing: tuple[float, float] | None
    origin: tuple[float, ...] | None
    orientation: tuple[float, ...] | None
    has_label: bool
    lossy: bool
    lossy_ratio: float | None
    container: str
    specimens: list[dict[str, Any]]
    optical_paths: list[dict[str, Any]]
    remarks: list[str] = field(default_factory=list)

    @property
    def grid(self) -> tuple[int, int]:
        """Columns and rows of tiles."""
        return math.ceil(self.width / self.tile[0]), math.ceil(self.height / self.tile[1])


def survey(path: Path, table: Path) -> Surveyed:
    """Read the header and write a `CELL` for each frame to `table`; raises CannotShow with the sentence why not."""
    with open_dicom(path) as file:
        raster = raster_of(file)
        if raster.allocated != 8 or raster.samples not in (1, 3) or raster.photometric == "PALETTE COLOR":
            raise CannotShow(
                f"Its tiles have {raster.allocated} bits a sample as {raster.photometric}; "
                "slides are shown in colour or grey of 8 bits."
            )
        width, height = _matrix(file.dataset, raster)
        grid = math.ceil(width / raster.columns), math.ceil(height / raster.rows)
        if grid[0] * grid[1] > MOST_TILES:
            raise CannotShow(f"Its matrix of {width} × {height} pixels would have {grid[0] * grid[1]} tiles, too many.")
        cells, remarks = _cells(file.dataset, raster, grid)
        how = _write(file, raster, cells, table)
        groups = geometry.groups_of(file.dataset, 1)[0]
        lossy = lossiness(file.dataset, file.transfer_syntax)
        return Surveyed(
            sop=attributes.uid(file.dataset, "SOPInstanceUID") or "",
            number=attributes.integer(file.dataset, "InstanceNumber") or 0,
            kind=_kind(file.dataset),
            pyramid=_pyramid(file.dataset),
            concatenation=attributes.uid(file.dataset, "ConcatenationUID") or "",
            first=_first(file.dataset),
            width=width,
            height=height,
            tile=(raster.columns, raster.rows),
            frames=raster.frames,
            how=how,
            samples=raster.samples,
            spacing=_spacing(file.dataset, groups, width, height),
            origin=_origin(file.dataset),
            orientation=_vector(file.dataset, "ImageOrientationSlide", 6),
            has_label=attributes.text(file.dataset, "SpecimenLabelInImage").upper() == "YES",
            lossy=lossy["lossy"],
            lossy_ratio=lossy["lossy_ratio"],
            container=attributes.text(file.dataset, "ContainerIdentifier")[:64],
            specimens=specimen.specimens(file.dataset),
            optical_paths=specimen.optical_paths(file.dataset),
            remarks=[*([raster.problem] if raster.problem else []), *remarks],
        )


def _kind(dataset: Dataset) -> str:
    """The third value of Image Type (PS3.3 C.8.12.4.1.1)."""
    said = attributes.texts(dataset, "ImageType")
    return said[2].upper()[:16] if len(said) > 2 else "VOLUME"


def _pyramid(dataset: Dataset) -> str:
    said = attributes.uid(dataset, "PyramidUID")
    return said or "/".join(
        (
            attributes.text(dataset, "ContainerIdentifier")[:64],
            attributes.uid(dataset, "FrameOfReferenceUID") or "",
        )
    )


def _matrix(dataset: Dataset, raster: Raster) -> tuple[int, int]:
    """Columns and rows of the total pixel matrix; those of its one frame where nothing is said."""
    width = attributes.integer(dataset, "TotalPixelMatrixColumns")
    height = attributes.integer(dataset, "TotalPixelMatrixRows")
    if width is None and height is None and raster.frames == 1:
        return raster.columns, raster.rows
    if width is None or height is None or width < 1 or height < 1:
        raise CannotShow("The size of its total pixel matrix (0048,0006, 0048,0007) is missing or malformed.")
    return width, height


def _first(dataset: Dataset) -> int:
    return max(0, attributes.integer(dataset, "ConcatenationFrameOffsetNumber") or 0)


def _spacing(dataset: Dataset, groups: geometry.Groups, width: int, height: int) -> tuple[float, float] | None:
    """Between rows and between columns; else from the size of the imaged volume; None where neither can be meant."""
    found = attributes.numbers(groups.macro("PixelMeasuresSequence"), "PixelSpacing", 2)
    if found is None:
        wide = attributes.number(dataset, "ImagedVolumeWidth")
        high = attributes.number(dataset, "ImagedVolumeHeight")
        found = [high / height, wide / width] if wide and high else None
    if found is None or not all(_FINEST <= one <= _COARSEST for one in found):
        return None
    return found[0], found[1]


def _origin(dataset: Dataset) -> tuple[float, ...] | None:
    """Where the first pixel's centre lies on the slide, in mm (0048,0008)."""
    item = attributes.first(dataset, "TotalPixelMatrixOriginSequence")
    if item is None:
        return None
    x = attributes.number(item, "XOffsetInSlideCoordinateSystem")
    y = attributes.number(item, "YOffsetInSlideCoordinateSystem")
    return None if x is None or y is None else (x, y)


def _vector(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    found = attributes.numbers(dataset, keyword, count)
    return tuple(found) if found else None


# --- which tile is where ------------------------------------------------------------------------------------------


def _cells(dataset: Dataset, raster: Raster, grid: tuple[int, int]) -> tuple[list[Cell], list[str]]:
    """The cell of each frame, of one focal plane and one optical path, and what must be said of the others."""
    said = attributes.text(dataset, "DimensionOrganizationType")
    own = attributes.items(dataset, "PerFrameFunctionalGroupsSequence")
    if said == "TILED_SPARSE" or (said != "TILED_FULL" and raster.frames > 1 and own):
        return _sparse(dataset, own, raster, grid)
    return _full(dataset, raster, grid)


def _full(dataset: Dataset, raster: Raster, grid: tuple[int, int]) -> tuple[list[Cell], list[str]]:
    """Frames in the order of PS3.3 C.7.6.17.3: along rows, then rows, focal planes, optical paths."""
    tiles = grid[0] * grid[1]
    planes = max(1, attributes.integer(dataset, "TotalPixelMatrixFocalPlanes") or 1)
    paths = max(1, attributes.integer(dataset, "NumberOfOpticalPaths") or 1)
    begin, first = planes // 2 * tiles, _first(dataset)
    cells = [at if 0 <= (at := first + k - begin) < tiles else -1 for k in range(raster.frames)]
    remarks = []
    expected, is_part = tiles * planes * paths, "ConcatenationUID" in dataset
    if raster.frames > expected - first:
        remarks.append(f"It has {raster.frames} frames where its matrix has room for {expected}.")
    elif raster.frames < expected and not is_part:
        remarks.append(f"{expected - raster.frames} of its {expected} tiles are missing.")
    return cells, remarks + _others(dataset, planes, paths)


def _sparse(
    dataset: Dataset, own: list[Dataset], raster: Raster, grid: tuple[int, int]
) -> tuple[list[Cell], list[str]]:
    """Frames say themselves where they lie (PS3.3 C.8.12.6.1), counted from 1."""
    paths = [attributes.text(one, "OpticalPathIdentifier") for one in attributes.items(dataset, "OpticalPathSequence")]
    said = [_position(item) for item in own[: raster.frames]]
    depths = Counter(depth for _, _, depth, _ in said)
    fullest = sorted(depth for depth, count in depths.items() if count == max(depths.values()))
    depth = fullest[len(fullest) // 2] if fullest else 0.0
    cells, taken, outside, twice = [], set[int](), 0, 0
    for column, row, at, path in said:
        cell = -1
        if at == depth and (not path or not paths or path == paths[0]):
            fits = column is not None and row is not None
            across, over = divmod((column or 0) - 1, raster.columns)
            down, under = divmod((row or 0) - 1, raster.rows)
            if not fits or over or under or not (0 <= across < grid[0] and 0 <= down < grid[1]):
                outside += 1
            elif (wanted := down * grid[0] + across) in taken:
                twice += 1
            else:
                cell = wanted
                taken.add(cell)
        cells.append(cell)
    outside += raster.frames - len(cells)
    cells += [-1] * (raster.frames - len(cells))
    remarks = []
    if outside:
        remarks.append(f"{outside} of its {raster.frames} tiles lie nowhere in its matrix, or not on its grid.")
    if twice:
        remarks.append(f"{twice} of its tiles lie where another lies already.")
    return cells, remarks + _others(dataset, len(depths), len(paths))


def _position(item: Dataset) -> tuple[int | None, int | None, float, str]:
    """Column and row of a tile's first pixel, its depth, and its optical path."""
    place = attributes.first(item, "PlanePositionSlideSequence") or Dataset()
    path = attributes.first(item, "OpticalPathIdentificationSequence") or Dataset()
    return (
        attributes.integer(place, "ColumnPositionInTotalImagePixelMatrix"),
        attributes.integer(place, "RowPositionInTotalImagePixelMatrix"),
        attributes.number(place, "ZOffsetInSlideCoordinateSystem") or 0.0,
        attributes.text(path, "OpticalPathIdentifier"),
    )


def _others(dataset: Dataset, planes: int, paths: int) -> list[str]:
    remarks = [f"One of its {planes} focal planes is shown."] if planes > 1 else []
    if paths > 1:
        said = [one["description"] or one["id"] or "unnamed" for one in specimen.optical_paths(dataset)]
        remarks.append(f"One of its {paths} optical paths is shown, the first ({', '.join(said) or 'unnamed'}).")
    return remarks


def _write(file: Opened, raster: Raster, cells: list[Cell], table: Path) -> str:
    """Write the table; returns how the tiles reach a browser."""
    how = _how(file, raster)
    found = places(file, raster, inflated=file.transfer_syntax.is_deflated) if how == AS_IS else None
    if how == AS_IS and (found is None or any(len(pieces) != 1 for pieces in found)):
        how, found = COPIED, None  # in several pieces, as nobody need write a tile
    with table.open("wb") as out:
        for cell, (offset, length) in zip(cells, _spans(found, len(cells)), strict=True):
            out.write(CELL.pack(cell, offset, length))
    return how


def _spans(found: list[list[tuple[int, int]]] | None, count: int) -> Iterator[tuple[int, int]]:
    return (pieces[0] for pieces in found) if found is not None else ((0, 0) for _ in range(count))


def _how(file: Opened, raster: Raster) -> str:
    """JPEG goes out as it is where a browser sees in it what the header says; all tiles are as the first one."""
    if file.transfer_syntax not in _JPEG:
        return CODED
    try:
        first = next(iter(sources(file, raster, [0])), b"")
    except ValueError as error:
        raise CannotShow(f"Its tiles cannot be found in the file ({error}).") from None
    seen = jpeg.colours(first, raster.columns, raster.rows)
    meant = "GREY" if raster.photometric == "MONOCHROME2" else "RGB" if raster.photometric == "RGB" else "YBR"
    if raster.photometric == "MONOCHROME1" or seen is None:
        return CODED
    if seen == meant:
        return AS_IS
    return COPIED if meant == "RGB" and seen == "YBR" and not jpeg.has_jfif(first) else CODED
