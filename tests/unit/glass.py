"""Small whole slides made for tests: tiles that a browser would see as they are, in objects of every kind."""

import json
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import UID, JPEGBaseline8Bit

from mdt.imaging.slides.kinds import WHOLE_SLIDE
from mdt.imaging.slides.tiles import ENTRY, MAGIC
from tests.unit.objects import an_object, item, save
from tests.unit.pages import Seeded

Picture = npt.NDArray[np.uint8]


def tissue(width: int, height: int) -> Picture:
    """A smooth picture without symmetry."""
    y, x = np.mgrid[0:height, 0:width]
    red, green = 150 + 60 * np.sin(x / 37), 120 + 80 * np.cos((x + 2 * y) / 61)
    return np.stack([red, green, 90 + y * 90 / height], -1).astype(np.uint8)


def tiled(picture: Picture, tile: int) -> list[Picture]:
    """Along rows; what lies beyond the picture is black, as some scanners leave it."""
    height, width = picture.shape[:2]
    padded = np.pad(picture, ((0, -height % tile), (0, -width % tile), (0, 0)))
    rows, columns = padded.shape[0] // tile, padded.shape[1] // tile
    parts = padded.reshape(rows, tile, columns, tile, 3).swapaxes(1, 2).reshape(-1, tile, tile, 3)
    return [np.ascontiguousarray(part) for part in parts]


def jpeg(picture: Picture) -> bytes:
    """Of even length, as a fragment is."""
    coded = bytes(imagecodecs.jpeg8_encode(picture, level=90, subsampling="422"))
    return coded + b"\0" * (len(coded) % 2)


def position(column: int, row: int, z: float = 0.0, path: str = "1") -> Dataset:
    """The functional groups of a frame of TILED_SPARSE whose first pixel is at this column and row, from 1."""
    return item(
        PlanePositionSlideSequence=[
            item(
                ColumnPositionInTotalImagePixelMatrix=column,
                RowPositionInTotalImagePixelMatrix=row,
                XOffsetInSlideCoordinateSystem=0,
                YOffsetInSlideCoordinateSystem=0,
                ZOffsetInSlideCoordinateSystem=z,
            )
        ],
        OpticalPathIdentificationSequence=[item(OpticalPathIdentifier=path)],
    )


def level(
    number: int, picture: Picture, *, tile: int = 128, spacing: float = 0.0005, kind: str = "VOLUME", **more: Any
) -> tuple[Dataset, list[bytes]]:
    """One object of the slide as JPEG, and its tiles."""
    payloads = [jpeg(part) for part in tiled(picture, tile)]
    return of_payloads(number, picture.shape[:2], payloads, tile=tile, spacing=spacing, kind=kind, **more), payloads


def of_payloads(
    number: int, size: tuple[int, ...], payloads: list[bytes], *, tile: int = 128, spacing: float | None = 0.0005,
    kind: str = "VOLUME", **more: Any,
) -> Dataset:  # fmt: skip
    """`size` is rows and columns of the whole; `more` are attributes that take the place of these."""
    measures = [item(PixelSpacing=[spacing, spacing])] if spacing else []
    said: dict[str, Any] = {
        "SOPClassUID": UID(WHOLE_SLIDE),
        "SOPInstanceUID": f"1.2.3.1.{number}",
        "InstanceNumber": number,
        "Modality": "SM",
        "ImageType": ["ORIGINAL", "PRIMARY", kind, "NONE"],
        "TotalPixelMatrixColumns": size[1],
        "TotalPixelMatrixRows": size[0],
        "DimensionOrganizationType": "TILED_FULL",
        "Rows": tile,
        "Columns": tile,
        "NumberOfFrames": len(payloads),
        "SamplesPerPixel": 3,
        "PhotometricInterpretation": "YBR_FULL_422",
        "PlanarConfiguration": 0,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "PixelRepresentation": 0,
        "SharedFunctionalGroupsSequence": [item(PixelMeasuresSequence=measures)],
        "FrameOfReferenceUID": "1.2.3.8",
        "ContainerIdentifier": "S26-1",
        "SpecimenLabelInImage": "NO" if kind in ("VOLUME", "THUMBNAIL") else "YES",
    }
    return an_object(payloads=payloads, **said | more)


SLIDE = "b" * 64  # a version of a series' pack


def add_slide(made: Seeded, folder: Path) -> None:
    """A slide of one tile in the place of Maria's series, as a version beside its frames."""
    place = [8, 4, 0]
    index = {
        "kind": "slide",
        "objects": [],
        "table": 12,
        "levels": [{"first": 0, "grid": [1, 1]}],
        "pictures": {"label": {"place": place}, "overview": None, "thumbnail": {"place": place}},
    }
    (folder / "tiles").write_bytes(MAGIC + b"\xff\xd8\xff\xd9" + ENTRY.pack(*place))
    (folder / "slide.json").write_text(json.dumps(index))
    made.house.store.put_pack(made.series["maria"], SLIDE, frames=folder / "tiles", index=folder / "slide.json")


def kept(dataset: Dataset, folder: Path, syntax: str = JPEGBaseline8Bit) -> Path:
    return save(dataset, folder / f"{dataset.SOPInstanceUID}.dcm", syntax)
