"""What stored values mean and how they are best seen: rescale, units and windows (PS3.3 C.11)."""

from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut

from mdt.imaging.files import attributes
from mdt.imaging.pixels import segments
from mdt.imaging.pixels.curves import curve_of
from mdt.imaging.pixels.geometry import Groups

Pixels = npt.NDArray[Any]

_FUNCTIONS = frozenset({"LINEAR", "LINEAR_EXACT", "SIGMOID"})
_SMALLEST_WIDTH = {"LINEAR": 1.0}
_NO_UNIT = frozenset({"US", "UNSPECIFIED", "1"})  # US means unspecified; 1 is UCUM for a plain number
_UNITS_KEYWORD = {"PT": "Units", "NM": "Units", "RTDOSE": "DoseUnits"}


def has_lut(groups: Groups) -> bool:
    """Whether stored values become meaningful by a table, one that is whole, instead of a line."""
    table = attributes.first(groups.dataset, "ModalityLUTSequence")
    return table is not None and bool(attributes.numbers(table, "LUTDescriptor", 3)) and "LUTData" in table


def through_lut(pixels: Pixels, groups: Groups) -> Pixels:
    """Apply the Modality LUT: afterwards slope is 1 and intercept 0."""
    return apply_modality_lut(pixels, groups.dataset)


def rescale(groups: Groups) -> dict[str, Any]:
    """`slope`, `intercept` and `units` of one frame."""
    values, modality = groups.macro("PixelValueTransformationSequence"), attributes.text(groups.dataset, "Modality")
    if has_lut(groups):
        table = attributes.items(groups.dataset, "ModalityLUTSequence")[0]
        return {"slope": 1.0, "intercept": 0.0, "units": _named(attributes.text(table, "ModalityLUTType"))}
    slope, intercept = attributes.number(values, "RescaleSlope"), attributes.number(values, "RescaleIntercept")
    scaling = attributes.number(groups.dataset, "DoseGridScaling") if modality == "RTDOSE" else None
    units = _named(attributes.text(values, "RescaleType"))
    if modality in _UNITS_KEYWORD:
        units = attributes.text(groups.dataset, _UNITS_KEYWORD[modality]) or units
    if not units and modality == "CT" and slope and intercept is not None:
        units = "HU"  # what (0028,1054) means where it is absent in CT
    return {"slope": scaling or slope or 1.0, "intercept": intercept or 0.0, "units": units or _measured(groups)}


def window(groups: Groups, *, binary: bool, signed: bool) -> dict[str, Any]:
    """`centre` and `width` (as many as are given), `voi_function` and, where there is no window, `voi_lut`.

    In rescaled values. Of a window and a table, which are alternatives (PS3.3 C.11.2.1), the window is shown first.
    """
    voi = groups.macro("FrameVOILUTSequence")
    function = attributes.text(voi, "VOILUTFunction")
    function = function if function in _FUNCTIONS else "LINEAR"
    smallest = _SMALLEST_WIDTH.get(function, 0.0)
    pairs = [
        (centre, width)
        for centre, width in zip(
            attributes.numbers(voi, "WindowCenter") or [], attributes.numbers(voi, "WindowWidth") or [], strict=False
        )
        if width >= smallest and width > 0
    ]
    table = None if pairs else curve_of(attributes.first(groups.dataset, "VOILUTSequence"), signed=signed)
    if table is not None:  # the window is then the span that the table covers, and says LINEAR
        entries = table["last"] - table["first"] + 1
        pairs, function = [(table["first"] + entries / 2, entries)], "LINEAR"
    if not pairs and (span := segments.span(groups.dataset)):
        pairs = [span]
    if not pairs and binary:
        pairs = [(1.0, 2.0)]  # from 0 to 1
    return {
        "centre": [centre for centre, _ in pairs],
        "width": [width for _, width in pairs],
        "voi_function": function,
        **({"voi_lut": table} if table is not None else {}),
    }


def extremes(pixels: Pixels) -> dict[str, Any]:
    """`smallest` and `largest` stored value, so that a viewer need not look for them."""
    if pixels.dtype.kind != "f":
        return {"smallest": int(pixels.min()), "largest": int(pixels.max())}
    finite = pixels[np.isfinite(pixels)]
    if finite.size == 0:
        return {"smallest": 0.0, "largest": 0.0}
    return {"smallest": float(finite.min()), "largest": float(finite.max())}


def padding(dataset: Dataset, *, signed: bool) -> list[float] | None:
    """The stored values, from and to, that fill up an image where nothing was measured (PS3.3 C.7.5.1.1.2)."""
    value = attributes.number(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = attributes.number(dataset, "PixelPaddingRangeLimit")
    ends = [value, value if limit is None else limit]
    return sorted(end - 65536 if signed and end >= 32768 else end for end in ends)


def middle(pixels: Pixels, padded: list[float] | None = None) -> list[float]:
    """A range of stored values for an image that says nothing of how to look: without half a per cent at either end."""
    some = pixels.reshape(-1)[:: max(1, pixels.size // 8192)]
    some = np.sort(some[np.isfinite(some)])
    if padded is not None:
        measured = some[(some < padded[0]) | (some > padded[1])]
        some = measured if measured.size else some
    if some.size == 0:
        return [0.0, 1.0]
    lower, upper = float(some[int(some.size * 0.005)]), float(some[int(np.ceil(some.size * 0.995)) - 1])
    if upper <= lower:
        lower, upper = float(some[0]), max(float(some[-1]), float(some[0]) + 1)
    return [lower, upper]


def _named(rescale_type: str) -> str:
    return "" if rescale_type in _NO_UNIT else rescale_type


def _measured(groups: Groups) -> str:
    """Units of a parametric map, from its real world value mapping."""
    mapping = groups.macro("RealWorldValueMappingSequence")
    code = attributes.first(mapping, "MeasurementUnitsCodeSequence")
    return _named(attributes.text(code, "CodeValue")) if code else ""
