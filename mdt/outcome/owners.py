"""Who owns what is to be done: somebody of the team, chosen or known by their name; else a service by its own name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from mdt.core.clock import in_london
from mdt.core.errors import Invalid
from mdt.people.models import Person
from mdt.people.queries import members_of


def of_team(session: Session, team_id: str, now: datetime) -> list[Person]:
    """Those who can be chosen: whoever takes part in the team's meetings today."""
    return members_of(session, team_id, in_london(now).date())


def named(people: Sequence[Person], name: str) -> str | None:
    """The id of the one of the team who is called so; None where nobody is, or two are."""
    called = [one.id for one in people if one.name.casefold() == name.strip().casefold()]
    return called[0] if len(called) == 1 else None


class Owned(Protocol):
    """What has an owner."""

    @property
    def owner(self) -> str: ...
    @property
    def person_id(self) -> str | None: ...


def is_theirs(one: Owned, person_id: str | None, name: str) -> bool:
    """Whether somebody owns it: as the person who was chosen, or, where nobody of the team was, by their name."""
    if one.person_id is not None:
        return one.person_id == person_id
    return " ".join(one.owner.split()).casefold() == name.casefold()


def checked(people: Sequence[Person], kept: Any, typed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Actions whose owner was chosen carry that person's own name. Whoever was chosen while in the team stays."""
    known = {one.id: one.name for one in people}
    known |= {one["person"]: one["owner"] for one in kept or [] if one.get("person") and one["person"] not in known}
    for number, action in enumerate(typed, start=1):
        if (person := action.get("person")) is None:
            continue
        if person not in known:
            raise Invalid(f"Action {number}, owner: choose somebody of this team, or type a service’s name.")
        action["owner"] = known[person]
    return typed
