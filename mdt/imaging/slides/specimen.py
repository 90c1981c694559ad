"""What is on a slide and how it was scanned: specimens with their stains, optical paths (PS3.3 C.7.6.22, C.8.12.5)."""

from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes

_STAINING = frozenset({"127790008", "P3-00003"})  # SNOMED CT and its forerunner: a staining step
_SUBSTANCE = frozenset({"424361007", "G-C350"})  # using substance
_MOST = 20


def specimens(dataset: Dataset) -> list[dict[str, Any]]:
    """Each specimen in the container: its identifier, what it is, where it is from, and what it was stained with."""
    return [
        {
            "id": attributes.text(one, "SpecimenIdentifier")[:64],
            "description": attributes.text(one, "SpecimenShortDescription")[:200],
            "anatomy": _meaning(attributes.first(one, "PrimaryAnatomicStructureSequence")),
            "stains": stains(one),
        }
        for one in attributes.items(dataset, "SpecimenDescriptionSequence")[:_MOST]
    ]


def stains(specimen: Dataset) -> list[str]:
    """The substances of every staining step, in order, each once."""
    found: dict[str, None] = {}
    for step in attributes.items(specimen, "SpecimenPreparationSequence"):
        items = attributes.items(step, "SpecimenPreparationStepContentItemSequence")
        if not any(_value(attributes.first(one, "ConceptCodeSequence")) in _STAINING for one in items):
            continue
        for one in items:
            if _value(attributes.first(one, "ConceptNameCodeSequence")) in _SUBSTANCE:
                said = _meaning(attributes.first(one, "ConceptCodeSequence")) or attributes.text(one, "TextValue")[:64]
                found[said] = None
    return [stain for stain in found if stain][:_MOST]


def optical_paths(dataset: Dataset) -> list[dict[str, Any]]:
    """How light went through: illumination in words, the objective's power, and whether a colour profile is given."""
    return [
        {
            "id": attributes.text(one, "OpticalPathIdentifier")[:64],
            "description": attributes.text(one, "OpticalPathDescription")[:200],
            "illumination": _meaning(attributes.first(one, "IlluminationTypeCodeSequence")),
            "objective": _power(one),
            "profile": attributes.value(one, "ICCProfile") is not None,
        }
        for one in attributes.items(dataset, "OpticalPathSequence")[:_MOST]
    ]


def _power(path: Dataset) -> float | None:
    found = attributes.number(path, "ObjectiveLensPower")
    return found if found is not None and 0.1 <= found <= 1000 else None


def _value(code: Dataset | None) -> str:
    return attributes.text(code, "CodeValue") if code is not None else ""


def _meaning(code: Dataset | None) -> str:
    return attributes.text(code, "CodeMeaning")[:64] if code is not None else ""
