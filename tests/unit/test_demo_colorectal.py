"""The demo's colorectal team, as its people find it: every kind of referral, a list that is sorted, and what became."""

import json
import re
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mdt import bootstrap, config
from mdt.core import audit
from mdt.core.clock import in_london, utc_now
from mdt.cosd import queries as cosd
from mdt.demo import cast, seed, story
from mdt.demo.colorectal import agreed, decided, referred
from mdt.demo.colorectal.days import days
from mdt.demo.colorectal.stage import CHAIR, COORDINATOR, INVENTED, NURSE
from mdt.demo.geography import TRUSTS
from mdt.demo.people import TEAMS
from mdt.letters import queries as letters
from mdt.live import quorum_kept
from mdt.meeting import lines, progress, queries
from mdt.meeting.bank_holidays import is_working_day, working_days_after
from mdt.meeting.moving import late, transfers
from mdt.meeting.places import coming as presence
from mdt.meeting.series import actions as series
from mdt.meeting.series.rule import HOLIDAY, SKIPPED
from mdt.meeting.triage import queries as triage
from mdt.meeting.triage import streams
from mdt.outcome import follow_through, standards, team_proformas, to_do
from mdt.outcome import queries as outcomes
from mdt.people.models import Person, Team
from mdt.people.queries import build_actor
from mdt.people.sessions import SignIn
from mdt.referral import queries as referrals
from mdt.referral import standing, states
from mdt.trusts.models import Trust
from mdt.web.app import create_app
from mdt.web.assets import PAGES

REFERRER = referred.GASTRO


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The region without its imaging."""
    folder = tmp_path_factory.mktemp("colorectal")
    house = bootstrap.build(config.from_environment({"MDT_DATA": str(folder)}))
    with house.db.writing() as session:
        session.add_all(Trust(ods=one.ods, name=one.name, live_from=date(2020, 10, 1)) for one in TRUSTS)
    fill(house, folder)
    yield house
    house.db.close()


def fill(house, folder):
    people = tuple(story.Patient(one.key, one.family, one.given, one.born, one.sex, one.nhs) for one in cast.PATIENTS)
    seed.everything(house, story.Story(folder, TRUSTS, people, ()), synthetic=True)


class As:
    """What one of the team's people sees."""

    def __init__(self, session, email):
        self.session, self.now = session, utc_now()
        person = session.scalars(select(Person).where(Person.email == email)).one()
        self.by = build_actor(session, person, self.now)
        self.team = session.scalars(select(Team).where(Team.mdt_type == "0301")).one()
        self.today = in_london(self.now).date()

    def meeting(self, day):
        """With its cases, and beside each what its agenda says."""
        every = [
            *queries.coming_meetings(self.session, self.by, since=self.now),
            *queries.past_meetings(self.session, self.by, before=self.now, most=50),
        ]
        found = next(
            one for one in every if one.team_id == self.team.id and in_london(one.starts_at).date() == day
        )  # fmt: skip
        meeting = queries.meeting(self.session, self.by, found.id)
        return meeting, lines.of_meeting(self.session, meeting, self.today)

    def line(self, day, key):
        meeting, said = self.meeting(day)
        return next(said[case.id] for case in meeting.cases if case.patient.nhs_number == INVENTED[key].nhs)


@pytest.fixture
def session(house):
    with house.db.reading() as session:
        yield session


@pytest.fixture
def when():
    return days(in_london(utc_now()).date())


def test_on_every_day_of_three_years_the_team_has_met_and_will_meet_on_working_days():
    for today in (date(2026, 1, 1) + timedelta(days=number) for number in range(1100)):
        found = days(today)
        met = (found.long_ago, found.before, found.last, found.coming, found.away)
        assert all(is_working_day(day) for day in met), today
        assert {day.weekday() for day in (*met, found.starts)} == {found.starts.weekday()}
        assert found.long_ago + follow_through.FOLLOW_AFTER < today, today
        assert working_days_after(found.last, 3)[-1] < today, today
        assert today + timedelta(days=2) < found.coming < found.away, today


