"""How a source fails: for good, or for now. Always with the phase it failed in."""

from typing import Literal

from mdt.core.errors import MdtError

Phase = Literal["resolve", "connect", "associate", "query", "transfer"]


class SourceError(MdtError):
    """A source did not do what was asked; `phase` says how far it got."""

    def __init__(self, phase: Phase, sentence: str) -> None:
        super().__init__(sentence)
        self.phase: Phase = phase


class Refused(SourceError):
    """Permanent: it answered, and said no. Asking again will not help."""


class NoAnswer(SourceError):
    """Retriable: nothing came back, or it stopped in the middle."""
