"""What somebody is in a meeting by their specialty, and whose a study is to look through."""

from collections.abc import Collection

RADIOLOGY, PATHOLOGY, SURGERY, ONCOLOGY, MEDICINE, NURSING = DISCIPLINES = (
    "radiology",
    "pathology",
    "surgery",
    "oncology",
    "medicine",
    "nursing",
)

READERS = {RADIOLOGY: "radiologist", PATHOLOGY: "pathologist"}  # who reviews studies, as they are called

# A specialty is words that people write; the first of these that is in them decides.
_WORDS = (
    ("nurs", NURSING),
    ("radiolog", RADIOLOGY),
    ("patholog", PATHOLOGY),
    ("surg", SURGERY),
    ("oncolog", ONCOLOGY),
    ("physician", MEDICINE),
    ("medicine", MEDICINE),
)

_SLIDES = frozenset({"SM"})  # whole slide images (PS3.3 A.32.8)
_PAPERS = frozenset({"DOC", "SR", "PR", "KO", "PLAN", "OT", "REG", "RTSTRUCT", "RTPLAN", "RTDOSE", "SEG"})


def of_specialty(specialty: str) -> str | None:
    """The discipline of e.g. "Thoracic surgeon"; None where the words name none of ours."""
    said = specialty.lower()
    return next((discipline for word, discipline in _WORDS if word in said), None)


def reader_of(modalities: Collection[str]) -> str | None:
    """Who looks through a study: pathology slides, radiology other images; None where there is nothing but papers."""
    said = set(modalities)
    if said & _SLIDES:
        return PATHOLOGY
    return RADIOLOGY if said - _PAPERS else None
