"""The colorectal team's last weeks and its next one, from what it agreed to what waits today. Done once."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from mdt.bootstrap import House
from mdt.core.clock import in_london
from mdt.cosd import actions as cosd
from mdt.demo.colorectal import agreed, decided
from mdt.demo.colorectal.coming import Coming
from mdt.demo.colorectal.days import days
from mdt.demo.colorectal.held import Sitting
from mdt.demo.colorectal.stage import COORDINATOR, ONCOLOGIST, Stage
from mdt.letters import actions as letters
from mdt.letters import kinds
from mdt.meeting import actions as meetings
from mdt.meeting.models import Meeting
from mdt.outcome import standards as library
from mdt.referral import requirements

SHORT = 25  # minutes for which the room was booked last time: too few


def play(house: House, *, team: str, to_team: str, place: str, founded: datetime, now: datetime) -> None:
    """All in one transaction, so that it is there whole or not at all. A team that has met is left as it is."""
    with house.db.writing() as session:
        if session.scalar(select(Meeting.id).where(Meeting.team_id == team).limit(1)) is not None:
            return
        when = days(in_london(now).date())
        stage = Stage(session, team, when, now)
        standards = _agree(stage, founded)
        Sitting(stage, when.long_ago, decided.LONG_AGO, place, agreed.MINUTES).enter()
        Sitting(
            stage, when.before, decided.BEFORE, place, agreed.MINUTES, deferred=decided.DEFERRED,
            absent=(ONCOLOGIST,),
        ).enter()  # fmt: skip
        ratified = {who: standards[key] for who, key in decided.ON_STANDARD.items()}
        Sitting(stage, when.last, decided.LAST, place, SHORT, standards=ratified).enter()
        Coming(stage, standards, place=place, to_team=to_team).enter()
        stage.diary.play()


def _agree(stage: Stage, founded: datetime) -> dict[str, str]:
    """Cut-off, referral form, letter, standards of care; gives the standards' versions by their keys."""
    session, by, day = stage.session, stage.who(COORDINATOR, founded), in_london(founded).date()
    meetings.set_cut_off(
        session, by=by, team_id=stage.team, starts=day, working_hours=agreed.CUT_OFF, now=founded
    )  # fmt: skip
    cosd.set_site(session, by=by, team_id=stage.team, starts=day, site=agreed.SITE, now=founded)
    requirements.set_form(
        session, by=by, team_id=stage.team, starts=day, needs=agreed.NEEDS, own=agreed.OWN_QUESTIONS, now=founded
    )  # fmt: skip
    letters.word(
        session, by=by, team_id=stage.team, kind=kinds.GP, starts=day, text=agreed.LETTER_TO_GP, now=founded
    )  # fmt: skip
    return {key: _write(stage, one, day, founded) for key, one in agreed.STANDARDS.items()}


def _write(stage: Stage, one: agreed.Standard, day: date, founded: datetime) -> str:
    return library.write(
        stage.session, by=stage.who(COORDINATOR, founded), team_id=stage.team, standard_id=None, name=one.name,
        criteria=one.criteria, intent=one.intent, treatments=one.treatments,
        no_treatment_reason=one.no_treatment_reason, action=one.action, approved_by=one.approved_by,
        approved_on=day - timedelta(days=one.approved), review_on=day + timedelta(days=one.review), now=founded,
    ).id  # fmt: skip
