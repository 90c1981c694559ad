"""Codes of an outcome that code itself speaks of. The lists are in the proformas: COSD v10 where it has one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One answer: what is stored and sent, what the form shows, and how the read-back sentence says it."""

    code: str
    label: str
    said: str


RECOMMEND, INVESTIGATE, DEFER, STANDARD, REFER, NO_ACTION, TABLED = (  # of `decision`
    "recommend",
    "investigate",
    "defer",
    "standard",
    "refer",
    "no-action",
    "tabled",
)
CURATIVE, NON_CURATIVE, NO_ACTIVE_INTENT = "C", "Z", "X"  # CR0460
PALLIATIVE_CARE, NO_ACTIVE_TREATMENT, TREATMENT_UNKNOWN = "05", "11", "99"  # CR0470
REASON_UNKNOWN = "99"  # CR0490
VIEWS_KNOWN, VIEWS_NOT_KNOWN = "known", "not-known"
SEQUENTIAL, ALTERNATIVE = "sequential", "alternative"

RELATIONS = (  # how a planned treatment stands to the one before it
    Code(SEQUENTIAL, "then", "then"),
    Code(ALTERNATIVE, "or", "or"),
)
