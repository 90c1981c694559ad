"""Whether a machine made something: only what an object says of itself counts, and the words for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes
from mdt.imaging.layers import origins

_PROCESSING = "109102"  # Processing Equipment (CID 7005)


@dataclass(frozen=True)
class Making:
    """`machine` is None when the object does not say; `why` is the sentence that says what it goes by."""

    machine: bool | None
    why: str

    def plain(self) -> dict[str, Any]:
        return {"machine": self.machine, "why": self.why}


UNSAID = Making(None, "It does not say whether a person or a machine made it.")

_BY_TYPE = {
    "AUTOMATIC": Making(True, "It says that an algorithm made it (AUTOMATIC)."),
    "SEMIAUTOMATIC": Making(True, "It says that an algorithm made it with a person's help (SEMIAUTOMATIC)."),
    "MANUAL": Making(False, "It says that a person drew it (MANUAL)."),
}


def by_type(algorithm_type: str) -> Making:
    """Of Segment Algorithm Type (0062,0008) or ROI Generation Algorithm (3006,0036)."""
    return _BY_TYPE.get(algorithm_type.upper().replace("-", "").replace(" ", ""), UNSAID)


def together(parts: Iterable[Making]) -> Making:
    """Of something that has several parts: a machine's as soon as one part is, a person's only when all are."""
    made = list(parts)
    machines = [one for one in made if one.machine]
    if machines:
        some = len(machines) < len(made)
        return Making(
            True, f"Of its parts {len(machines)} of {len(made)}: {machines[0].why}" if some else machines[0].why
        )
    return made[0] if made and all(one.machine is False for one in made) else UNSAID


def algorithm(item: Dataset, keyword: str) -> str:
    """Name and version of the first algorithm identified (PS3.3 10.16)."""
    found = attributes.first(item, keyword)
    if found is None:
        return ""
    named = (attributes.text(found, "AlgorithmName"), attributes.text(found, "AlgorithmVersion"))
    return " ".join(part for part in named if part)[:120]


def of_image(dataset: Dataset) -> Making:
    """Of an image that was captured or computed rather than taken."""
    if attributes.text(dataset, "ConversionType") == "SYN":
        return Making(True, "It says that it is a computed image (Conversion Type SYN).")
    if named := algorithm(dataset, "DerivationAlgorithmSequence") or algorithm(
        dataset, "AlgorithmIdentificationSequence"
    ):
        return Making(True, f"It says that an algorithm made it ({named}).")
    if "DERIVED" in attributes.texts(dataset, "ImageType")[:1] and origins.contributes(dataset, _PROCESSING):
        return Making(True, "It says that processing equipment derived it from other images.")
    if attributes.text(dataset, "ConversionType") in ("DF", "DV", "SD", "SI", "DRW"):
        return Making(False, "It says that a person scanned, photographed or drew it.")
    return UNSAID
