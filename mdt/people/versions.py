"""What a team sets from a day on: its quorum, its proforma, its wording. Setting it, what holds on a day, who set it.

The rule of which version holds is `mdt.core.versions`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mdt.core import versions
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.db import id_column
from mdt.core.errors import Invalid, NotFound
from mdt.people import permissions
from mdt.people.models import Team
from mdt.people.queries import names_of

NO_SUCH_TEAM = "There is no such team, or you are not a member of it."


class OfATeam:
    """The columns of a table that holds the versions of something a team sets."""

    id: Mapped[str] = id_column()
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), index=True)
    starts: Mapped[date]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


V = TypeVar("V", bound=OfATeam)


@dataclass(frozen=True)
class Told(Generic[V]):
    """A version as a page tells of it. `ends` and `never` as those of a span; `by` is who set it."""

    version: V
    ends: date | None
    never: bool
    by: str


def team(session: Session, by: Actor, team_id: str, act: str = "meeting.see") -> Team:
    """A team, for those who may do this in it."""
    permissions.require(by, act, team_id)
    found = session.get(Team, team_id)
    if found is None:
        raise NotFound(NO_SUCH_TEAM)
    return found


def begin(
    session: Session,
    table: type[V],
    *,
    by: Actor,
    team_id: str,
    starts: date,
    past: str,
    now: datetime,
    act: str = "policy.set",
    **values: Any,
) -> V:
    """A new version from `starts` on; `past` is the sentence for a day that is over. The caller writes the audit."""
    permissions.require(by, act, team_id)
    if session.get(Team, team_id, with_for_update=True) is None:
        raise NotFound(NO_SUCH_TEAM)
    if starts < in_london(now).date():
        raise Invalid(past)
    made = table(**values)
    made.team_id, made.starts, made.made_by, made.made_at = team_id, starts, by.person_id, now
    session.add(made)
    session.flush()
    return made


def on(session: Session, table: type[V], team_id: str, day: date, **of: Any) -> V | None:
    """The version that holds on a day. With `of`, among those whose columns have these values."""
    return versions.in_force(history(session, table, team_id, **of), day)


def history(session: Session, table: type[V], team_id: str, **of: Any) -> list[V]:
    """Every version, last set first. They concern no patient."""
    made = select(table).where(table.team_id == team_id).filter_by(**of)
    return list(session.scalars(made.order_by(table.made_at.desc(), table.starts.desc())))


def told(session: Session, table: type[V], team_id: str, **of: Any) -> list[Told[V]]:
    """The same, each with its last day and who set it."""
    kept = history(session, table, team_id, **of)
    names = names_of(session, {one.made_by for one in kept})
    return [
        Told(one.version, one.ends, one.never, names.get(one.version.made_by or "", "the system"))
        for one in versions.spans(kept)
    ]
