"""What a structured report marks on images: TID 1410, 1411 and 300 measurements, TID 4000 and 4100 CAD (PS3.16 A).

The leaf is `{"marks": [{"image", "frame_of_reference", "type", "points", "label", "site", "values", "segment",
"optional"}]}`; points are columns and rows of the image, from its outermost corner at 0, or millimetres in the patient.
"""

from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes, moments, references
from mdt.imaging.layers import making
from mdt.imaging.layers.report_tree import Node, among, children, code, kind, meaning, resolved, walk

MOST_MARKS, MOST_POINTS, MOST_VALUES = 1000, 2000, 12
CAD = frozenset({f"1.2.840.10008.5.1.4.1.1.88.{one}" for one in (50, 65, 69)})  # mammography, chest, colon

_FLAT = {"POINT": 1, "MULTIPOINT": 1, "POLYLINE": 2, "CIRCLE": 2, "ELLIPSE": 4}
_SOLID = {"POINT": 1, "MULTIPOINT": 1, "POLYLINE": 2, "POLYGON": 3, "ELLIPSE": 4}
_FARTHEST = 1e6
# Codes of DCM, and of SNOMED CT and RT where the standard changed from the one to the other.
_TRACKING, _FINDING, _SINGLE_FINDING = "112039", "121071", "111059"
_SITE = ("363698007", "G-C0E3")
_GROUP, _RENDERING, _NOT_SHOWN, _OPTIONAL = "125007", "111056", "111152", "111151"
_OBSERVER_TYPE, _PERSON, _DEVICE = "121005", "121006", "121007"
_ALGORITHM, _ALGORITHM_VERSION = "111001", "111003"
_PERSON_NAME, _DEVICE_NAME, _DEVICE_MAKER, _DEVICE_MODEL = "121008", "121013", "121014", "121015"


