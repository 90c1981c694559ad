"""Key object selections (PS3.3 A.35.4): the images somebody marked as those to look at, and why."""

from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes, moments, references

SOP_CLASS = "1.2.840.10008.5.1.4.1.1.88.59"

_DESCRIPTION = "113012"  # Key Object Description, DCM
_OBSERVER = "121008"  # Person Observer Name, DCM


def key_objects(dataset: Dataset) -> dict[str, Any]:
    """`title`, `description`, `creator`, `at` and `images`, each with its study, series, sop and frames."""
    concept = attributes.first(dataset, "ConceptNameCodeSequence") or Dataset()
    content = attributes.items(dataset, "ContentSequence")
    places = references.evidence(dataset)
    images = [
        {"study": "", "series": "", **places.get(one["sop"], {}), **one}
        for item in content
        if attributes.text(item, "ValueType") == "IMAGE"
        for one in references.images(item, "ReferencedSOPSequence")
    ]
    return {
        "title": attributes.text(concept, "CodeMeaning")[:200] or "Key images",
        "description": _said(content, _DESCRIPTION, "TextValue")[:2000],
        "creator": moments.person(_said(content, _OBSERVER, "PersonName")),
        "at": moments.written(dataset, "Content"),
        "images": images,
    }


def _said(content: list[Dataset], code: str, keyword: str) -> str:
    for item in content:
        concept = attributes.first(item, "ConceptNameCodeSequence") or Dataset()
        if attributes.text(concept, "CodeValue") == code:
            return attributes.text(item, keyword)
    return ""
