"""The kinds of letter, and the product's own wording of each, which a team may replace by its own."""

from functools import cache
from pathlib import Path

from mdt.core.errors import Invalid

GP, REFERRER, PATIENT = KINDS = ("gp", "referrer", "patient")

LABELS = {GP: "Letter to the GP", REFERRER: "Letter to the referrer", PATIENT: "Letter to the patient"}


def require_kind(kind: str) -> str:
    if kind not in KINDS:
        raise Invalid("Select which letter: to the GP, to the referrer or to the patient.")
    return kind


@cache
def standard(kind: str) -> str:
    """The product's own wording, in the language of `letters.markup`."""
    return (Path(__file__).parent / "standard" / f"{require_kind(kind)}.txt").read_text(encoding="utf-8").strip()
