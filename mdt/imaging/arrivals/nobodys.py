"""What trusts sent and nobody here looks at, for administrators: kept for people not known here yet, or refused.

Whose it is, is not told: only which trust, how much, since when, and why.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.models import Refusal
from mdt.people import permissions
from mdt.record.models import Clue, Holder, Link, Study

MOST_SHOWN = 200


@dataclass(frozen=True)
class Unknown:
    """Studies of one trust that are linked to nobody, and when the first and the last of them came."""

    trust_ods: str
    studies: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Refused:
    """Objects of one trust and study that were not taken in: how many, the latest reason in words, and when that was.

    `study_uid` is None where the study is not known.
    """

    trust_ods: str
    study_uid: str | None
    objects: int
    why: str
    last: datetime


def unknown(session: Session, by: Actor) -> list[Unknown]:
    """By trust, the most first. A study is linked as soon as a patient whom its number or birth date fits is added."""
    permissions.require(by, "clashes.see")
    unasked = select(Clue.holder_id).distinct().subquery("unasked")
    linked = select(Link.id).where(Link.study_id == Holder.study_id).exists()
    many = func.count().label("many")
    rows = session.execute(
        select(Holder.trust_ods, many, func.min(Holder.seen_at), func.max(Holder.seen_at))
        .join(unasked, unasked.c.holder_id == Holder.id)
        .where(~linked)
        .group_by(Holder.trust_ods)
        .order_by(many.desc(), Holder.trust_ods)
    )
    return [Unknown(*row) for row in rows]


def refused(session: Session, by: Actor) -> list[Refused]:
    """The latest first, at most MOST_SHOWN."""
    permissions.require(by, "clashes.see")
    of_one = (Refusal.trust_ods, Refusal.study_id)
    counted = (
        select(
            *of_one,
            Refusal.why,
            Refusal.at,
            func.count().over(partition_by=of_one).label("objects"),
            func.row_number().over(partition_by=of_one, order_by=(Refusal.at.desc(), Refusal.id)).label("place"),
        )
        .order_by(Refusal.at.desc())
        .subquery("counted")
    )
    rows = session.execute(
        select(counted.c.trust_ods, Study.study_uid, counted.c.objects, counted.c.why, counted.c.at)
        .outerjoin(Study, Study.id == counted.c.study_id)
        .where(counted.c.place == 1)
        .order_by(counted.c.at.desc(), Study.study_uid)
        .limit(MOST_SHOWN)
    )
    return [Refused(*row) for row in rows]
