"""What this chapter tells others after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AgendaChanged:
    """A case was listed, moved or changed its status; whoever shows the agenda fetches it again."""

    meeting_id: str


@dataclass(frozen=True)
class GuestsChanged:
    """Somebody knocked, was let in or was shown out; `state` is how it stands with that person now."""

    meeting_id: str
    person_id: str
    state: str


@dataclass(frozen=True)
class MeetingArranged:
    """Its call or its length was set; whoever shows them asks again."""

    meeting_id: str
