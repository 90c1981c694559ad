"""Once on every working day, at the hour a person's teams have set: one message with all that waits for them."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mdt.core.clock import in_london
from mdt.core.db import Database
from mdt.core.words import counted
from mdt.meeting.bank_holidays import is_working_day
from mdt.outbox import actions as outbox
from mdt.outbox import kinds
from mdt.outbox.actions import Part
from mdt.outbox.queries import wants
from mdt.people.models import Membership, Person
from mdt.people.permissions import TAKING_PART
from mdt.people.queries import build_actor, valid_on
from mdt.reminders import waiting
from mdt.reminders.models import USUAL_HOUR, Reminded, TeamReminders

OF_USE_FOR = timedelta(hours=24)


def round_of(db: Database, now: datetime) -> int:
    """Everybody whose hour has come today and who was not looked after yet; returns how many were written to.

    Each in a transaction of their own, so that nobody waits for all.
    """
    with db.reading() as session:
        people = _whose_hour_has_come(session, now)
    written = 0
    for person_id in people:
        with db.writing() as session:
            written += remind(session, person_id, now)
    return written


def remind(session: Session, person_id: str, now: datetime) -> bool:
    """Write to one person, if anything waits that they want to hear of. A second time on a day does nothing."""
    person, today = session.get_one(Person, person_id), in_london(now).date()
    seen = session.get(Reminded, person_id, with_for_update=True)
    if seen is not None and seen.day >= today:
        return False
    if seen is None:
        seen = Reminded(person_id=person_id)
        session.add(seen)
    seen.day = today
    waits = waiting.of_person(session, build_actor(session, person, now), now)
    told = [one for one in waits if wants(session, person_id, one.kind)]
    if not told:
        return False
    number = sum(one.count for one in told)
    message = outbox.write(
        session,
        kind=kinds.DIGEST,
        to=person_id,
        key=f"daily:{today}:{person_id}",
        subject=f"{counted(number, 'thing waits', 'things wait')} for you",
        parts=[Part(one.say, one.path) for one in told],
        now=now,
        expires_at=now + OF_USE_FOR,
    )
    return message is not None


def _whose_hour_has_come(session: Session, now: datetime) -> list[str]:
    """The earliest hour of any of their teams counts."""
    here = in_london(now)
    if not is_working_day(here.date()):
        return []
    found = (
        select(Membership.person_id)
        .join(Membership.person)
        .outerjoin(TeamReminders, TeamReminders.team_id == Membership.team_id)
        .outerjoin(Reminded, Reminded.person_id == Membership.person_id)
        .where(Person.active, Membership.role.in_(TAKING_PART), *valid_on(here.date()))
        .where(or_(Reminded.day.is_(None), Reminded.day < here.date()))
        .group_by(Membership.person_id)
        .having(func.min(func.coalesce(TeamReminders.hour, USUAL_HOUR)) <= here.hour)
    )
    return list(session.scalars(found))
