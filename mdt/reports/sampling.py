"""Which cases of a standard of care are audited: drawn so that anybody can draw the same again. Pure.

NHS England, Streamlining MDT Meetings (January 2020), asks that cases on a standard of care are audited; how many is
the team's own rule (`meeting.places.models.AgendaRule`).
"""

import hashlib
from collections.abc import Collection

USUAL_PERCENT, USUAL_LEAST = 10, 5  # until a team sets its own


def size(of: int, percent: int, least: int) -> int:
    """How many of so many: the share rounded up, at least `least`, and never more than there are."""
    return min(of, max(least, -(-of * percent // 100)))


def drawn(case_ids: Collection[str], *, seed: str, percent: int, least: int) -> list[str]:
    """The first of all, in the order of the SHA-256 of "<seed> <case>"."""
    ordered = sorted(case_ids, key=lambda case_id: hashlib.sha256(f"{seed} {case_id}".encode()).hexdigest())
    return ordered[: size(len(ordered), percent, least)]
