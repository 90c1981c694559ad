"""Sends what the outbox holds: takes a message, marks it, hands it over, marks it again.

Between the two marks the process may die. Then the message is sent again, with the same Message-ID: twice at worst,
never not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

import structlog
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from mdt.config import Mail
from mdt.core.clock import Clock
from mdt.core.db import Database
from mdt.outbox import letter, states
from mdt.outbox.models import Attempt, Message
from mdt.outbox.smtp import Line, Result
from mdt.people.models import Person

log = structlog.get_logger()


@dataclass(frozen=True)
class _Taken:
    """A message in hand: its mark before is in the database."""

    message_id: str
    attempt_id: str
    address: str
    mail: EmailMessage


class Postman:
    """Without a mail server (`mail` is None) everything waits."""

    def __init__(self, db: Database, mail: Mail | None, public_url: str, clock: Clock) -> None:
        self._db = db
        self._mail = mail
        self._public_url = public_url
        self._clock = clock
        self._shut = 0  # how often in a row the server took nothing
        self._rests_until: datetime | None = None

    def round(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send all that is due, or until the server takes nothing; returns how many went."""
        went = 0
        self._put_aside()
        if self._mail is None or (self._rests_until is not None and self._clock() < self._rests_until):
            return went
        with Line(self._mail) as line:
            while not stopping() and (taken := self._take(self._mail)) is not None:
                result = line.send(taken.mail, taken.address)
                self._note(taken, result)
                if result.verdict == "down":
                    self._shut += 1
                    self._rests_until = self._clock() + states.PAUSES[min(self._shut, 3) - 1]
                    break
                self._shut, self._rests_until = 0, None
                went += result.verdict == "sent"
        return went

    def _take(self, mail: Mail) -> _Taken | None:
        """The next one with its mark before, committed before anything leaves."""
        while True:
            now = self._clock()
            with self._db.writing() as session:
                message = session.scalar(_due(now).limit(1).with_for_update(skip_locked=True, of=Message))
                if message is None:
                    return None
                try:
                    made = letter.compose(message, mail, self._public_url)
                except Exception:  # whatever it is, it must not hold up the others
                    log.exception("message.not-composed", message=message.id)
                    message.status, message.ended_at = states.FAILED, now
                    message.why = "It could not be made into an e-mail; the product’s log says why."
                    continue
                address, number = message.person.email, len(message.attempts) + 1
                attempt = Attempt(message_id=message.id, number=number, address=address, began_at=now)
                session.add(attempt)
                message.status, message.taken_at = states.SENDING, now
                session.flush()
                return _Taken(message.id, attempt.id, address, made)

    def _note(self, taken: _Taken, result: Result) -> None:
        """The mark after."""
        now = self._clock()
        with self._db.writing() as session:
            message = session.get_one(Message, taken.message_id, with_for_update=True)
            attempt = session.get_one(Attempt, taken.attempt_id)
            attempt.ended_at, attempt.code, attempt.said = now, result.code, result.said
            message.why, message.taken_at = result.said, None
            number, first = attempt.number, message.attempts[0].began_at
            again = states.next_try(number, first, now)
            if result.verdict == "sent":
                message.status, message.ended_at = states.SENT, now
            elif result.verdict == "never" or (result.verdict == "later" and again is None):
                message.status, message.ended_at = states.FAILED, now
                if result.verdict == "later":
                    message.why = f"Given up after {number} attempts. {result.said}"
            else:  # what is the server's fault is tried as long as the message is of use to somebody
                message.status, message.next_at = states.WAITING, again or now + states.PAUSES[-1]
            status = message.status
        log.info("message.tried", message=taken.message_id, status=status, code=result.code, attempt=number)

    def _put_aside(self) -> None:
        """What is out of date, and what is for somebody who is gone, is not sent. It stays in the list."""
        now = self._clock()
        with self._db.reading() as session:
            if session.scalar(_needless(now).limit(1)) is None:
                return
        with self._db.writing() as session:
            for message in session.scalars(_needless(now).with_for_update(skip_locked=True, of=Message)):
                message.status, message.ended_at = states.LATE, now
                message.why = f"It was of no use any more before it could be sent. {message.why}".strip()
                if not message.person.active:
                    message.status, message.why = states.DROPPED, "This person no longer signs in here."


def _due(now: datetime) -> Select[Message]:
    """Waiting and its time has come, or taken by somebody who never came back."""
    lost = and_(Message.status == states.SENDING, Message.taken_at < now - states.LOST_AFTER)
    due = and_(Message.status == states.WAITING, Message.next_at <= now)
    return _with_person().where(or_(due, lost)).order_by(Message.next_at, Message.id)


def _needless(now: datetime) -> Select[Message]:
    of_no_use: ColumnElement[bool] = or_(Message.expires_at < now, Person.active.is_(False))
    return _with_person().where(Message.status == states.WAITING, of_no_use)


def _with_person() -> Select[Message]:
    return select(Message).join(Message.person).options(contains_eager(Message.person), selectinload(Message.attempts))
