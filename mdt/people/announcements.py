"""What this chapter tells the others after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SessionsEnded:
    """Every open session of this person is over: open sockets must be cut."""

    person_id: str
