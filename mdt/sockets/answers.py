"""What a client is told: acknowledgements and refusals as docs/wire.md has them."""

from typing import Any

from mdt.core.errors import Forbidden, MdtError, NotFound, Stale
from mdt.live.refusals import NotPresenting, RoomClosed, TooFast

# The more particular first.
_CODES = (
    (NotPresenting, "not-presenter"),
    (RoomClosed, "closed"),
    (TooFast, "slow-down"),
    (Stale, "stale"),
    (Forbidden, "forbidden"),
    (NotFound, "gone"),
    (MdtError, "invalid"),
)

TRY_AGAIN = {
    "ok": False,
    "code": "try-again",
    "message": "The server could not do this just now; it will be sent again.",
}


def accepted(**more: Any) -> dict[str, Any]:
    return {"ok": True, **more}


def refused(error: MdtError) -> dict[str, Any]:
    code = next(code for kind, code in _CODES if isinstance(error, kind))
    refusal = {"ok": False, "code": code, "message": str(error)}
    return {**refusal, "current": error.current} if isinstance(error, Stale) else refusal
