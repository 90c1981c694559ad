"""Opinions before the meeting: written and revised until the case is opened, every version kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound, Stale
from mdt.meeting import progress, states
from mdt.meeting import queries as meetings
from mdt.meeting.models import Case, Meeting
from mdt.meeting.queries import NO_SUCH_CASE
from mdt.people import permissions
from mdt.preparation import opinion_form, policies, telling
from mdt.preparation.models import Opinion
from mdt.preparation.visibility import may_read


@dataclass(frozen=True)
class Binding:
    """What the writer was looking at; `version` is the one they write. If it is no longer so, nothing is saved."""

    meeting_id: str
    case_id: str
    patient_id: str
    version: int


@dataclass(frozen=True)
class Read:
    """What somebody may read of the opinions on a case: the newest of each member; `hidden` says how many more wait."""

    opinions: list[Opinion]
    hidden: int


def write(
    session: Session, *, by: Actor, binding: Binding, discipline: str, typed: Mapping[str, str], now: datetime
) -> Opinion:
    """The first version of one's own opinion, or the next."""
    case = session.get(Case, binding.case_id)
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    meeting = session.get(Meeting, case.meeting_id, with_for_update=True)
    assert meeting is not None
    permissions.require(by, "opinion.write", meeting.team_id)
    session.refresh(case)
    if by.person_id is None:
        raise Invalid("An opinion is a person's.")
    if (case.meeting_id, case.patient_id) != (binding.meeting_id, binding.patient_id):
        raise Stale("What you wrote is bound to another patient or meeting than this case, so nothing was saved.")
    if was_opened(case):
        raise Stale("The case has been opened: opinions written before it no longer change. Say it in the meeting.")
    before = _newest(session, case.id).get(by.person_id)
    if binding.version != (before.version if before else 0) + 1:
        raise Stale("You have changed this opinion elsewhere since you opened it; nothing was saved.", before)
    opinion = Opinion(
        meeting_id=case.meeting_id,
        case_id=case.id,
        patient_id=case.patient_id,
        person_id=by.person_id,
        name=by.name,
        discipline=discipline,
        version=binding.version,
        form=opinion_form.read(discipline, typed),
        at=now,
    )
    session.add(opinion)
    session.flush()
    audit.record(
        session, by, "opinion.written", f"case:{case.id}", patient_id=case.patient_id,
        detail={"opinion": opinion.id, "version": opinion.version, "discipline": discipline}, now=now,
    )  # fmt: skip
    telling.changed(session, case, now)
    return opinion


def read(session: Session, by: Actor, case_id: str) -> Read:
    """The newest opinion of each member, as far as the team's policy lets the actor read it."""
    case = meetings.case(session, by, case_id)
    team = case.meeting.team_id
    policy = policies.on(session, team, in_london(case.meeting.starts_at).date())
    kept = sorted(_newest(session, case.id).values(), key=lambda one: one.at)
    seen = [
        one
        for one in kept
        if may_read(
            own=one.person_id == by.person_id,
            takes_part=permissions.may(by, "opinion.read", team),
            hidden_until_opened=policy.opinions_hidden,
            case_was_opened=was_opened(case),
        )
    ]
    return Read(seen, len(kept) - len(seen))


def own(session: Session, by: Actor, case_id: str) -> list[Opinion]:
    """Every version of one's own, newest first."""
    case = meetings.case(session, by, case_id)
    mine = select(Opinion).where(Opinion.case_id == case.id, Opinion.person_id == by.person_id)
    return list(session.scalars(mine.order_by(Opinion.version.desc())))


def was_opened(case: Case) -> bool:
    """Whether the meeting has come to it, or is over."""
    return case.status not in states.BEFORE or case.meeting.status == progress.CLOSED


def _newest(session: Session, case_id: str) -> dict[str, Opinion]:
    """The last version of each member's opinion, by person."""
    kept = select(Opinion).where(Opinion.case_id == case_id).order_by(Opinion.version)
    return {one.person_id: one for one in session.scalars(kept)}
