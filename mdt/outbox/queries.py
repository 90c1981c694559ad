"""Reading the outbox: one's own messages; and for whoever looks after the product, what does not leave, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from mdt.core.actor import Actor
from mdt.outbox import kinds, states
from mdt.outbox.models import Message, SwitchedOff
from mdt.people.permissions import require

OWN_MOST, SHOWN_MOST = 20, 100
LATELY = timedelta(days=14)


@dataclass(frozen=True)
class Standing:
    """How many messages are in each state, of those made lately, and the oldest that waits."""

    counts: dict[str, int]
    oldest: datetime | None


def off(session: Session, person_id: str) -> set[str]:
    """The kinds a person has switched off."""
    return set(session.scalars(select(SwitchedOff.kind).where(SwitchedOff.person_id == person_id)))


def wants(session: Session, person_id: str, code: str) -> bool:
    return code == kinds.DIGEST or bool(kinds.require(code).always) or code not in off(session, person_id)


def mine(session: Session, by: Actor) -> list[Message]:
    """The latest messages to the actor, the newest first."""
    theirs = select(Message).where(Message.person_id == by.person_id)
    return list(session.scalars(theirs.order_by(Message.made_at.desc(), Message.id).limit(OWN_MOST)))


def standing(session: Session, by: Actor, now: datetime) -> Standing:
    require(by, "outbox.see")
    counted = select(Message.status, func.count()).where(Message.made_at >= now - LATELY).group_by(Message.status)
    oldest = select(func.min(Message.made_at)).where(Message.status.in_(states.OPEN))
    return Standing({status: number for status, number in session.execute(counted)}, session.scalar(oldest))  # noqa: C416


def in_states(session: Session, by: Actor, wanted: tuple[str, ...]) -> list[Message]:
    """Messages that stand so, with their people and attempts, the newest first."""
    require(by, "outbox.see")
    found = select(Message).where(Message.status.in_(wanted)).order_by(Message.made_at.desc(), Message.id)
    return list(
        session.scalars(found.limit(SHOWN_MOST).options(joinedload(Message.person), selectinload(Message.attempts)))
    )
