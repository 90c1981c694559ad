"""What a team reckons with: minutes for a case it knows no better, what is audited of its standards; its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid
from mdt.meeting import progress
from mdt.meeting.models import Case, Meeting
from mdt.meeting.places import minutes
from mdt.meeting.places.models import AgendaRule
from mdt.meeting.triage import streams
from mdt.people import permissions, versions

HISTORY = timedelta(days=365)
MOST_HISTORY = 2000
SHORTEST, LONGEST = 30, 3600  # seconds for a case


@dataclass(frozen=True)
class Held:
    """The discussed cases of one kind (of "", all that were not said to be any): how many, and their median seconds."""

    kind: str
    called: str
    cases: int
    seconds: int

    @property
    def counts(self) -> bool:
        """Whether there are enough for the kind's own median to be taken."""
        return self.cases >= minutes.ENOUGH and self.kind != ""


def past(session: Session, team_id: str, now: datetime) -> list[tuple[str, int]]:
    """Kind and seconds of each case the team has discussed in the last year, the latest first, so many at most."""
    held = (
        select(Case.kind, Case.discussed_seconds)
        .join(Meeting)
        .where(
            Meeting.team_id == team_id,
            Meeting.status == progress.CLOSED,
            Meeting.starts_at >= now - HISTORY,
            Case.discussed_seconds > 0,
        )
        .order_by(Meeting.starts_at.desc())
        .limit(MOST_HISTORY)
    )
    return [(row.kind, row.discussed_seconds) for row in session.execute(held)]


def by_kind(held: Sequence[tuple[str, int]]) -> list[Held]:
    """The history kind by kind, those discussed most first."""
    found: dict[str, list[int]] = {}
    for kind, seconds in held:
        found.setdefault(kind, []).append(seconds)
    rows = [Held(kind, streams.KINDS.get(kind, kind), len(each), round(median(each))) for kind, each in found.items()]
    return sorted(rows, key=lambda row: (-row.cases, row.called))


def rule_of(session: Session, team_id: str, day: date) -> AgendaRule | None:
    """What the team reckons with on a day."""
    return versions.on(session, AgendaRule, team_id, day)


def set_rule(
    session: Session,
    *,
    by: Actor,
    team_id: str,
    starts: date,
    case_seconds: int,
    audit_percent: int,
    audit_least: int,
    now: datetime,
) -> AgendaRule:
    """From a day on. A hundred in a hundred, or nought, may be audited; but at least so many of a meeting's."""
    permissions.require(by, "policy.set", team_id)
    if not SHORTEST <= case_seconds <= LONGEST:
        raise Invalid("A case takes from half a minute to an hour.")
    if not 0 <= audit_percent <= 100:
        raise Invalid("Enter how many in a hundred are audited, from 0 to 100.")
    if not 0 <= audit_least <= 100:
        raise Invalid("Enter how many are audited at least, from 0 to 100.")
    rule = versions.begin(
        session,
        AgendaRule,
        by=by,
        team_id=team_id,
        starts=starts,
        past="This begins today or later: what was reckoned before stays as it was.",
        now=now,
        case_seconds=case_seconds,
        audit_percent=audit_percent,
        audit_least=audit_least,
    )
    detail = {"starts": starts.isoformat(), "case_seconds": case_seconds}
    detail |= {"audit_percent": audit_percent, "audit_least": audit_least}
    audit.record(session, by, "policy.agenda", f"team:{team_id}", detail=detail, now=now)
    return rule
