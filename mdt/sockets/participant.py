"""Somebody in a room, with one tab."""

from dataclasses import dataclass, field
from typing import Any

from mdt.sockets.buckets import Bucket
from mdt.sockets.line import Line

# name: messages a second over time, and at once
_RATES = {
    "hello": (1, 5),
    "pull": (5, 20),
    "op": (10, 40),
    "view": (33, 33),
    "pointer": (33, 33),
    "drawing": (12, 24),
    "renew": (1, 5),
    "follow": (2, 10),
    "digest": (1, 5),
    "here": (1, 10),
    "hand": (2, 10),
    "word": (2, 10),
    "guest": (5, 40),
}


@dataclass(eq=False)
class Participant:
    """`is_in` from the first hello on; `attendance` is then the row that says so, but for who only prepares."""

    sid: str
    line: Line
    meeting_id: str
    team_id: str
    client: str
    person_id: str
    session_version: int
    name: str
    trust: str
    specialty: str
    role: str
    session_id: str | None = None
    following: bool = True
    is_idle: bool = False
    is_guest: bool = False
    prepares: bool = False  # one case, for themselves: told what is kept, but nobody in the meeting
    is_in: bool = False
    attendance: str | None = None
    unshown: Bucket = field(default_factory=lambda: Bucket(1, 1))  # how often they are told that a view was refused
    forged: Bucket = field(default_factory=lambda: Bucket(1 / 60, 1))  # and how often that is written down
    desk_told: dict[str, Any] | None = None
    buckets: dict[str, Bucket] = field(default_factory=lambda: {kind: Bucket(*rate) for kind, rate in _RATES.items()})

    def as_person(self) -> dict[str, Any]:
        """As the roster shows them."""
        return {
            "client": self.client,
            "person": self.person_id,
            "name": self.name,
            "trust": self.trust,
            "specialty": self.specialty,
            "role": self.role,
            "following": self.following,
            "idle": self.is_idle,
            "guest": self.is_guest,
        }
