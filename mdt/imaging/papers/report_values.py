"""What one content item of a structured report says (PS3.3 C.17.3, C.18), in words and with its codes; escaped HTML."""

import re
from collections.abc import Callable
from html import escape

from pydicom.dataset import Dataset
from pydicom.uid import UID

from mdt.imaging.files import attributes, moments, references
from mdt.trusts import listing

_SCHEMES = {"SCT": "SNOMED CT", "SRT": "SNOMED RT", "LN": "LOINC", "DCM": "DICOM", "99SDM": "SNOMED"}

Numbers = dict[str, int]  # of the images a report refers to, by their UIDs, as they are listed beside it


def code(item: Dataset | None, *, plain: bool = False) -> str:
    """A coded concept: its meaning, and in small print its value and scheme."""
    if item is None:
        return ""
    value = (
        attributes.text(item, "CodeValue")
        or attributes.text(item, "LongCodeValue")
        or attributes.text(item, "URNCodeValue")
    )
    meaning = attributes.text(item, "CodeMeaning") or value
    scheme = attributes.text(item, "CodingSchemeDesignator")
    if plain or not value:
        return escape(meaning)
    return f'{escape(meaning)} <span class="code">({escape(value)}, {escape(_SCHEMES.get(scheme, scheme))})</span>'


def concept(item: Dataset, *, plain: bool = False) -> str:
    return code(attributes.first(item, "ConceptNameCodeSequence"), plain=plain)


def value(item: Dataset, numbers: Numbers) -> str:
    """The item's value; empty for containers, and for what has none."""
    say = _SAYING.get(attributes.text(item, "ValueType"))
    return say(item, numbers) if say else ""


def measured(item: Dataset) -> str:
    """A number with its unit, or why there is none."""
    found = attributes.first(item, "MeasuredValueSequence")
    qualifier = code(attributes.first(item, "NumericValueQualifierCodeSequence"))
    if found is None:
        return qualifier or "no value"
    unit = attributes.first(found, "MeasurementUnitsCodeSequence")
    symbol = attributes.text(unit, "CodeValue") if unit is not None else ""
    meaning = attributes.text(unit, "CodeMeaning") if unit is not None else ""
    said = "" if symbol in ("", "1") else meaning if symbol.startswith("{") else symbol
    number = escape(attributes.text(found, "NumericValue").replace("\\", ", "))
    return f"{number} {escape(said)}".strip() + (f" ({qualifier})" if qualifier else "")


def _lines(text: str) -> str:
    return escape(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\n", "<br>")


def _uid(item: Dataset) -> str:
    uid = attributes.text(item, "UID")
    named = UID(uid).name if uid else ""
    return escape(named) if named != uid else f'<span class="uid">{escape(uid)}</span>'


def _moment(kind: str, text: str) -> str:
    """In UK form; what cannot be read stays as it is written."""
    day = None if kind == "TIME" else listing.day(text[:8])
    digits = (text if kind == "TIME" else text[8:]).split(".")[0].split("+")[0]
    clock = f"{digits[:2]}:{digits[2:4]}" if re.fullmatch(r"[0-9]{4,6}", digits) else ""
    parts = [f"{day.day} {day:%B %Y}" if day else "", clock]
    return " at ".join(part for part in parts if part) or text


def _referred(item: Dataset, numbers: Numbers) -> str:
    """Images by the number under which they are offered beside the report; anything else by its kind."""
    said = []
    for one in attributes.items(item, "ReferencedSOPSequence"):
        image = references.image(one)
        kind = UID(attributes.text(one, "ReferencedSOPClassUID")).name or "Object"
        if image is None:
            continue
        frames = f", frame {', '.join(map(str, image['frames'][:20]))}" if image["frames"] else ""
        number = numbers.get(image["sop"])
        said.append(f"image {number} of this report ({kind}{frames})" if number else f"{kind}{frames}")
    return escape("; ".join(said) or "an object that is not named")


def _place(item: Dataset) -> str:
    """A place marked on an image, or in space, told as far as words can."""
    kind = attributes.text(item, "GraphicType").lower()
    data = attributes.numbers(item, "GraphicData") or []
    three = attributes.text(item, "ValueType") == "SCOORD3D"
    points = [data[at : at + (3 if three else 2)] for at in range(0, len(data), 3 if three else 2)]
    where = "in the patient, in mm" if three else "on the image, column and row"
    if len(points) == 1:
        return f"a point {where}: {_listed(points[0])}"
    if kind == "circle" and len(points) == 2 and not three:
        radius = sum((a - b) ** 2 for a, b in zip(*points, strict=True)) ** 0.5
        return f"a circle {where}: about {_listed(points[0])}, radius {radius:.1f} pixels"
    return f"a {kind or 'shape'} of {len(points)} points {where}"


def _listed(point: list[float]) -> str:
    return ", ".join(f"{number:.1f}" for number in point)


def _times(item: Dataset) -> str:
    kind = attributes.text(item, "TemporalRangeType").lower() or "times"
    for keyword, what in (
        ("ReferencedSamplePositions", "samples"),
        ("ReferencedTimeOffsets", "seconds after the start"),
        ("ReferencedDateTime", ""),
    ):
        if said := attributes.texts(item, keyword):
            return f"{kind}: {', '.join(said[:50])} {what}".strip()
    return kind


_SAYING: dict[str, Callable[[Dataset, Numbers], str]] = {
    "TEXT": lambda item, _: _lines(attributes.text(item, "TextValue")),
    "CODE": lambda item, _: code(attributes.first(item, "ConceptCodeSequence")),
    "NUM": lambda item, _: measured(item),
    "PNAME": lambda item, _: escape(moments.person(attributes.text(item, "PersonName"))),
    "UIDREF": lambda item, _: _uid(item),
    "DATE": lambda item, _: escape(_moment("DATE", attributes.text(item, "Date"))),
    "TIME": lambda item, _: escape(_moment("TIME", attributes.text(item, "Time"))),
    "DATETIME": lambda item, _: escape(_moment("DATETIME", attributes.text(item, "DateTime"))),
    "IMAGE": _referred,
    "COMPOSITE": _referred,
    "WAVEFORM": _referred,
    "SCOORD": lambda item, _: escape(_place(item)),
    "SCOORD3D": lambda item, _: escape(_place(item)),
    "TCOORD": lambda item, _: escape(_times(item)),
}
