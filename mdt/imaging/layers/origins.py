"""Who or what made an object, with what and when, as it says itself (PS3.3 C.7.5, C.12.1)."""

from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes, moments

Origin = dict[str, Any]

_MOMENTS = ("Content", "StructureSet", "InstanceCreation", "Series")
_MOST_EQUIPMENT = 5


def origin(dataset: Dataset) -> Origin:
    """`creator`, `institution`, `equipment` (manufacturer, model, software), `also` (in sentences) and `at`."""
    return {
        "creator": _creator(dataset),
        "institution": attributes.text(dataset, "InstitutionName")[:120],
        "equipment": equipment(dataset),
        "also": [said for one in _contributing(dataset) if (said := _contributed(one))],
        "at": next((at for of in _MOMENTS if (at := moments.written(dataset, of))), None),
    }


def equipment(dataset: Dataset) -> str:
    """E.g. `MIM Software MIM Maestro 7.1.4`: a maker's name that its model begins with is not said twice."""
    maker = attributes.text(dataset, "SecondaryCaptureDeviceManufacturer") or attributes.text(dataset, "Manufacturer")
    model = attributes.text(dataset, "SecondaryCaptureDeviceManufacturerModelName")
    model = model or attributes.text(dataset, "ManufacturerModelName")
    software = ", ".join(attributes.texts(dataset, "SoftwareVersions")[:3])
    maker = "" if model.casefold().startswith(maker.casefold()) else maker
    return " ".join(part for part in (maker, model, software) if part)[:160]


def contributes(dataset: Dataset, purpose: str) -> bool:
    """Whether equipment of this purpose (a DCM code of CID 7005) had part in it."""
    return any(
        attributes.text(attributes.first(one, "PurposeOfReferenceCodeSequence") or Dataset(), "CodeValue") == purpose
        for one in _contributing(dataset)
    )


def _contributing(dataset: Dataset) -> list[Dataset]:
    return attributes.items(dataset, "ContributingEquipmentSequence")[:_MOST_EQUIPMENT]


def _contributed(one: Dataset) -> str:
    purpose = attributes.first(one, "PurposeOfReferenceCodeSequence") or Dataset()
    return ": ".join(part for part in (attributes.text(purpose, "CodeMeaning")[:80], equipment(one)) if part)


def _creator(dataset: Dataset) -> str:
    for keyword in ("ContentCreatorName", "ReviewerName", "OperatorsName"):
        if said := attributes.texts(dataset, keyword):
            return moments.person(said[0])
    return ""