def test_the_coordinator_finds_every_kind_of_referral(session):
    me = As(session, COORDINATOR)
    there = referrals.of_team(session, me.by, me.team.id, states.STATES)
    assert Counter(one.state for one in there) == {
        states.ACCEPTED: len(referred.BEFORE) + len(referred.LISTED) + 1,
        states.SENT: len(referred.WAITING) + 1,
        states.RETURNED: 2,
        states.REFUSED: 1,
        states.JOINED: 1,
        states.WITHDRAWN: 1,
    }
    assert referrals.waiting(session, me.by) == len(referred.WAITING) + 1
    assert [one.patient.family for one in there if one.overridden] == ["ASHWORTH"]
    lacking = next(one for one in there if one.patient.family == "DIXON")
    assert "WHO performance status is missing." in lacking.steps[-1].missing
    apart = next(one for one in there if one.apart_reason)
    assert [one.state for one in referrals.others(
        session, team_id=me.team.id, patient_id=apart.patient_id, but=apart.id
    )] == [states.ACCEPTED]  # fmt: skip


def test_a_referrer_finds_a_draft_and_where_each_case_stands(session):
    mine = referrals.mine(session, As(session, REFERRER).by)
    counted = Counter(one.state for one in mine)
    assert counted[states.DRAFT] == 1
    assert {states.SENT, states.RETURNED, states.REFUSED, states.JOINED, states.ACCEPTED} <= set(counted)
    assert states.DRAFT not in {
        one.state for one in referrals.mine(session, As(session, referred.PENNINE).by)
    }  # fmt: skip


def test_the_coming_list_is_sorted_locked_and_has_somebody_waiting(session, when):
    me = As(session, CHAIR)
    meeting, said = me.meeting(when.coming)
    assert meeting.locked_at is not None
    assert Counter(case.stream for case in meeting.cases) == {
        streams.FULL: 7,
        streams.STANDARD: 2,
        streams.NOT_READY: 2,
        streams.UNSORTED: 1,
    }
    assert "Carried over twice" in me.line(when.coming, "thomas").notes[0]
    assert "MRI pelvis, RW6" in me.line(when.before, "thomas").notes[0]
    assert [one.patient.family for one in late.waiting(session, meeting.id)] == ["PICKERSGILL"]
    assert Counter(one.comes for _, one in presence.expected(session, meeting.id)) == {True: 4, False: 1}
    (offered,) = transfers.offers_to(session, next(
        team.id for team in session.scalars(select(Team)) if team.mdt_type == "0801"
    ))  # fmt: skip
    assert offered.case.patient.family == "RHYDDERCH"
    assert len(said) == 12


def test_a_clock_has_breached_and_one_is_about_to(session, when):
    me = As(session, CHAIR)
    soon, over = (me.line(when.coming, key).waiting for key in ("elwyn", "zbigniew"))
    assert (soon.pressing.standard, soon.pressing.left(me.today)) == ("62", 4)
    assert (over.pressing.standard, over.pressing.left(me.today), over.pressing.adjusted) == ("62", -5, 4)


def test_the_library_has_a_standard_that_is_overdue_for_review(session):
    me = As(session, NURSE)
    _, held = standards.of_team(session, me.by, me.team.id)
    assert len(held) == len(agreed.STANDARDS)
    assert [one.versions[0].name for one in held if streams.overdue(one.versions[0], me.today)] == [
        agreed.STANDARDS[agreed.SURVEILLANCE].name
    ]


def test_the_past_meetings_are_signed_but_for_one_that_waits(session, when):
    me = As(session, CHAIR)
    found: Counter[str] = Counter()
    for day in (when.long_ago, when.before, when.last):
        meeting, _ = me.meeting(day)
        assert meeting.status == progress.CLOSED
        discussed = [case for case in meeting.cases if case.stream == streams.FULL]
        found.update(case.reached for case in discussed)
        assert all(case.discussed_seconds for case in discussed if case.reached)
    assert found == {"closed": 2, "actioned": 2, "sent": 1, "signed": 3, "decided": 1, "": 1}
    versions = {
        one.who: outcomes.in_force(session, me.by, me.line(when.last, one.who).case.id) for one in decided.LAST
    }  # fmt: skip
    assert {who: one and one.version for who, one in versions.items()} == {
        "sybil": 2, "gwenllian": 1, "aoife": 1, "leszek": None,
    }  # fmt: skip
    ratified = triage.ratified(session, [me.line(when.last, who).case.id for who in decided.ON_STANDARD])
    assert len(ratified) == len(decided.ON_STANDARD)
    assert quorum_kept.of_case(session, me.by, me.line(when.before, "norman").case.id)[1].quorate is False


