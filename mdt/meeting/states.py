"""What may become of a case: one table of allowed changes, who may make each, and a sentence for every other one.

From planned over listed, prepared and live to decided, checked, signed, sent, actioned and closed; beside them
deferred, withdrawn and tabled. `discussed` is a case that was left without anything decided.
"""

from mdt.core.errors import Invalid

PLANNED, LISTED, PREPARED, LIVE, DISCUSSED = "planned", "listed", "prepared", "live", "discussed"
DECIDED, CHECKED, SIGNED, SENT, ACTIONED, CLOSED = "decided", "checked", "signed", "sent", "actioned", "closed"
DEFERRED, WITHDRAWN, TABLED = "deferred", "withdrawn", "tabled"

BEFORE = (PLANNED, LISTED, PREPARED)  # nobody has discussed it yet
RESULTS = (DECIDED, CHECKED, SIGNED, SENT, ACTIONED, CLOSED)  # how far its outcome has come, in order
SIGNED_ON = (SIGNED, SENT, ACTIONED, CLOSED)
ASIDE = (DEFERRED, WITHDRAWN, TABLED)
STATES = (*BEFORE, LIVE, DISCUSSED, *RESULTS, *ASIDE)

LABELS = {
    PLANNED: "Planned",
    LISTED: "Listed",
    PREPARED: "Prepared",
    LIVE: "Being discussed",
    DISCUSSED: "Discussed",
    DECIDED: "Decided",
    CHECKED: "Checked",
    SIGNED: "Signed",
    SENT: "Sent",
    ACTIONED: "Actioned",
    CLOSED: "Closed",
    DEFERRED: "Deferred",
    WITHDRAWN: "Withdrawn",
    TABLED: "Tabled, not discussed",
}

# Which acts of the permission table allow a change to a state; one of them is enough.
LIST, OPEN, TYPE, CHECK, SIGN, SEND, DO = (
    ("case.list",),
    ("case.open", "presenter.take"),
    ("outcome.type",),
    ("outcome.check",),
    ("outcome.sign",),
    ("letter.make",),
    ("action.do",),
)

_LEFT = (*OPEN, "meeting.close")  # the meeting moves on from it, or ends
_FROM_LIVE = {DISCUSSED: _LEFT, **dict.fromkeys(RESULTS, _LEFT)}
_TO_ASIDE = dict.fromkeys(ASIDE, LIST)

ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    PLANNED: {LISTED: LIST, WITHDRAWN: LIST},
    LISTED: {PREPARED: LIST, LIVE: OPEN, DECIDED: TYPE, **_TO_ASIDE},
    PREPARED: {LISTED: LIST, LIVE: OPEN, DECIDED: TYPE, **_TO_ASIDE},
    LIVE: {**_FROM_LIVE, **_TO_ASIDE},
    DISCUSSED: {LIVE: OPEN, DECIDED: TYPE, **_TO_ASIDE},
    DECIDED: {LIVE: OPEN, CHECKED: CHECK, SIGNED: SIGN, DISCUSSED: TYPE, DEFERRED: LIST, WITHDRAWN: LIST},
    CHECKED: {LIVE: OPEN, DECIDED: TYPE, SIGNED: SIGN, DEFERRED: LIST, WITHDRAWN: LIST},
    SIGNED: {LIVE: OPEN, SENT: SEND, ACTIONED: DO},
    SENT: {LIVE: OPEN, SIGNED: SIGN, ACTIONED: DO},  # signed again: an amendment, which must be sent anew
    ACTIONED: {LIVE: OPEN, SIGNED: (*SIGN, *DO), SENT: SEND, CLOSED: DO},
    CLOSED: {LIVE: OPEN, SIGNED: SIGN, ACTIONED: DO},
    DEFERRED: {LISTED: LIST, LIVE: OPEN, DECIDED: TYPE, WITHDRAWN: LIST},
    WITHDRAWN: {LISTED: LIST},
    TABLED: {LISTED: LIST, LIVE: OPEN, DECIDED: TYPE, DEFERRED: LIST, WITHDRAWN: LIST},
}

_IS = {
    PLANNED: "is only planned for the agenda",
    LISTED: "is listed and was not discussed yet",
    PREPARED: "is prepared and was not discussed yet",
    LIVE: "is being discussed",
    DISCUSSED: "was discussed and nothing is decided yet",
    DECIDED: "has an outcome that nobody has signed",
    CHECKED: "has an outcome that was checked and is not signed",
    SIGNED: "has a signed outcome",
    SENT: "has a signed outcome that was sent",
    ACTIONED: "has a signed outcome whose actions are done",
    CLOSED: "is closed",
    DEFERRED: "was deferred",
    WITHDRAWN: "was withdrawn",
    TABLED: "was tabled without discussion",
}

_CANNOT = {
    PLANNED: "go back to being planned",
    LISTED: "be listed",
    PREPARED: "be marked as prepared",
    LIVE: "be opened for discussion",
    DISCUSSED: "be left as discussed and undecided",
    DECIDED: "be given an outcome now",
    CHECKED: "be checked",
    SIGNED: "be signed",
    SENT: "be marked as sent",
    ACTIONED: "be marked as actioned",
    CLOSED: "be closed",
    DEFERRED: "be deferred",
    WITHDRAWN: "be withdrawn",
    TABLED: "be tabled",
}


def may_become(state: str, to: str) -> bool:
    return to in ALLOWED[state]


def acts_for(state: str, to: str) -> tuple[str, ...]:
    """The acts of the permission table of which one allows this change; none when nobody may."""
    return ALLOWED[state].get(to, ())


def refusal(state: str, to: str) -> str:
    """Why a case cannot go from one state to another."""
    if state == to:
        return f"This case {_IS[state]} already."
    return f"This case {_IS[state]}, so it cannot {_CANNOT[to]}."


def require_move(state: str, to: str) -> None:
    """Refuse in words a change that the table does not have."""
    if not may_become(state, to):
        raise Invalid(refusal(state, to))


def when_left(reached: str) -> str:
    """What a live case becomes when the meeting moves on: as far as its outcome has come, if it has one."""
    return reached or DISCUSSED
