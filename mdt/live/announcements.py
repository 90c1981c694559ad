"""What this chapter tells others after commit."""

from dataclasses import dataclass

from mdt.live.room import Event


@dataclass(frozen=True)
class EventKept:
    """One event of a meeting is durable; whoever has that room open may show it. `event` is as the wire has it."""

    meeting_id: str
    epoch: str
    event: Event
