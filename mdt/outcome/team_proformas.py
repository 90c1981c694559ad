"""Which proforma a team writes on, as its own policy with dates; and an outcome's proforma by the key it remembers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid
from mdt.meeting.models import Meeting
from mdt.outcome import proforma as proformas
from mdt.outcome.form import Field
from mdt.outcome.models import Outcome, TeamProforma
from mdt.outcome.proforma import Proforma
from mdt.people import permissions, versions

OWN = "Asked by this team"  # the heading of a team's own fields
MOST_OWN = 12


def in_force(session: Session, team_id: str, day: date) -> TeamProforma | None:
    """The one that holds on a day. None: the team goes on as before there was a choice."""
    return versions.on(session, TeamProforma, team_id, day)


def waits_for_check(held: TeamProforma | None, outcome: Outcome) -> bool:
    """Whether the team's policy wants this draft read by somebody who did not type it, and nobody has."""
    return held is not None and held.needs_check and not outcome.is_checked


def of_meeting(session: Session, meeting: Meeting) -> Proforma:
    """What an outcome begun for this meeting is written on."""
    held = in_force(session, meeting.team_id, in_london(meeting.starts_at).date())
    return composed(held) if held else proformas.compose(proformas.FIRST)


def composed(held: TeamProforma) -> Proforma:
    return proformas.compose(held.core, held.block, held.id if held.extra else "", own_fields(held.extra))


def by_key(session: Session, key: str) -> Proforma:
    """The proforma an outcome remembers."""
    core, block, own = proformas.split(key)
    held = session.get(TeamProforma, own) if own else None
    return proformas.compose(core, block, own, own_fields(held.extra) if held else ())


def own_fields(extra: Sequence[dict[str, Any]]) -> tuple[Field, ...]:
    """`extra`: {"name", "schema"} of each."""
    return tuple(proformas.own_field(one["name"], one["schema"], OWN) for one in extra)


def choose(
    session: Session,
    *,
    by: Actor,
    team_id: str,
    starts: date,
    block: str,
    extra: Sequence[dict[str, Any]] = (),
    needs_check: bool = False,
    checklist_blocks: bool = False,
    now: datetime,
) -> TeamProforma:
    """From a day on, the team's new outcomes are written on the newest core, a site block (or none) and its own fields.

    What was begun before stays on what it was begun on.
    """
    permissions.require(by, "policy.set", team_id)
    if len(extra) > MOST_OWN:
        raise Invalid(f"A team may ask at most {MOST_OWN} questions of its own.")
    held = versions.begin(
        session,
        TeamProforma,
        by=by,
        team_id=team_id,
        starts=starts,
        past="A proforma cannot begin in the past: what was decided was written on the one of its day.",
        now=now,
        core=proformas.newest(proformas.CORE).key,
        block=block,
        extra=list(extra),
        needs_check=needs_check,
        checklist_blocks=checklist_blocks,
    )
    made = composed(held)  # refuses what cannot be read
    detail = {"proforma": made.key, "starts": starts.isoformat(), "own": len(held.extra)}
    detail |= {"needs_check": needs_check, "checklist_blocks": checklist_blocks}
    audit.record(session, by, "policy.proforma", f"team:{team_id}", detail=detail, now=now)
    return held
