"""A structured report (PS3.3 C.17.3) as a plain page: its content tree, heading by heading, nothing interpreted."""

from datetime import date
from html import escape

from pydicom.dataset import Dataset

from mdt.imaging import attributes
from mdt.trusts import listing
from mdt.trusts.attributes import attributes as texts

_DEEPEST = 40
_VALUES = {
    "TEXT": "TextValue",
    "DATE": "Date",
    "TIME": "Time",
    "DATETIME": "DateTime",
    "UIDREF": "UID",
    "PNAME": "PersonName",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 Arial, sans-serif; margin: 2rem; max-width: 48rem; color: #212b32 }}
ul {{ padding-left: 1.25rem }} li {{ margin: 0.25rem 0 }} dfn {{ font-style: normal; font-weight: bold }}
</style></head><body><p>{whose}</p><h1>{title}</h1>{flags}{body}</body></html>
"""


def page(dataset: Dataset) -> str:
    """HTML without scripts or links; all text from the report is escaped."""
    title = _concept(dataset) or "Structured report"
    flags = [
        text.capitalize()
        for keyword in ("CompletionFlag", "VerificationFlag")
        if (text := attributes.text(dataset, keyword))
    ]
    return _PAGE.format(
        title=escape(title),
        whose=escape(_whose(dataset)),
        flags=f"<p>{escape(', '.join(flags))}</p>" if flags else "",
        body=_children(dataset, 0) or "<p>This report has no content.</p>",
    )


def _whose(dataset: Dataset) -> str:
    """The patient as the report itself names them, and the day it was written."""
    said = texts(dataset, [*listing.IDENTITY, "ContentDate"])
    identity = listing.identity(said, whole=True)
    name = ", ".join(part for part in ((identity.family or "").upper(), identity.given) if part)
    written = listing.day(listing.text(said, "ContentDate"))
    facts = [
        name or "No name",
        f"born {_day(identity.birth_date)}" if identity.birth_date else "",
        f"patient ID {identity.patient_id}" if identity.patient_id else "",
        f"written {_day(written)}" if written else "",
    ]
    return "; ".join(fact for fact in facts if fact)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _children(item: Dataset, depth: int) -> str:
    if depth > _DEEPEST:
        return "<p>…</p>"
    contents = [
        _line(child) + _children(child, depth + 1)
        for child in attributes.items(item, "ContentSequence")
        if attributes.text(child, "RelationshipType") != "HAS CONCEPT MOD"
    ]
    lines = [f"<li>{content}</li>" for content in contents if content]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def _line(item: Dataset) -> str:
    concept, value = _concept(item), escape(_value(item)).replace("\n", "<br>")
    heading = f"<dfn>{escape(concept)}</dfn>" if concept else ""
    return f"{heading}: {value}" if heading and value else heading or value


def _concept(item: Dataset) -> str:
    name = attributes.first(item, "ConceptNameCodeSequence")
    return attributes.text(name, "CodeMeaning") if name else ""


def _value(item: Dataset) -> str:
    kind = attributes.text(item, "ValueType")
    if kind == "CODE":
        code = attributes.first(item, "ConceptCodeSequence")
        return attributes.text(code, "CodeMeaning") if code else ""
    if kind == "NUM":
        return _measured(item)
    if kind in ("IMAGE", "COMPOSITE", "WAVEFORM"):
        return "(an object this report refers to)"
    if kind in ("SCOORD", "SCOORD3D", "TCOORD"):
        return "(a place marked on an image)"
    if kind == "DATE" and (day := listing.day(attributes.text(item, "Date"))):
        return _day(day)
    return attributes.text(item, _VALUES[kind]).replace("\r\n", "\n").replace("\r", "\n") if kind in _VALUES else ""


def _measured(item: Dataset) -> str:
    measured = attributes.first(item, "MeasuredValueSequence")
    if measured is None:
        return ""
    units = attributes.first(measured, "MeasurementUnitsCodeSequence")
    unit = attributes.text(units, "CodeValue") if units else ""
    return f"{attributes.text(measured, 'NumericValue')} {'' if unit == '1' else unit}".strip()
