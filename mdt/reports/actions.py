"""Draw a sample of what a standard of care answered, and say of a case in it whether the standard was right."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import queries as meetings
from mdt.meeting.places.reckoning import rule_of
from mdt.meeting.triage.models import Ratification, Triage
from mdt.people import permissions
from mdt.people.models import Team
from mdt.reports import facts, sampling
from mdt.reports.models import AuditReview, AuditSample
from mdt.reports.period import Period

LONGEST_NOTE = 500
NO_SUCH_SAMPLE = "There is no such sample, or you are not a member of its team."


def draw(session: Session, *, by: Actor, team_id: str, period: Period, now: datetime) -> AuditSample:
    """Of a period that is over, once. The seed is the team and the period, so that nobody can draw until it suits."""
    permissions.require(by, "sample.draw", team_id)
    team = session.get(Team, team_id, with_for_update=True)
    if team is None:
        raise NotFound(NO_SUCH_SAMPLE)
    if period.last >= in_london(now).date():
        raise Invalid("A sample is drawn of a period that is over.")
    those = AuditSample.team_id == team_id, AuditSample.first <= period.last, AuditSample.last >= period.first
    overlapping = session.scalar(select(AuditSample).where(*those).limit(1))
    if overlapping is not None:
        days = f"{overlapping.first:%d-%b-%Y} to {overlapping.last:%d-%b-%Y}"
        raise Invalid(f"{overlapping.drawn_name} has drawn a sample of {days} already: choose days outside it.")
    held = facts.sittings(session, team, period)
    with facts.found(session, team, period, held, in_london(now).date()) as rows:
        ratified = list(session.scalars(select(rows.c.case_id).where(rows.c.ratified)))
    if not ratified:
        raise Invalid("No case was ratified on a standard of care in this period.")
    rule = rule_of(session, team_id, period.last)
    percent, least = (rule.audit_percent, rule.audit_least) if rule else (sampling.USUAL_PERCENT, sampling.USUAL_LEAST)
    seed = f"{team_id} {period.first} {period.last}"
    chosen = sampling.drawn(ratified, seed=seed, percent=percent, least=least)
    if not chosen:
        raise Invalid("By the team’s rule no case is audited: set how many are first.")
    made = AuditSample(
        team_id=team_id, first=period.first, last=period.last, seed=seed, percent=percent, least=least,
        of=len(ratified), cases=chosen, drawn_by=by.person_id, drawn_name=by.name, drawn_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    detail = {"sample": made.id, "cases": len(chosen), "of": len(ratified)}
    audit.record(session, by, "sample.drawn", f"team:{team_id}", detail=detail, now=now)
    return made


def review(
    session: Session, *, by: Actor, sample_id: str, case_id: str, agrees: bool, note: str, now: datetime
) -> AuditReview:
    """By somebody who neither sorted nor ratified the case. Who does not agree says why."""
    sample = session.get(AuditSample, sample_id)
    if sample is None:
        raise NotFound(NO_SUCH_SAMPLE)
    permissions.require(by, "sample.review", sample.team_id)
    if case_id not in sample.cases:
        raise NotFound("This case is not in the sample.")
    case, said = meetings.case(session, by, case_id), " ".join(note.split())
    concerned = set(session.scalars(select(Triage.by_id).where(Triage.case_id == case_id)))
    concerned |= set(session.scalars(select(Ratification.by_id).where(Ratification.case_id == case_id)))
    if by.person_id in concerned:
        raise Invalid("You sorted or ratified this case, so somebody else must review it.")
    if not agrees and not said:
        raise Invalid("Say why the standard was not right for this case.")
    if len(said) > LONGEST_NOTE:
        raise Invalid(f"The note must be {LONGEST_NOTE} characters or fewer.")
    made = AuditReview(
        sample_id=sample.id, case_id=case_id, agrees=agrees, note=said, by_id=by.person_id, by_name=by.name, at=now
    )
    session.add(made)
    session.flush()
    detail = {"sample": sample.id, "agrees": agrees}
    audit.record(
        session, by, "sample.reviewed", f"case:{case_id}", patient_id=case.patient_id, detail=detail, now=now
    )  # fmt: skip
    return made
