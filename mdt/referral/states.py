"""What may become of a referral: one table of allowed changes, and a sentence for each that is refused. Pure rules."""

from mdt.core.errors import Invalid

DRAFT, SENT, RETURNED, REFUSED = "draft", "sent", "returned", "refused"
ACCEPTED, JOINED, WITHDRAWN = "accepted", "joined", "withdrawn"

STATES = (DRAFT, SENT, RETURNED, REFUSED, ACCEPTED, JOINED, WITHDRAWN)
OPEN = (SENT, RETURNED)  # the team has it, and nobody has ended it
WRITABLE = (DRAFT, RETURNED)  # by whoever refers

LABELS = {
    DRAFT: "Draft",
    SENT: "Sent",
    RETURNED: "Returned",
    REFUSED: "Not listed",
    ACCEPTED: "Listed",
    JOINED: "Joined to another",
    WITHDRAWN: "Withdrawn",
}

ALLOWED: dict[str, frozenset[str]] = {
    DRAFT: frozenset({SENT, RETURNED, JOINED, WITHDRAWN}),  # returned at once when something is missing
    SENT: frozenset({RETURNED, REFUSED, ACCEPTED, JOINED, WITHDRAWN}),
    RETURNED: frozenset({SENT, RETURNED, REFUSED, JOINED, WITHDRAWN}),
    REFUSED: frozenset({SENT}),  # only a chair may, with a reason
    ACCEPTED: frozenset(),  # from here on its case moves by its own table
    JOINED: frozenset(),
    WITHDRAWN: frozenset(),
}

_IS = {
    DRAFT: "has not been sent yet",
    SENT: "was sent and waits for the team",
    RETURNED: "was returned to whoever referred",
    REFUSED: "was refused by the team",
    ACCEPTED: "was accepted, and its patient is on an agenda",
    JOINED: "was joined to another referral of this patient",
    WITHDRAWN: "was withdrawn",
}

_CANNOT = {
    DRAFT: "become a draft again",
    SENT: "be sent",
    RETURNED: "be returned",
    REFUSED: "be refused",
    ACCEPTED: "be accepted",
    JOINED: "be joined to another",
    WITHDRAWN: "be withdrawn",
}


def may_become(state: str, to: str) -> bool:
    return to in ALLOWED[state]


def require_move(state: str, to: str) -> None:
    """Refuse in words a change that the table does not have."""
    if not may_become(state, to):
        raise Invalid(f"This referral {_IS[state]} already." if state == to else _refusal(state, to))


def _refusal(state: str, to: str) -> str:
    return f"This referral {_IS[state]}, so it cannot {_CANNOT[to]}."
