"""Refusals of the live room that a screen must tell apart; each still is one clear sentence."""

from mdt.core.errors import Forbidden, Invalid, MdtError


class NotPresenting(Forbidden):
    """Only who holds the presenter's lease may do that."""


class RoomClosed(Invalid):
    """The meeting is not open, so nothing is kept."""


class TooFast(MdtError):
    """More messages than a room can carry; the same message may be sent again later."""
