"""One row for every listing of a period, with what became of it: what all figures are counted from, and nothing else.

A listing is *due* when its meeting was held and it was neither withdrawn nor moved beforehand. Of the due some were
*discussed*, some *ratified* on a standard of care and not discussed, some *delayed* to a later meeting for a reason.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    ScalarSelect,
    Select,
    String,
    Subquery,
    Table,
    and_,
    case,
    func,
    insert,
    not_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mdt.core.clock import LONDON, in_london
from mdt.live.models import CaseQuorum
from mdt.meeting import imaging_then, progress, states
from mdt.meeting.bank_holidays import working_days_after
from mdt.meeting.imaging_then import ImagingThen
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving import reasons
from mdt.meeting.moving.models import Carry
from mdt.meeting.triage.models import Ratification, Triage
from mdt.outcome.follow_through import FOLLOW_AFTER, FOLLOWED, TOLD
from mdt.outcome.models import Milestone
from mdt.people.models import Team
from mdt.reports.period import Period, next_month

_DISCUSSED = (states.DISCUSSED, *states.RESULTS)
TELL_WITHIN = 2  # working days: the aim of the Greater Manchester Cancer Alliance


@dataclass(frozen=True)
class Sitting:
    """A meeting that was held in the period. `month` is its place among the period's."""

    id: str
    at: datetime
    day: date
    month: int

    @property
    def tell_by(self) -> date:
        return working_days_after(self.day, TELL_WITHIN)[-1]


def sittings(session: Session, team: Team, period: Period) -> list[Sitting]:
    """The team's meetings of the period that were held and are closed, the first first."""
    held = select(Meeting.id, Meeting.starts_at).where(*_held(team, period))
    place = {month: number for number, month in enumerate(period.months)}
    days = [
        (row.id, row.starts_at, in_london(row.starts_at).date())
        for row in session.execute(held.order_by(Meeting.starts_at, Meeting.id))
    ]
    return [Sitting(meeting_id, at, day, place[day.replace(day=1)]) for meeting_id, at, day in days]


# In the order of `of`.
FACTS = Table(
    "report_facts",
    MetaData(),
    *(Column(name, String) for name in ("case_id", "meeting_id")),
    Column("month", Integer),
    *(Column(name, Boolean) for name in ("due", "discussed", "ratified", "promoted", "timed")),
    Column("seconds", Integer),
    Column("delayed", Boolean),
    *(Column(name, String) for name in ("reason", "trust_ods")),
    *(Column(name, Boolean) for name in ("again", "signed", "quorate", "not_quorate", "told")),
    *(Column(name, Date) for name in ("told_on", "tell_by")),
    *(Column(name, Boolean) for name in ("followed", "unfollowed")),
    *(Column(name, String) for name in ("answer", "answer_reason")),
    *(Column(f"{what}_at_{when}", Boolean) for when in ("cut_off", "discussion") for what in ("noted", "ready")),
    prefixes=["TEMPORARY"],
)


@contextmanager
def found(session: Session, team: Team, period: Period, held: Sequence[Sitting], today: date) -> Iterator[Table]:
    """The rows in a table of this session alone: many figures ask for the same fact, and it is found out once."""
    connection = session.connection()
    FACTS.create(connection, checkfirst=False)
    try:
        session.execute(insert(FACTS).from_select(FACTS.columns.keys(), of(team, period, held, today)))
        yield FACTS
    finally:
        FACTS.drop(connection, checkfirst=False)


