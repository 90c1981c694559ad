"""DIMSE status codes (PS3.4 tables C.4-1 to C.4-3, PS3.7 annex C) in words, and as what they mean for a caller."""

from pydicom.dataset import Dataset

from mdt.trusts.errors import NoAnswer, Phase, Refused

SUCCESS = 0x0000
PENDING = (0xFF00, 0xFF01)
NO_ROOM = 0xA700  # out of resources
NOT_EXPECTED = 0x0124  # not authorised
OUT_OF_RESOURCES = (NO_ROOM, 0xA701)
_WORDS = {
    0xA700: "the source is out of resources",
    0xA701: "the source is out of resources",
    0xA702: "the source could not send them",
    0xA801: "the source does not know our AE title as a destination",
    0xA900: "the source did not understand the question",
    0xB000: "the source sent some of them only",
}


def must_be_good(status: Dataset, phase: Phase) -> None:
    """Refused or NoAnswer for everything but success."""
    code = status.get("Status")
    if code is None:
        raise NoAnswer(phase, "The source fell silent or cut the connection.")
    if code != SUCCESS:
        kind = NoAnswer if code in OUT_OF_RESOURCES else Refused
        raise kind(phase, f"It did not work: {reason(status)}.")


def reason(status: Dataset) -> str:
    """Why, as the source says it, to stand within a sentence."""
    code = int(status.Status)
    comment = str(status.get("ErrorComment", "") or "").strip()
    return _WORDS.get(code, f"status {code:04X}") + (f", {comment}" if comment else "")
