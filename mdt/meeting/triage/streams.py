"""The three ways a case is sorted, the kinds of question, and how a kept sorting is checked. Pure rules.

NHS England, Streamlining MDT Meetings (January 2020): every patient stays listed and recorded; some are discussed in
full, for others a standard of care answers the question, and they are listed and not discussed.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from mdt.core.errors import Invalid

FULL, STANDARD, NOT_READY = STREAMS = ("full", "standard", "not-ready")
UNSORTED = ""

LABELS = {
    UNSORTED: "Not triaged",
    FULL: "Full discussion",
    STANDARD: "Standard of care",
    NOT_READY: "Not ready",
}

KINDS = {
    "": "Not said",
    "new": "New diagnosis",
    "suspected": "Suspected, no diagnosis yet",
    "results": "Results after treatment",
    "recurrence": "Recurrence or progression",
    "surveillance": "Surveillance",
    "benign": "Benign",
    "other": "Other",
}

# COSD v10, CR8110 MDT Meeting Discussion Type.
DISCUSSED, ON_STANDARD, ELSEWHERE = "1", "2", "3"

LONGEST_MISSING, LONGEST_OWNER, LONGEST_REASON, MOST_NEEDS = 300, 120, 500, 6


class Reviewed(Protocol):
    """What has a day on which it is to be reviewed."""

    review_on: date


def overdue(version: Reviewed, today: date) -> bool:
    """Whether its review should have been done by now."""
    return version.review_on < today


def discussion_type(*, ratified: bool, elsewhere: bool) -> str:
    """COSD CR8110 of a listing: 2 only for what the chair ratified on a standard of care."""
    if elsewhere:
        return ELSEWHERE
    return ON_STANDARD if ratified else DISCUSSED


def text(typed: str, longest: int, empty: str, what: str) -> str:
    """Words tidied; the sentence `empty` when there are none."""
    if not typed.strip():
        raise Invalid(empty)
    return tidy(typed, longest, what)


def tidy(typed: str, longest: int, what: str) -> str:
    """Words tidied, which may be none."""
    words = " ".join(typed.split())
    if len(words) > longest:
        raise Invalid(f"{what} must be {longest} characters or fewer.")
    return words


def needs(typed: str) -> list[str]:
    """Specialties between commas, each once."""
    found = list(dict.fromkeys(part for part in (" ".join(one.split()) for one in typed.split(",")) if part))
    if len(found) > MOST_NEEDS or any(len(one) > 60 for one in found):
        raise Invalid(f"Name up to {MOST_NEEDS} specialties of 60 characters, with commas between.")
    return found


def kind(code: str) -> str:
    if code not in KINDS:
        raise Invalid("Select the kind of question from the list.")
    return code


def said(stream: str, version: str, missing: str, owner: str, labels: Sequence[str] = ()) -> str:
    """A sorting in words, e.g. "Not ready: histology. Dr Patel is to bring it."."""
    if stream == NOT_READY:
        return f"Not ready: {missing}. {owner} is to bring it."
    if stream == STANDARD:
        return f"Standard of care: {version}."
    return LABELS[stream] + (f"; needs {', '.join(labels)}" if labels else "") + "."
