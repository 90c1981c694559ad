"""How a team prepares, as its own policy with dates: may opinions be seen at once, and how differences are graded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid
from mdt.people import permissions, versions
from mdt.preparation.models import PreparationPolicy

GRADES_MOST, CODE_MOST, LABEL_MOST = 12, 8, 120


@dataclass(frozen=True)
class Policy:
    """What holds on a day. A team that never said anything hides nothing and grades nothing."""

    opinions_hidden: bool = False
    grades: dict[str, str] = field(default_factory=dict)  # label by code, in order


def on(session: Session, team_id: str, day: date) -> Policy:
    """What the team has agreed for a day."""
    held = versions.on(session, PreparationPolicy, team_id, day)
    if held is None:
        return Policy()
    return Policy(held.opinions_hidden, {grade["code"]: grade["label"] for grade in held.grades})


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
    """From a day on, not before today."""
    permissions.require(by, "policy.set", team_id)
    kept = versions.begin(
        session,
        PreparationPolicy,
        by=by,
        team_id=team_id,
        starts=starts,
        past="A policy starts today or later: what was agreed before stays as it was.",
        now=now,
        opinions_hidden=opinions_hidden,
        grades=_grades(grades),
    )
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