def of(team: Team, period: Period, held: Sequence[Sitting], today: date) -> Select[*tuple[Any, ...]]:
    """One row a listing."""
    first, cut_off, discussion = _first_discussed(team), aliased(ImagingThen), aliased(ImagingThen)
    moved = func.coalesce(Carry.reason == reasons.MOVED, False)
    due = and_(Case.status != states.WITHDRAWN, not_(moved))
    ratified = Ratification.id.is_not(None)
    discussed = and_(due, Case.status.in_(_DISCUSSED), not_(ratified))
    signed = and_(due, Case.decided_at.is_not(None))
    delayed = and_(due, func.coalesce(Carry.reason.in_(reasons.DELAYS), False))
    told_on, answer = _newest(TOLD, Milestone.day), _newest(FOLLOWED, Milestone.answer)
    asked_from = datetime.combine(today - FOLLOW_AFTER + timedelta(days=1), time(), LONDON)
    return (
        select(
            Case.id.label("case_id"),
            Case.meeting_id,
            _month(period).label("month"),
            due.label("due"),
            discussed.label("discussed"),
            and_(due, ratified).label("ratified"),
            and_(due, _was_promoted()).label("promoted"),
            and_(discussed, Case.discussed_seconds > 0).label("timed"),
            Case.discussed_seconds.label("seconds"),
            delayed.label("delayed"),
            func.coalesce(Carry.reason, "").label("reason"),
            func.coalesce(Carry.trust_ods, "").label("trust_ods"),
            and_(discussed, first.c.at < Meeting.starts_at).label("again"),
            signed.label("signed"),
            and_(signed, _quorum()).label("quorate"),
            and_(signed, not_(_quorum())).label("not_quorate"),
            and_(signed, told_on.is_not(None)).label("told"),
            told_on.label("told_on"),
            _tell_by(held).label("tell_by"),
            and_(signed, answer.is_not(None)).label("followed"),
            and_(signed, answer.is_(None), Case.decided_at < asked_from).label("unfollowed"),
            func.coalesce(answer, "").label("answer"),
            func.coalesce(_newest(FOLLOWED, Milestone.reason), "").label("answer_reason"),
            and_(due, cut_off.ready.is_not(None)).label("noted_at_cut_off"),
            and_(due, func.coalesce(cut_off.ready, False)).label("ready_at_cut_off"),
            and_(discussed, discussion.ready.is_not(None)).label("noted_at_discussion"),
            and_(discussed, func.coalesce(discussion.ready, False)).label("ready_at_discussion"),
        )
        .join(Meeting, Meeting.id == Case.meeting_id)
        .outerjoin(Carry, Carry.case_id == Case.id)
        .outerjoin(Ratification, Ratification.case_id == Case.id)
        .outerjoin(first, first.c.patient_id == Case.patient_id)
        .outerjoin(cut_off, and_(cut_off.case_id == Case.id, cut_off.moment == imaging_then.CUT_OFF))
        .outerjoin(discussion, and_(discussion.case_id == Case.id, discussion.moment == imaging_then.DISCUSSION))
        .where(*_held(team, period))
    )


def _held(team: Team, period: Period) -> tuple[ColumnElement[bool], ...]:
    return (
        Meeting.team_id == team.id,
        Meeting.status == progress.CLOSED,
        Meeting.starts_at >= period.begins,
        Meeting.starts_at < period.ends,
    )


def _month(period: Period) -> ColumnElement[int]:
    """The place of the meeting's month among the period's."""
    begins = [datetime.combine(next_month(month), time(), LONDON) for month in period.months]
    return case(*((Meeting.starts_at < at, number) for number, at in enumerate(begins)), else_=len(begins))


def _tell_by(held: Sequence[Sitting]) -> ColumnElement[date]:
    """The last day in time for the patients of each meeting; what a working day is, Python knows."""
    days = {one.id: one.tell_by for one in held} or {"": date.min}
    return case(days, value=Case.meeting_id)


def _newest(kind: str, column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """Of a case's milestones of a kind the one that holds."""
    told = select(column).where(Milestone.case_id == Case.id, Milestone.kind == kind)
    return told.order_by(Milestone.at.desc(), Milestone.id.desc()).limit(1).scalar_subquery()


def _first_discussed(team: Team) -> Subquery:
    """When the team first discussed each patient."""
    meeting, then, first = aliased(Meeting), aliased(Ratification), aliased(Case)
    return (
        select(first.patient_id, func.min(meeting.starts_at).label("at"))
        .join(meeting, meeting.id == first.meeting_id)
        .outerjoin(then, then.case_id == first.id)
        .where(meeting.team_id == team.id, first.status.in_(_DISCUSSED), then.id.is_(None))
        .group_by(first.patient_id)
        .subquery("first_discussed")
    )


def _was_promoted() -> ColumnElement[bool]:
    return select(Triage.id).where(Triage.case_id == Case.id, Triage.promoted).exists()


def _quorum() -> ScalarSelect[bool]:
    """As kept with the newest signed version; nothing where the team had no policy."""
    kept = select(CaseQuorum.quorate).where(CaseQuorum.case_id == Case.id)
    return kept.order_by(CaseQuorum.version.desc()).limit(1).scalar_subquery()
