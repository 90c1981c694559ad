"""Puts the demo's trusts, people, teams, patients and meetings into the product, through the product's own actions.

Every step may be done again without harm: what is there stays, what is missing is added, and there is always a meeting
of the lung team today.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.bootstrap import House
from mdt.core.actor import Actor, system
from mdt.core.clock import in_london, utc_now
from mdt.demo.colorectal.agreed import OWN_FIELDS
from mdt.demo.colorectal.played import play
from mdt.demo.people import BRAIN, BREAST, COLORECTAL, LUNG, PASSWORD, STAFF, TEAMS, DemoTeam, Staff
from mdt.demo.questions import ASKED, NEXT_WEEK
from mdt.demo.story import Patient as Told
from mdt.demo.story import Story
from mdt.meeting import actions as meetings
from mdt.meeting import policies, quorum
from mdt.meeting.models import Case, Meeting
from mdt.outcome import team_proformas
from mdt.outcome.proforma import block_for
from mdt.people import actions as people
from mdt.people import passwords
from mdt.people.models import Membership, Person, Team
from mdt.record import actions as record
from mdt.record.models import Patient
from mdt.trusts import load
from mdt.trusts.actions import load_trusts

BY = system("demo")
FOUNDED = timedelta(weeks=16)  # so long have the teams been there


def trusts(house: House, toml: Path) -> None:
    """The region's trusts and where they answer this time."""
    entries = load.read(toml)
    with house.db.writing() as session:
        load_trusts(session, entries, by=BY, now=utc_now())


def everything(house: House, story: Story, *, synthetic: bool) -> None:
    """People and teams, then patients, then meetings with their cases; listing a case asks for its imaging.

    The colorectal team comes last: its patients' imaging is asked for after that of those who are seen today.
    """
    hashed = passwords.hashed(PASSWORD)  # slow on purpose: once for all, and outside the transaction
    now = utc_now()
    founded = now - FOUNDED
    with house.db.writing() as session:
        teams = {team.key: _team(session, team, founded) for team in TEAMS}
        for one in STAFF:
            _person(session, one, teams, hashed, founded)
        for team in TEAMS:
            _agreed(session, teams[team.key], team.mdt_type, founded)
        patients = {one.key: _patient(session, one, now) for one in story.patients}
    agendas = _synthetic_agendas(now) if synthetic else _told_agendas(story, now)
    for key, starts_at, cases in agendas:
        listed = [(patients[who], asked) for who, asked in cases]
        _meeting(house, teams[key], starts_at, listed, place=_place(key), now=now)
    if synthetic:
        play(
            house, team=teams[COLORECTAL], to_team=teams[LUNG], place=_place(COLORECTAL), founded=founded, now=now
        )  # fmt: skip


Agenda = tuple[str, datetime, Sequence[tuple[str, str]]]


def _synthetic_agendas(now: datetime) -> list[Agenda]:
    soon = _soon(now)
    return [
        (LUNG, soon, ASKED[LUNG]),
        (LUNG, soon + timedelta(days=7), NEXT_WEEK),
        (BREAST, soon + timedelta(days=1), ASKED[BREAST]),
        (BRAIN, soon + timedelta(days=2), ASKED[BRAIN]),
    ]


def _told_agendas(story: Story, now: datetime) -> list[Agenda]:
    """Everybody of the folder on today's list; the other teams meet too, so that there is something not to be seen."""
    soon = _soon(now)
    cases = [(one.key, _question(story, one)) for one in story.patients]
    return [(LUNG, soon, cases), (LUNG, soon + timedelta(days=7), ()), (BRAIN, soon + timedelta(days=2), ())]


def _question(story: Story, who: Told) -> str:
    names = {one.ods: one.name for one in story.trusts}
    parts = [
        f"{one['description']} ({datetime.strptime(one['date'], '%Y%m%d'):%d-%b-%Y}, {names[one['trust']]})"
        for one in story.about(who.key)
    ]
    if not parts:
        return "Referred without imaging. Is there any in the region, and what should be asked for before a decision?"
    return f"Please review {'; '.join(parts)}. Does the imaging settle the stage, and what is needed before a decision?"


def _soon(now: datetime) -> datetime:
    """The next full five minutes, some twenty minutes away."""
    later = now + timedelta(minutes=24)
    return later.replace(minute=later.minute - later.minute % 5, second=0, microsecond=0)


