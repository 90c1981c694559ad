"""Write a message, try one again or give it up, and switch a kind on or off."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound, Stale
from mdt.outbox import kinds, queries, states
from mdt.outbox.models import Message, SwitchedOff
from mdt.people.models import Person
from mdt.people.permissions import require


@dataclass(frozen=True)
class Part:
    """A sentence, and the page of ours where it is dealt with. Neither says who a patient is."""

    say: str
    path: str


def write(
    session: Session,
    *,
    kind: str,
    to: str | None,
    key: str,
    subject: str,
    parts: Sequence[Part],
    now: datetime,
    dates: Sequence[dict[str, Any]] = (),
    expires_at: datetime | None = None,
) -> Message | None:
    """A message that leaves once this transaction is committed; None where there is nobody to write to.

    That is a person who is gone, or does not want this kind, or was written to under this key already.
    """
    person = session.get(Person, to) if to else None
    if person is None or not person.active or not queries.wants(session, person.id, kind):
        return None
    if session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return None
    message = Message(
        key=key,
        kind=kind,
        person_id=person.id,
        subject=subject,
        parts=[asdict(part) for part in parts],
        dates=list(dates),
        made_at=now,
        next_at=now,
        expires_at=expires_at,
    )
    session.add(message)
    session.flush()
    return message


def choose(session: Session, *, by: Actor, wanted: Collection[str], now: datetime) -> None:
    """What one is written to about from now on: these kinds, and those that cannot be switched off."""
    if by.person_id is None:
        raise Invalid("Only a person is reminded of anything.")
    for code in wanted:
        kinds.require(code)
    off = {code for code, kind in kinds.KINDS.items() if not kind.always and code not in wanted}
    before = queries.off(session, by.person_id)
    if off == before:
        return
    session.execute(
        delete(SwitchedOff).where(SwitchedOff.person_id == by.person_id, SwitchedOff.kind.in_(before - off))
    )
    session.add_all(SwitchedOff(person_id=by.person_id, kind=code, at=now) for code in off - before)
    audit.record(session, by, "reminders.chosen", f"person:{by.person_id}", detail={"off": sorted(off)}, now=now)


def try_again(session: Session, *, by: Actor, message_id: str, now: datetime) -> Message:
    """What failed, or is waiting for its next try, goes out at the next occasion."""
    message = _message(session, by, message_id)
    if message.status not in (states.FAILED, states.WAITING):
        raise Stale(f"This message is no longer to be sent: {states.LABELS[message.status].lower()}.")
    message.status, message.next_at, message.ended_at = states.WAITING, now, None
    _audit(session, by, "message.again", message, now)
    return message


def give_up(session: Session, *, by: Actor, message_id: str, now: datetime) -> Message:
    """Nobody tries it any more; it stays in the list."""
    message = _message(session, by, message_id)
    if message.status not in (states.FAILED, states.WAITING):
        raise Stale(f"This message is no longer to be sent: {states.LABELS[message.status].lower()}.")
    message.status, message.ended_at, message.why = states.DROPPED, now, f"{by.name} took it out of the outbox."
    _audit(session, by, "message.dropped", message, now)
    return message


def _message(session: Session, by: Actor, message_id: str) -> Message:
    require(by, "outbox.see")
    message = session.get(Message, message_id, with_for_update=True)
    if message is None:
        raise NotFound("There is no such message.")
    return message


def _audit(session: Session, by: Actor, act: str, message: Message, now: datetime) -> None:
    detail = {"kind": message.kind, "person": message.person_id}
    audit.record(session, by, act, f"message:{message.id}", detail=detail, now=now)
