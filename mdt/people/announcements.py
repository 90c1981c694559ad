"""What this chapter tells the others after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SessionsEnded:
    """Every open session of this person is over: open sockets must be cut."""

    person_id: str


@dataclass(frozen=True)
class SessionEnded:
    """One of somebody's open sessions is over: its sockets must be cut, and no others."""

    session_id: str