def _place(key: str) -> str:
    return next(team.place for team in TEAMS if team.key == key)


def _meeting(
    house: House, team_id: str, starts_at: datetime, cases: Iterable[tuple[str, str]], *, place: str, now: datetime
) -> None:
    """The team's meeting of that day, with these cases. A day that has a meeting gets no second one."""
    with house.db.writing() as session:
        day = in_london(starts_at).date()
        those = session.scalars(select(Meeting).where(Meeting.team_id == team_id)).all()
        first = in_london(_soon(now)).date()  # tomorrow, shortly before midnight
        there = [m for m in those if in_london(m.starts_at).date() == day]
        later = [m for m in those if in_london(m.starts_at).date() > first]
        if there or (day > first and later):
            return
        by = _coordinator(session, team_id)
        meeting = meetings.plan(session, by=by, team_id=team_id, starts_at=starts_at, place=place, now=now)
        meetings.arrange(
            session, by=by, meeting_id=meeting.id, call_url=f"https://calls.example/join/{meeting.id[:12]}",
            planned_minutes=60, now=now,
        )  # fmt: skip
        for patient_id, question in cases:
            meetings.list_case(
                session, by=by, meeting_id=meeting.id, patient_id=patient_id, clinical_question=question, now=now
            )


def _coordinator(session: Session, team_id: str) -> Actor:
    """Meetings are planned and cases listed by the team's coordinator, as in life."""
    found = session.scalar(
        select(Person).join(Membership).where(Membership.team_id == team_id, Membership.role == "coordinator")
    )
    if found is None:
        return BY
    return Actor(found.id, found.name, found.trust_ods, found.administrator, {team_id: "coordinator"})


def _person(session: Session, one: Staff, teams: dict[str, str], hashed: str, now: datetime) -> None:
    """Somebody, and what they are in each team, where that is not there yet."""
    person = session.scalar(select(Person).where(Person.email == one.email))
    if person is None:
        person = people.add_person(
            session, by=BY, email=one.email, name=one.name, trust_ods=one.ods, specialty=one.specialty,
            password_hash=hashed, administrator=one.administrator, now=now,
        )  # fmt: skip
    held = set(session.scalars(select(Membership.team_id).where(Membership.person_id == person.id)))
    for key, role in one.roles.items():
        if teams[key] not in held:
            people.add_membership(
                session, by=BY, person_id=person.id, team_id=teams[key], role=role, starts=in_london(now).date(),
                now=now,
            )  # fmt: skip


def _team(session: Session, team: DemoTeam, now: datetime) -> str:
    there = session.scalar(select(Team).where(Team.name == team.name))
    if there is None:
        there = people.add_team(session, by=BY, name=team.name, mdt_type=team.mdt_type, host_ods=team.host_ods, now=now)
    return there.id


def _agreed(session: Session, team_id: str, mdt_type: str, now: datetime) -> None:
    """Each team begins with the usual roles of its kind, for which nothing waits, and with its site's proforma."""
    day = in_london(now).date()
    if policies.in_force(session, team_id, utc_now()) is None:
        policies.set_policy(
            session, by=BY, team_id=team_id, starts=day, roles=quorum.starter(mdt_type),
            blocks=quorum.NOTHING, records_views=True, clock_for_all=False, now=now,
        )  # fmt: skip
    block = block_for(mdt_type)
    if block is not None and team_proformas.in_force(session, team_id, in_london(utc_now()).date()) is None:
        own, checked = (OWN_FIELDS, True) if block.key.startswith("colorectal") else ((), False)
        team_proformas.choose(
            session, by=BY, team_id=team_id, starts=day, block=block.key, extra=own, needs_check=checked, now=now
        )  # fmt: skip


def _patient(session: Session, one: Told, now: datetime) -> str:
    there = session.scalar(select(Patient).where(Patient.nhs_number == one.nhs))
    if there is None:
        there = record.add_patient(
            session, by=BY, nhs=one.nhs, family=one.family, given=one.given, birth_date=one.born, sex=one.sex, now=now
        )
    return there.id


def listed_cases(session: Session) -> int:
    """How many cases are on agendas."""
    return len(session.scalars(select(Case.id)).all())