def test_every_team_of_the_region_writes_on_its_own_proforma(session):
    today = in_london(utc_now()).date()
    keys = {}
    for team in session.scalars(select(Team)):
        held = team_proformas.in_force(session, team.id, today)
        assert held is not None
        keys[team.mdt_type] = team_proformas.composed(held).key
    assert len(keys) == len(TEAMS)
    for kind, block in (("0801", "lung-1"), ("0101", "breast-1"), ("0201", "brain-1"), ("0301", "colorectal-1")):
        assert keys[kind].startswith(f"core-2+{block}")


def test_patients_were_told_in_two_working_days_and_later_and_not_yet(session, when):
    me = As(session, NURSE)
    told = {key: letters.told(session, me.line(when.last, key).case.id) for key in ("sybil", "gwenllian", "aoife")}
    limit = working_days_after(when.last, 2)[-1]
    first = to_do.milestones(session, me.line(when.last, "sybil").case.id)[-1]
    assert first.day <= limit
    assert told["gwenllian"] is not None
    assert limit < told["gwenllian"]
    assert told["aoife"] is None


def test_actions_are_open_overdue_done_and_cancelled_and_two_decisions_are_asked_about(session, when):
    me = As(session, NURSE)
    listed = to_do.of_teams(session, me.by, me.today, [me.team.id])
    assert {one.action.status for one in listed} == {"open", "done", "cancelled"}
    assert {one.is_overdue for one in listed if one.action.status == "open"} == {True, False}
    asked = to_do.to_follow(session, me.by, me.today, [me.team.id])
    assert {one.case.patient.family for one in asked} == {"BAMFORTH", "ŻUREK"}
    kept = {
        key: to_do.milestones(session, me.line(when.long_ago, key).case.id) for key in ("dennis", "kazimierz")
    }  # fmt: skip
    begun = {key: follow_through.STARTED in {one.kind for one in every} for key, every in kept.items()}
    assert begun == {"dennis": True, "kazimierz": False}


def test_letters_were_sent_in_the_teams_own_words_and_some_wait(session, when):
    me = As(session, NURSE)
    made = letters.of_case(session, me.by, me.line(when.last, "sybil").case.id)
    assert Counter((one.kind, one.status) for one in made) == {
        ("gp", "sent"): 1,
        ("patient", "sent"): 1,
        ("gp", "ready"): 1,
    }
    assert next(one for one in made if one.kind == "gp").template_version == 1


def test_the_series_skips_a_day_and_has_a_bank_holiday_where_one_is_near(session, when):
    me = As(session, COORDINATOR)
    _, [(one, ahead)] = series.of_team(session, me.by, me.team.id, me.now)
    found = Counter(day.state for day in ahead)
    assert found[SKIPPED] == 1
    assert found[HOLIDAY] >= (one.starts.weekday() != 1)


def test_cosd_would_refuse_only_what_is_not_signed(session, when):
    me = As(session, COORDINATOR)
    found = cosd.of_team(session, me.by, me.team.id, first=when.long_ago, last=when.last, today=me.today)
    assert len(found) == 13
    assert [(one.case.patient.family, [problem.item for problem in one.section.problems])
            for one in found if one.section.problems] == [("SZYMAŃSKI", ["CR0430"])]  # fmt: skip


def test_the_audit_holds_and_a_second_start_adds_nothing(house, tmp_path):
    with house.db.reading() as session:
        before, broken = audit.verify(session)
    assert broken is None
    fill(house, tmp_path)
    with house.db.reading() as session:
        assert audit.verify(session) == (before, None)


