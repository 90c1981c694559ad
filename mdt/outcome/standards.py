"""A team's standards of care: write one, write its next version, withdraw it; versions never change.

What one plans is written in the codes of the outcome it will be (COSD CR0460, CR0470, CR0490), as the newest core has
them.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound
from mdt.meeting.triage import streams
from mdt.meeting.triage.models import Standard, StandardVersion
from mdt.outcome import codes, proforma
from mdt.outcome.completeness import missing
from mdt.people import permissions
from mdt.people.models import Team
from mdt.people.versions import NO_SUCH_TEAM

LONGEST_NAME, LONGEST_CRITERIA, LONGEST_APPROVER, LONGEST_ACTION = 120, 4000, 200, 300
WITHIN, WITHIN_MOST = 10, 60  # working days until what it asks for is done

INTENTS, TREATMENTS, REASONS = (proforma.labels(item) for item in ("CR0460", "CR0470", "CR0490"))


def write(
    session: Session,
    *,
    by: Actor,
    team_id: str,
    standard_id: str | None,
    name: str,
    criteria: str,
    intent: str,
    treatments: Sequence[str],
    no_treatment_reason: str = "",
    action: str = "",
    within: int = WITHIN,
    approved_by: str,
    approved_on: date,
    review_on: date,
    now: datetime,
) -> StandardVersion:
    """A new standard of care, or the next version of one. Cases that are on an earlier version stay on it.

    `action` is what somebody must do once it is ratified (nothing: carry out its plan), `within` so many working days.
    """
    permissions.require(by, "standard.write", team_id)
    if session.get(Team, team_id, with_for_update=True) is None:
        raise NotFound(NO_SUCH_TEAM)
    if approved_on > in_london(now).date():
        raise Invalid("A standard of care was approved today or earlier.")
    if review_on <= approved_on:
        raise Invalid("The review comes after the approval.")
    if standard_id is None:
        standard = Standard(team_id=team_id)
        session.add(standard)
        session.flush()
    else:
        standard = _standard(session, team_id, standard_id)
    numbers = session.scalars(select(StandardVersion.number).where(StandardVersion.standard_id == standard.id)).all()
    version = StandardVersion(
        standard_id=standard.id,
        number=max(numbers, default=0) + 1,
        name=streams.text(name, LONGEST_NAME, "Enter the name of the standard of care.", "The name"),
        criteria=_lines(criteria),
        **_plan(intent, list(treatments), no_treatment_reason),
        action=streams.tidy(action, LONGEST_ACTION, "What is to be done"),
        within=_within(within),
        approved_by=streams.text(approved_by, LONGEST_APPROVER, "Enter who approved it.", "Who approved it"),
        approved_on=approved_on,
        review_on=review_on,
        made_by=by.person_id,
        made_at=now,
    )
    session.add(version)
    session.flush()
    detail = {"standard": standard.id, "version": version.number}
    audit.record(session, by, "standard.written", f"team:{team_id}", detail=detail, now=now)
    return version


def withdraw(session: Session, *, by: Actor, team_id: str, standard_id: str, why: str, now: datetime) -> Standard:
    """No case is put on it any more, and those that are on it cannot be ratified."""
    permissions.require(by, "standard.write", team_id)
    standard = _standard(session, team_id, standard_id)
    standard.withdrawn_why = streams.text(why, streams.LONGEST_REASON, "Say why it is withdrawn.", "The reason")
    standard.withdrawn_at, standard.withdrawn_by = now, by.person_id
    detail = {"standard": standard.id}
    audit.record(session, by, "standard.withdrawn", f"team:{team_id}", detail=detail, now=now)
    session.flush()
    return standard


def of_team(session: Session, by: Actor, team_id: str) -> tuple[Team, list[Standard]]:
    """The library for the team's members: each standard with its versions, newest first; withdrawn ones last."""
    team = session.get(Team, team_id)
    if team is None or not permissions.may(by, "meeting.see", team_id):
        raise NotFound(NO_SUCH_TEAM)
    held = select(Standard).where(Standard.team_id == team_id).options(selectinload(Standard.versions))
    found = session.scalars(held.execution_options(populate_existing=True)).all()
    return team, sorted(found, key=lambda one: (one.withdrawn_at is not None, one.versions[0].name.casefold()))


def usable(session: Session, team_id: str) -> list[StandardVersion]:
    """What a case can be put on today: the newest version of every standard that is not withdrawn."""
    held = select(Standard).where(Standard.team_id == team_id, Standard.withdrawn_at.is_(None))
    found = session.scalars(held.options(selectinload(Standard.versions)))
    return sorted((one.versions[0] for one in found), key=lambda one: one.name.casefold())


def _standard(session: Session, team_id: str, standard_id: str) -> Standard:
    standard = session.get(Standard, standard_id, with_for_update=True)
    if standard is None or standard.team_id != team_id:
        raise NotFound("There is no such standard of care in this team.")
    if standard.withdrawn_at is not None:
        raise Invalid("This standard of care was withdrawn; write a new one.")
    return standard


def _lines(typed: str) -> str:
    tidy = "\n".join(line.strip() for line in typed.replace("\r\n", "\n").split("\n")).strip()
    if not tidy:
        raise Invalid("Enter the criteria: which patients it is for.")
    if len(tidy) > LONGEST_CRITERIA:
        raise Invalid(f"The criteria must be {LONGEST_CRITERIA} characters or fewer.")
    return tidy


def planned(treatments: Sequence[dict[str, str]]) -> str:
    """E.g. "Surgery, then chemotherapy"."""
    words = [TREATMENTS[one["code"]] for one in treatments]
    return ", then ".join([words[0], *(word[:1].lower() + word[1:] for word in words[1:])]) if words else ""


def _plan(intent: str, chosen: list[str], reason: str) -> dict[str, Any]:
    """In the outcome's codes, the treatments one after the other; held to the rules that its outcomes will be."""
    if intent not in INTENTS:
        raise Invalid("Choose the intent of the standard of care.")
    if not chosen:
        raise Invalid("Choose what the standard of care plans; “No active treatment” where it plans none.")
    if set(chosen) - set(TREATMENTS) or len(set(chosen)) < len(chosen):
        raise Invalid("Choose the planned treatments from the list, each once.")
    if reason and reason not in REASONS:
        raise Invalid("Choose the reason for no treatment from the list.")
    treatments = [{"code": code, "relation": codes.SEQUENTIAL} for code in chosen]
    plan = {"intent": intent, "treatments": treatments, "no_treatment_reason": reason}
    core = proforma.compose(proforma.newest(proforma.CORE).key)
    for lack in missing(core, {"decision": codes.STANDARD, **plan}, date.min):
        if lack.name in plan:
            raise Invalid(lack.say)
    return plan


def _within(days: int) -> int:
    if not 1 <= days <= WITHIN_MOST:
        raise Invalid(f"What a standard of care asks for is done within 1 to {WITHIN_MOST} working days.")
    return days
