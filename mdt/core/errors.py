"""Errors that carry a sentence a person can act on. Faces turn them into a page, an answer or an exit code."""


class MdtError(Exception):
    """Base of every error meant for a person; `str(error)` is the sentence shown."""


class Invalid(MdtError):
    """What was asked makes no sense as it stands (a malformed NHS number, an unknown code)."""


class NotFound(MdtError):
    """The thing does not exist, or this actor may not know that it does."""


class Forbidden(MdtError):
    """The actor may see this but may not do that."""


class Stale(MdtError):
    """The world has moved on since the actor looked; nothing was written, and `current` is what is there now."""

    def __init__(self, sentence: str, current: object = None) -> None:
        super().__init__(sentence)
        self.current = current


class Misconfigured(MdtError):
    """A setting is missing or contradicts another; the product does not start half-set."""


class NotSignedIn(MdtError):
    """Nobody is signed in here, or the sign-in has ended."""