def findings(dataset: Dataset, sop_class_uid: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What is said of the whole report, and its leaf; None for a report that marks nothing."""
    places = references.evidence(dataset)
    marks, hidden, malformed = _marks(dataset)
    if not marks and not malformed and not hidden:
        return None
    named = {mark["image"]["sop"] for mark in marks if mark["image"]}
    left_out = []
    if malformed:
        left_out.append(f"{malformed} of its marks {'is' if malformed == 1 else 'are'} malformed and not drawn.")
    if hidden:
        left_out.append(f"{hidden} of its marks {'is' if hidden == 1 else 'are'} not meant to be presented.")
    if len(marks) == MOST_MARKS:
        left_out.append(f"Only its first {MOST_MARKS} marks are drawn.")
    about = {
        "title": meaning(dataset) or "Structured report",
        "frame_of_reference": None,
        "refers": sorted({places[sop]["series"] for sop in named if places.get(sop, {}).get("series")}),
        "parts": [],
        "cad": sop_class_uid in CAD,
        "observers": _observers(dataset),
        "verified": _verified(dataset),
        **_making(dataset, sop_class_uid).plain(),
        "left_out": left_out,
        "problem": None if marks else "None of its marks can be drawn.",
    }
    return about, {"marks": marks}


def _marks(root: Dataset) -> tuple[list[dict[str, Any]], int, int]:
    """The marks, how many must not be presented, and how many are malformed."""
    found: list[dict[str, Any]] = []
    hidden = malformed = 0
    for node in walk(root):
        if len(found) >= MOST_MARKS:
            break
        if kind(node.item) in ("SCOORD", "SCOORD3D"):
            intent = _intent(node)
            if intent == _NOT_SHOWN:
                hidden += 1
                continue
            mark = _mark(root, node, optional=intent == _OPTIONAL)
            malformed += mark is None
            if mark is not None:
                found.append(mark)
        elif kind(node.item) == "IMAGE" and (segment := _segment(node.item)):
            found.append(_blank() | _said(root, node) | {"segment": segment})
    return found, hidden, malformed


def _mark(root: Dataset, node: Node, *, optional: bool) -> dict[str, Any] | None:
    solid = kind(node.item) == "SCOORD3D"
    form = attributes.text(node.item, "GraphicType")
    numbers = attributes.numbers(node.item, "GraphicData") or []
    step, least = (3, _SOLID.get(form)) if solid else (2, _FLAT.get(form))
    if least is None or len(numbers) % step or len(numbers) < step * least or len(numbers) > step * MOST_POINTS:
        return None
    if any(abs(number) > _FARTHEST for number in numbers):
        return None
    frame = attributes.uid(node.item, "ReferencedFrameOfReferenceUID") if solid else None
    image = _image(root, node.item)
    if image is None and frame is None:
        return None
    points = [[round(part, 3) for part in numbers[at : at + step]] for at in range(0, len(numbers), step)]
    return (
        _blank()
        | _said(root, node)
        | {"image": image, "frame_of_reference": frame, "type": form, "points": points, "optional": optional}
    )


def _blank() -> dict[str, Any]:
    return {
        "image": None,
        "frame_of_reference": None,
        "type": None,
        "points": [],
        "segment": None,
        "optional": False,
    }


def _image(root: Dataset, place: Dataset) -> dict[str, Any] | None:
    """The image on which a place is selected, said here or by reference."""
    for child in children(place):
        target = resolved(root, child)
        if kind(target) == "IMAGE" and (item := attributes.first(target, "ReferencedSOPSequence")):
            return references.image(item)
    return None


def _segment(item: Dataset) -> dict[str, Any] | None:
    """The segment of a segmentation that was measured."""
    one = attributes.first(item, "ReferencedSOPSequence") or Dataset()
    sop, number = attributes.uid(one, "ReferencedSOPInstanceUID"), attributes.integer(one, "ReferencedSegmentNumber")
    return {"sop": sop, "number": number} if sop and number is not None else None


def _intent(node: Node) -> str:
    """Whether a CAD finding is to be presented: the nearest word above on it."""
    for above in reversed(node.above):
        if said := among(children(above), _RENDERING):
            return code(said, "ConceptCodeSequence")
    return ""


def _said(root: Dataset, node: Node) -> dict[str, Any]:
    """`label`, `site` and `values` of what a place is the place of: its own measurement, or those of its group."""
    own = [node.parent] if kind(node.parent) == "NUM" else []
    group = next((one for one in reversed(node.above) if _tells(one)), node.parent)
    beside = children(group)
    numbers = own or [item for item in beside if kind(item) == "NUM"]
    finding = among(beside, _FINDING)
    label = (
        attributes.text(among(beside, _TRACKING) or Dataset(), "TextValue")[:80]
        or (meaning(finding, "ConceptCodeSequence") if finding else "")
        or (meaning(group, "ConceptCodeSequence") if kind(group) == "CODE" else "")
        or meaning(node.item)
    )
    site = among(beside, *_SITE)
    return {
        "label": label,
        "finding": meaning(finding, "ConceptCodeSequence") if finding else "",
        "site": meaning(site, "ConceptCodeSequence") if site else "",
        "values": [said for number in numbers[:MOST_VALUES] if (said := _value(number))],
    }


def _tells(item: Dataset) -> bool:
    """Whether it is what holds a finding together: a measurement group, or a finding of CAD."""
    return code(item) in (_GROUP, _SINGLE_FINDING) or (
        kind(item) in ("CONTAINER", "CODE") and any(kind(child) == "NUM" for child in children(item))
    )


def _value(number: Dataset) -> dict[str, Any] | None:
    measured = attributes.first(number, "MeasuredValueSequence")
    value = attributes.number(measured, "NumericValue") if measured is not None else None
    if measured is None or value is None:
        return None
    unit = code(measured, "MeasurementUnitsCodeSequence")
    if unit.startswith("{") or unit == "1":
        unit = "" if unit in ("1", "{no units}", "{ratio}") else meaning(measured, "MeasurementUnitsCodeSequence")
    return {"name": meaning(number), "value": value, "unit": unit[:24]}


def _observers(dataset: Dataset) -> list[str]:
    content = children(dataset)
    people = [moments.person(attributes.text(item, "PersonName")) for item in content if code(item) == _PERSON_NAME]
    named = [
        attributes.text(item, "TextValue")[:80]
        for item in content
        if code(item) in (_DEVICE_NAME, _DEVICE_MAKER, _DEVICE_MODEL)
    ]
    return [*people, " ".join(part for part in named if part)][:6] if named else people[:6]


def _verified(dataset: Dataset) -> str:
    item = attributes.first(dataset, "VerifyingObserverSequence")
    if attributes.text(dataset, "VerificationFlag") != "VERIFIED" or item is None:
        return ""
    return moments.person(attributes.text(item, "VerifyingObserverName"))


def _making(dataset: Dataset, sop_class_uid: str) -> making.Making:
    if sop_class_uid in CAD:
        return making.Making(True, "It is a report of computer-aided detection.")
    if named := _algorithm(dataset):
        return making.Making(True, f"It says that an algorithm measured ({named}).")
    content = children(dataset)
    kinds = {code(item, "ConceptCodeSequence") for item in content if code(item) == _OBSERVER_TYPE}
    kinds |= {_PERSON} if among(content, _PERSON_NAME) else set()
    if kinds == {_DEVICE}:
        return making.Making(True, "It says that its only observer is a device.")
    if kinds == {_PERSON}:
        return making.Making(False, "It says that a person observed.")
    return making.UNSAID


def _algorithm(dataset: Dataset) -> str:
    """The first algorithm a report names anywhere (TID 4019)."""
    for node in walk(dataset):
        if code(node.item) == _ALGORITHM and (name := attributes.text(node.item, "TextValue")):
            version = among(children(node.parent), _ALGORITHM_VERSION) or Dataset()
            return f"{name} {attributes.text(version, 'TextValue')}".strip()[:120]
    return ""
