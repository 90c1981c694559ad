"""Where a frame lies in the patient and how large its pixels are, each length with the attribute it comes from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes

_PROJECTIONS = frozenset({"CR", "DX", "MG", "IO", "PX", "XA", "RF"})
_DIRECTION = re.compile("[LRAPHF]{1,3}")  # of somebody who stands on two feet
_CENTIMETRES = 3  # (0018,6024)
_TISSUE = 1  # 2D region (0018,6012), tissue (0018,6014)

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Groups:
    """The functional groups of one frame (PS3.3 C.7.6.16): what is said of it alone, else of all frames."""

    dataset: Dataset
    shared: Dataset
    own: Dataset

    def macro(self, sequence: str) -> Dataset:
        """The item of a functional group; where there is none, as in objects that are not enhanced, the dataset."""
        return attributes.first(self.own, sequence) or attributes.first(self.shared, sequence) or self.dataset


def groups_of(dataset: Dataset, frames: int) -> list[Groups]:
    """The functional groups of every frame."""
    shared = attributes.first(dataset, "SharedFunctionalGroupsSequence") or Dataset()
    own = attributes.items(dataset, "PerFrameFunctionalGroupsSequence")
    return [Groups(dataset, shared, own[k] if k < len(own) else Dataset()) for k in range(frames)]


def place(groups: Groups, index: int) -> dict[str, Any]:
    """Where frame `index` (from 0) lies and how it is turned, lengths in millimetres; None where not given."""
    orientation = _orientation(groups)
    position = attributes.numbers(groups.macro("PlanePositionSequence"), "ImagePositionPatient", 3)
    position = position or _detector_position(groups.dataset)
    if position and orientation and index:
        position = _moved_along_normal(groups.dataset, position, orientation, index)
    measures = groups.macro("PixelMeasuresSequence")
    return {
        "position": position,
        "orientation": orientation,
        "directions": None if orientation else _directions(groups.dataset),
        "thickness": attributes.number(measures, "SliceThickness"),
        "location": attributes.number(groups.dataset, "SliceLocation"),
    }


def normal(orientation: Sequence[float]) -> Vector:
    """The direction in which slices follow each other: row direction x column direction."""
    a, b, c, d, e, f = orientation
    return (b * f - c * e, c * d - a * f, a * e - b * d)


def spacing(groups: Groups) -> dict[str, Any]:
    """`spacing` [between rows, between columns] in mm and the `spacing_source` it is taken from."""
    dataset, measures = groups.dataset, groups.macro("PixelMeasuresSequence")
    pixel, imager = _pair(measures, "PixelSpacing"), _pair(dataset, "ImagerPixelSpacing")
    imager = imager or _pair(groups.macro("FramePixelDataPropertiesSequence"), "ImagerPixelSpacing")
    if pixel and imager and attributes.text(dataset, "Modality") in _PROJECTIONS and pixel == imager:
        return _spaced(pixel, "ImagerPixelSpacing")  # equal means uncalibrated: lengths are those at the detector
    if pixel:
        return _spaced(pixel, "PixelSpacing")
    if imager:
        return _spaced(imager, "ImagerPixelSpacing")
    if scanned := _pair(dataset, "NominalScannedPixelSpacing"):
        return _spaced(scanned, "NominalScannedPixelSpacing")
    return _ultrasound(dataset)


def _orientation(groups: Groups) -> list[float] | None:
    """Two unit vectors at right angles; anything else would put slices in the wrong place."""
    found = attributes.numbers(groups.macro("PlaneOrientationSequence"), "ImageOrientationPatient", 6)
    if found is None:
        detector = attributes.first(groups.dataset, "DetectorInformationSequence") or Dataset()
        found = attributes.numbers(detector, "ImageOrientationPatient", 6)
    if found is None:
        return None
    row, column = found[:3], found[3:]
    lengths = [sum(x * x for x in vector) for vector in (row, column)]
    across = sum(x * y for x, y in zip(row, column, strict=True))
    return found if all(abs(length - 1) < 0.02 for length in lengths) and abs(across) < 0.02 else None


def _directions(dataset: Dataset) -> list[str] | None:
    """Patient Orientation (0020,0020), for an image that lies in no plane: where rows and columns lead, in letters."""
    found = attributes.texts(dataset, "PatientOrientation")
    return found if len(found) == 2 and all(_DIRECTION.fullmatch(one) for one in found) else None


def _detector_position(dataset: Dataset) -> list[float] | None:
    """Reconstructed nuclear medicine: the first slice's position stands with the detector (PS3.3 C.8.4.15)."""
    detector = attributes.first(dataset, "DetectorInformationSequence") or Dataset()
    return attributes.numbers(detector, "ImagePositionPatient", 3)


def _moved_along_normal(
    dataset: Dataset, position: list[float], orientation: list[float], index: int
) -> list[float] | None:
    """The later frames of objects that give only the first one's position: dose grids and reconstructed NM."""
    if "PerFrameFunctionalGroupsSequence" in dataset:
        return position
    if "GridFrameOffsetVector" in dataset:
        offsets = attributes.numbers(dataset, "GridFrameOffsetVector") or []
        step = offsets[index] - offsets[0] if index < len(offsets) else None
    else:
        between = attributes.number(dataset, "SpacingBetweenSlices")
        volume = attributes.text(dataset, "Modality") in ("NM", "PT") and "DetectorInformationSequence" in dataset
        step = between * index if between and volume else None
    if step is None:
        return None
    return [p + step * n for p, n in zip(position, normal(orientation), strict=True)]


def _ultrasound(dataset: Dataset) -> dict[str, Any]:
    """Lengths in ultrasound hold in calibrated regions; with two calibrations for tissue there is no one spacing."""
    found = {
        (abs(dy) * 10, abs(dx) * 10)
        for region in attributes.items(dataset, "SequenceOfUltrasoundRegions")
        if attributes.integer(region, "RegionSpatialFormat") == _TISSUE
        and attributes.integer(region, "RegionDataType") == _TISSUE
        and attributes.integer(region, "PhysicalUnitsXDirection") == _CENTIMETRES
        and attributes.integer(region, "PhysicalUnitsYDirection") == _CENTIMETRES
        and (dy := attributes.number(region, "PhysicalDeltaY"))
        and (dx := attributes.number(region, "PhysicalDeltaX"))
    }
    if len(found) != 1:
        return {"spacing": None, "spacing_source": None}
    return _spaced(list(found.pop()), "UltrasoundRegion")


def _pair(dataset: Dataset, keyword: str) -> list[float] | None:
    found = attributes.numbers(dataset, keyword, 2)
    return found if found and min(found) > 0 else None


def _spaced(spacing: list[float], source: str) -> dict[str, Any]:
    return {"spacing": spacing, "spacing_source": source}
