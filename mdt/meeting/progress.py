"""How a meeting moves from one status to the next; its cases do by the table of `meeting.states`."""

from mdt.core.errors import Invalid

PLANNED, OPEN, CLOSED = MEETING_STATUSES = ("planned", "open", "closed")

MEETING_MOVES = {PLANNED: frozenset({OPEN}), OPEN: frozenset({CLOSED}), CLOSED: frozenset()}

MEETING_REFUSALS = {
    (PLANNED, CLOSED): "This meeting has not been opened yet, so it cannot be closed.",
    (OPEN, OPEN): "This meeting is already open.",
    (CLOSED, OPEN): "This meeting is closed and cannot be opened again.",
    (CLOSED, CLOSED): "This meeting is already closed.",
}


def require_meeting_move(status: str, to: str) -> None:
    """Refuse in words a change of a meeting's status that the table does not have."""
    if to not in MEETING_MOVES[status]:
        raise Invalid(MEETING_REFUSALS.get((status, to), f"A {status} meeting cannot become {to}."))
