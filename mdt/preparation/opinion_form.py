"""The few fields of an opinion before the meeting, by discipline, and what somebody typed into them."""

from collections.abc import Mapping

from mdt.core.errors import Invalid
from mdt.preparation.disciplines import MEDICINE, NURSING, ONCOLOGY, PATHOLOGY, RADIOLOGY, SURGERY

LONGEST = 600

# name and label of each field, in the order of the form
_FINDINGS, _PROPOSAL = "findings", "proposal"
FIELDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    RADIOLOGY: ((_FINDINGS, "Findings that matter"), ("stage", "Stage on imaging"), (_PROPOSAL, "What next")),
    PATHOLOGY: (
        (_FINDINGS, "Diagnosis and grade"),
        ("markers", "Markers, and what is awaited"),
        (_PROPOSAL, "What next"),
    ),
    SURGERY: (("fitness", "Fitness for surgery"), (_FINDINGS, "Resectable?"), (_PROPOSAL, "What I would offer")),
    ONCOLOGY: (("fitness", "Fitness for treatment"), (_FINDINGS, "Intent"), (_PROPOSAL, "What I would offer")),
    MEDICINE: (
        ("fitness", "Fitness and other illness"),
        (_FINDINGS, "Where the diagnosis stands"),
        (_PROPOSAL, "What next"),
    ),
    NURSING: (
        ("wishes", "What matters to the patient"),
        (_FINDINGS, "Holistic needs"),
        (_PROPOSAL, "What they need next"),
    ),
}


def read(discipline: str, typed: Mapping[str, str]) -> dict[str, str]:
    """What is kept of an opinion: the fields that say something. Raises Invalid in words."""
    if discipline not in FIELDS:
        raise Invalid("Select for which discipline you write.")
    found = {}
    for name, label in FIELDS[discipline]:
        text = typed.get(name, "").replace("\r\n", "\n").strip()
        if len(text) > LONGEST:
            raise Invalid(f"{label}: {LONGEST} characters at most.")
        if text:
            found[name] = text
    if not found:
        raise Invalid("Write something in at least one of the fields.")
    return found


def lines(discipline: str, form: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and text of each field that says something, in order."""
    return [(label, form[name]) for name, label in FIELDS.get(discipline, ()) if name in form]
