"""What this chapter tells others after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AgendaChanged:
    """A case was listed, moved or changed its status; whoever shows the agenda fetches it again."""

    meeting_id: str