def page(house, email, path, *, follow=False):
    """A page as one of the team reads it: its elements, and as words."""
    manifest = house.settings.data / "manifest.json"
    manifest.write_text(json.dumps({PAGES: {"file": "built.js", "css": []}}))
    now = utc_now()
    with house.db.reading() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
    client = create_app(house, manifest=manifest).test_client()
    with client.session_transaction() as cookie:
        SignIn(person.id, session_version=person.session_version, issued=now, seen=now).write(cookie)
    answer = client.get(path, follow_redirects=follow)
    assert answer.status_code == 200
    return answer.text, " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_inbox_says_complete_only_of_what_waits_for_the_team(house, session):
    team = As(session, COORDINATOR).team
    _, words = page(house, COORDINATOR, f"/teams/{team.id}/referrals/")
    waiting, rest = words.split("Returned, and waiting for whoever referred (2)")
    assert waiting.count("Complete") == len(referred.WAITING) + 1
    assert "Complete" not in rest
    assert referred.RETURNED_WHY in rest


def test_a_referral_is_offered_a_meeting_whose_list_is_open(house, session, when):
    me = As(session, COORDINATOR)
    waits = referrals.of_team(session, me.by, me.team.id, [states.SENT])[0]
    text, _ = page(house, COORDINATOR, f"/referrals/{waits.id}/")
    (chosen,) = re.findall(r'<option value="([0-9a-f]{32})" selected', text)
    assert "(list locked)" in text
    assert chosen == next(one.id for one in referrals.meetings_ahead(session, me.team.id) if one.locked_at is None)


def test_at_the_sign_off_it_is_said_why_a_case_has_no_outcome(house, session, when):
    me = As(session, CHAIR)
    _, words = page(house, CHAIR, f"/meetings/{me.meeting(when.last)[0].id}/sign-off/")
    assert "FAIRCLOUGH-O&#39;DONNELL, Thomas Aloysius deferred" in words


def test_one_name_and_an_unknown_birthday_are_read_as_what_they_are(house, session, when):
    me = As(session, CHAIR)
    _, words = page(house, CHAIR, f"/meetings/{me.meeting(when.coming)[0].id}")
    assert "SUHARTO Born 08-Jun-1959" in words
    assert "TEKLE, Meron Born not known Female" in words
    for key in ("suharto", "meron"):
        case = me.line(when.coming, key).case
        for path in ("", "triage/", "pathway/", "move/", "outcome/", "follow-through/"):
            page(house, CHAIR, f"/cases/{case.id}/{path}")
        drawn = json.loads(page(house, CHAIR, f"/imaging/cases/{case.id}.json")[0])["patient"]
        assert (drawn["given"], drawn["born"]) == (("", "1959-06-08") if key == "suharto" else ("Meron", None))


def test_a_complete_draft_says_that_it_waits_for_a_check_and_where(house, session, when):
    me = As(session, NURSE)
    case = me.line(when.last, "leszek").case
    text, words = page(house, NURSE, f"/cases/{case.id}/outcome/")
    assert "somebody who did not type it is to check it before the chair signs. Check the outcomes" in words
    assert f'href="/meetings/{case.meeting_id}/sign-off/#case-{case.id}"' in text


def test_a_referrer_is_not_told_of_a_discussion_where_a_standard_of_care_answered(house, session):
    mine = referrals.mine(session, As(session, REFERRER).by)
    told = {one.patient.family: standing.steps(one, referrals.current_case(session, one)) for one in mine}
    assert "Standard of care" in [step.label for step in told["BUTTERWORTH"]]
    assert "Discussed" not in [step.label for step in told["BUTTERWORTH"]]
    assert "Discussed" in [step.label for step in told["HOLLINGWORTH"]]


def test_who_only_refers_comes_in_at_their_referrals(house):
    assert page(house, REFERRER, "/", follow=True)[1].startswith("Referrals – Cancer MDT")
    assert page(house, NURSE, "/", follow=True)[1].startswith("My meetings – Cancer MDT")


def test_everything_decided_was_referred_first():
    spoken = [one.who for meeting in (decided.LONG_AGO, decided.BEFORE, decided.LAST) for one in meeting]
    assert {*spoken, *decided.ON_STANDARD, decided.DEFERRED[0]} == set(referred.BEFORE)
