"""The codes of COSD v10 that a standard of care is written in: the planned treatments (CR0470) and the intent (CR0460).

The outcome's form has the same lists; a test holds the two together.
"""

from mdt.core.errors import Invalid

TREATMENTS = {
    "01": "Surgery",
    "02": "External beam radiotherapy (not proton)",
    "03": "Chemotherapy",
    "04": "Hormone therapy",
    "05": "Specialist palliative care",
    "06": "Brachytherapy",
    "07": "Biological therapy",
    "10": "Other active treatment",
    "11": "No active treatment",
    "12": "Bisphosphonates",
    "13": "Anti-cancer drug, other",
    "14": "Radiotherapy, other",
    "99": "Not known",
}
INTENTS = {"C": "Curative", "Z": "Non-curative", "X": "No active treatment", "9": "Not known"}


def treatments(codes: list[str]) -> list[dict[str, str]]:
    """In order, one after the other, none twice; refuses a code the list does not have."""
    if not codes:
        raise Invalid("Choose what the standard of care plans; “No active treatment” where it plans none.")
    if set(codes) - set(TREATMENTS) or len(set(codes)) < len(codes):
        raise Invalid("Choose the planned treatments from the list, each once.")
    return [{"code": code, "relation": "sequential"} for code in codes]


def intent(code: str) -> str:
    if code not in INTENTS:
        raise Invalid("Choose the intent of the standard of care.")
    return code


def planned(treatments: list[dict[str, str]]) -> str:
    """E.g. "surgery, then chemotherapy"."""
    words = [TREATMENTS[one["code"]] for one in treatments]
    return ", then ".join([words[0], *(word[:1].lower() + word[1:] for word in words[1:])]) if words else ""
