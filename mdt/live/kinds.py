"""The kinds of op a room keeps, and who decides each. A later chapter adds its own here, so that live need not know it.

A handler is asked inside the transaction, with the meeting's row locked. It may write its own tables. It answers with
what to keep, or refuses by raising Invalid, Forbidden, NotFound or Stale (with `current`). It neither writes the event
nor commits: `mdt.live.actions.keep` does, and folds the kept body as `mdt.live.room` says for that kind.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.errors import Invalid
from mdt.live.room import State
from mdt.meeting.models import Meeting


@dataclass(frozen=True)
class Asked:
    """One op to be decided. `body` is a tidy JSON object, of bounded size, whose fields are not yet checked.

    `state` is the room before it; `client` the tab that asks, or None when a page or the system does.
    The meeting is open whenever a handler registered from outside is asked, or planned when it said `before_opening`.
    """

    session: Session
    meeting: Meeting
    state: State
    op: str
    body: dict[str, Any]
    by: Actor
    client: str | None
    now: datetime


@dataclass(frozen=True)
class Decision:
    """What to keep: the event's body, the case it belongs to, and for the audit the patient and what else to note."""

    body: dict[str, Any]
    case: str | None = None
    patient: str | None = None
    noted: dict[str, Any] = field(default_factory=dict)


Handler = Callable[[Asked], Decision]

_HANDLERS: dict[str, Handler] = {}

# What people prepare is kept before the meeting opens.
_BEFORE_OPENING = {"meeting.open", "agenda.change", "mark.put", "mark.remove", "key.put", "key.remove"}


def register(kind: str, handler: Handler, *, before_opening: bool = False) -> None:
    """Say who decides `kind`, e.g. `register("outcome.set", set_field)`. Once for each kind; called by bootstrap."""
    if _HANDLERS.setdefault(kind, handler) is not handler:
        raise ValueError(f"{kind} already has a handler")
    if before_opening:
        _BEFORE_OPENING.add(kind)


def is_kept_before_opening(kind: str) -> bool:
    """Whether `kind` is kept of a meeting that is only planned."""
    return kind in _BEFORE_OPENING


def handler_of(kind: str) -> Handler:
    """Who decides `kind`; raises Invalid when nobody does."""
    if kind not in _HANDLERS:
        raise Invalid("This page asks for something the server does not know; reload it.")
    return _HANDLERS[kind]
