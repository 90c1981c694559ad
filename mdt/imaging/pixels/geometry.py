"""Where a frame lies in the patient and how large its pixels are, each length with the attribute it comes from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes

_PROJECTIONS = frozenset({"CR", "DX", "MG", "IO", "PX", "XA", "RF", "RG"})
_DIRECTION = re.compile("[LRAPHF]{1,3}")  # of somebody who stands on two feet
_CENTIMETRES = 3  # (0018,6024)
_TISSUE = 1  # 2D region (0018,6012), tissue (0018,6014)
_REGIONS_MOST = 16
_UNITS = {  # (0018,6024) and (0018,6026), PS3.3 C.8.5.5.1.15
    1: "%", 2: "dB", 3: "cm", 4: "s", 5: "Hz", 6: "dB/s", 7: "cm/s", 8: "cm²", 9: "cm²/s", 12: "°",
}  # fmt: skip

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
    """What justifies millimetres in this frame, and what does not (PS3.3 10.7.1.3).

    `spacing` [between rows, between columns] in mm and the `spacing_source` it is taken from. `calibration`: of a
    projection whether and how its spacing was corrected for magnification; of ultrasound the calibrated regions.
    """
    dataset, measures = groups.dataset, groups.macro("PixelMeasuresSequence")
    pixel, imager = _pair(measures, "PixelSpacing"), _pair(dataset, "ImagerPixelSpacing")
    imager = imager or _pair(groups.macro("FramePixelDataPropertiesSequence"), "ImagerPixelSpacing")
    how = attributes.text(dataset, "PixelSpacingCalibrationType")
    projection = attributes.text(dataset, "Modality") in _PROJECTIONS
    regions = _regions(dataset)
    said = {"regions": regions} if regions else _calibration(dataset, how, projection)
    if pixel and imager and projection and pixel == imager and not how:
        return _spaced(imager, "ImagerPixelSpacing", said)  # equal: nobody calibrated it, lengths are the detector's
    if pixel:
        return _spaced(pixel, "PixelSpacing", said)
    if imager:
        return _spaced(imager, "ImagerPixelSpacing", said)
    if scanned := _pair(dataset, "NominalScannedPixelSpacing"):
        return _spaced(scanned, "NominalScannedPixelSpacing", said)
    found = {tuple(region["spacing"]) for region in regions if region["spacing"]}
    one = list(found.pop()) if len(found) == 1 else None
    return _spaced(one, "UltrasoundRegion" if one else None, said)


def _calibration(dataset: Dataset, how: str, projection: bool) -> dict[str, Any] | None:
    if not projection and not how:
        return None
    magnified = attributes.number(dataset, "EstimatedRadiographicMagnificationFactor")
    return {
        "projection": projection,
        "type": how or None,
        "description": attributes.text(dataset, "PixelSpacingCalibrationDescription") or None,
        "magnification": magnified if magnified and magnified > 0 else None,
    }


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


def _regions(dataset: Dataset) -> list[dict[str, Any]]:
    """Ultrasound is measured within calibrated regions; where two are calibrated otherwise there is no one spacing."""
    items = attributes.items(dataset, "SequenceOfUltrasoundRegions")[:_REGIONS_MOST]
    return [region for item in items if (region := _region(item))]


def _region(item: Dataset) -> dict[str, Any] | None:
    """One calibrated region (PS3.3 C.8.5.5): where it lies, counted in pixels from 0, and what a pixel is worth in it.

    `spacing` [row, column] is in mm, and there only in images of tissue; `per_pixel` [row, column] is in `units`.
    """
    delta = attributes.number(item, "PhysicalDeltaY"), attributes.number(item, "PhysicalDeltaX")
    if not all(delta):
        return None
    codes = [attributes.integer(item, f"PhysicalUnits{axis}Direction") for axis in "YX"]
    per_pixel = [abs(part or 0) for part in delta]
    tissue = [attributes.integer(item, name) for name in ("RegionSpatialFormat", "RegionDataType")]
    lengths = tissue == [_TISSUE, _TISSUE] and codes == [_CENTIMETRES, _CENTIMETRES]
    corners = ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1")
    box = [attributes.integer(item, corner) for corner in corners]
    return {
        "box": None if any(side is None for side in box) else box,
        "spacing": [part * 10 for part in per_pixel] if lengths else None,
        "per_pixel": per_pixel,
        "units": [_UNITS.get(code or 0) for code in codes],
    }


def _pair(dataset: Dataset, keyword: str) -> list[float] | None:
    found = attributes.numbers(dataset, keyword, 2)
    return found if found and min(found) > 0 else None


def _spaced(spacing: list[float] | None, source: str | None, calibration: dict[str, Any] | None) -> dict[str, Any]:
    return {"spacing": spacing, "spacing_source": source, "calibration": calibration}
