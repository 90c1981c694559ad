"""How a team prepares, as its own policy with dates: may opinions be seen at once, and how differences are graded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid
from mdt.people import permissions
from mdt.preparation.models import PreparationPolicy

GRADES_MOST, CODE_MOST, LABEL_MOST = 12, 8, 120


@dataclass(frozen=True)
class Policy:
    """What holds on a day. A team that never said anything hides nothing and grades nothing."""

    opinions_hidden: bool = False
    grades: dict[str, str] = field(default_factory=dict)  # label by code, in order


def on(session: Session, team_id: str, day: date) -> Policy:
    """The newest policy of the team that has begun by that day."""
    return in_force(history(session, team_id), day)


def in_force(kept: Iterable[PreparationPolicy], day: date) -> Policy:
    begun = [row for row in kept if row.starts <= day]
    if not begun:
        return Policy()
    newest = max(begun, key=lambda row: row.starts)
    return Policy(newest.opinions_hidden, {grade["code"]: grade["label"] for grade in newest.grades})


def history(session: Session, team_id: str) -> list[PreparationPolicy]:
    """Every policy the team has had or will have, the latest first."""
    wanted = select(PreparationPolicy).where(PreparationPolicy.team_id == team_id)
    return list(session.scalars(wanted.order_by(PreparationPolicy.starts.desc())))


def set_policy(
    session: Session,
    *,
    by: Actor,
    team_id: str,
    starts: date,
    opinions_hidden: bool,
    grades: Sequence[tuple[str, str]],
    now: datetime,
) -> PreparationPolicy:
    """From a day on, not before today; one for a day that has one takes its place."""
    permissions.require(by, "policy.set", team_id)
    if starts < in_london(now).date():
        raise Invalid("A policy starts today or later: what was agreed before stays as it was.")
    kept = next((row for row in history(session, team_id) if row.starts == starts), None)
    if kept is None:
        kept = PreparationPolicy(team_id=team_id, starts=starts)
        session.add(kept)
    kept.opinions_hidden, kept.grades = opinions_hidden, _grades(grades)
    kept.set_by, kept.set_at = by.person_id, now
    session.flush()
    detail = {"starts": starts.isoformat(), "opinions_hidden": opinions_hidden, "grades": kept.grades}
    audit.record(session, by, "policy.preparation", f"team:{team_id}", detail=detail, now=now)
    return kept


def _grades(grades: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    found = [{"code": " ".join(code.split()), "label": " ".join(label.split())} for code, label in grades]
    if len(found) > GRADES_MOST:
        raise Invalid(f"A team may have at most {GRADES_MOST} grades.")
    for grade in found:
        if not grade["code"] or not grade["label"]:
            raise Invalid("Write each grade as a code and what it means, for example: 2 Significant, plan unchanged")
        if len(grade["code"]) > CODE_MOST or len(grade["label"]) > LABEL_MOST:
            raise Invalid(f"A grade has a code of at most {CODE_MOST} characters and at most {LABEL_MOST} of words.")
    if len({grade["code"] for grade in found}) < len(found):
        raise Invalid("Two grades have the same code.")
    return found
