"""When lists close: working hours before a meeting, over nights, weekends and bank holidays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.core.clock import LONDON
from mdt.core.errors import Forbidden, Invalid
from mdt.core.versions import in_force
from mdt.meeting.actions import set_cut_off
from mdt.meeting.bank_holidays import bank_holidays, is_working_day
from mdt.meeting.cut_off import CutOff, Rule, before, of_meeting
from mdt.meeting.queries import cut_off_rules
from tests.unit.pages import seeded
from tests.unit.prepared import actor


def london(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("meeting", "hours", "closes"),
    [
        (london(2026, 11, 25, 12, 30), 0, london(2026, 11, 25, 12, 30)),
        (london(2026, 11, 25, 12, 30), 3, london(2026, 11, 25, 9, 30)),
        (london(2026, 11, 25, 12, 30), 16, london(2026, 11, 23, 12, 30)),
        (london(2026, 11, 23, 9, 0), 8, london(2026, 11, 20, 9, 0)),  # Monday: over the weekend
        (london(2026, 11, 25, 20, 0), 8, london(2026, 11, 25, 9, 0)),  # an evening is no working time
        (london(2026, 11, 25, 8, 0), 1, london(2026, 11, 24, 16, 0)),
        (london(2026, 12, 29, 10, 0), 8, london(2026, 12, 24, 10, 0)),  # Christmas, its weekend, Boxing Day on Monday
        (london(2026, 4, 7, 12, 0), 8, london(2026, 4, 2, 12, 0)),  # Good Friday to Easter Monday
        (london(2026, 3, 30, 9, 0), 8, london(2026, 3, 27, 9, 0)),  # the clocks went forward: still nine o'clock
        (london(2026, 11, 28, 10, 0), 8, london(2026, 11, 27, 9, 0)),  # a Saturday meeting
    ],
)
def test_working_hours_are_counted_back_by_the_clock_in_london(meeting, hours, closes):
    found = before(meeting.astimezone(UTC), hours)
    assert found == closes
    assert found.utcoffset() == timedelta(0)


@given(st.datetimes(datetime(2021, 1, 1), datetime(2030, 12, 31)), st.integers(1, 80), st.integers(1, 80))
def test_more_hours_close_earlier_and_always_in_working_time(moment, hours, more):
    meeting = moment.replace(tzinfo=UTC)
    closes = before(meeting, hours)
    assert before(meeting, hours + more) < closes < meeting
    local = closes.astimezone(LONDON)
    assert is_working_day(local.date())
    assert 9 <= local.hour < 17 or (local.hour, local.minute) == (17, 0)


@pytest.mark.parametrize(
    ("year", "days"),
    [  # as gov.uk lists them
        (2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
        (2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
        (2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
        (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
        (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
        (2028, "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"),
    ],
)
def test_bank_holidays_of_england(year, days):
    assert " ".join(f"{day:%m-%d}" for day in sorted(bank_holidays(year))) == days


def test_the_newest_rule_that_has_begun_holds_and_a_lock_goes_before_it():
    rules = [Rule(date(2027, 1, 1), 40), Rule(date(2026, 6, 1), 8), Rule(date(2026, 1, 1), 16)]
    assert in_force(rules, date(2026, 5, 31)) == rules[2]
    assert in_force(rules, date(2026, 6, 1)) == rules[1]
    assert in_force(rules, date(2025, 12, 31)) is None
    starts, locked = london(2026, 11, 25, 12, 30), london(2026, 11, 24, 16, 5)
    assert of_meeting(starts, None, rules) == CutOff(london(2026, 11, 24, 12, 30))
    assert of_meeting(starts, locked, rules) == CutOff(locked, locked=True)
    assert of_meeting(starts, None, []) is None


def test_a_cut_off_is_set_for_days_to_come_by_those_who_may(tmp_path):
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    with seeded(tmp_path) as made, made.house.db.writing() as session:
        team, chair = made.teams["lung"], actor(session, made, "chair")
        for starts, hours in ((date(2026, 11, 24), 16), (date(2026, 12, 1), 24), (date(2026, 12, 1), 20)):
            now += timedelta(minutes=1)
            set_cut_off(session, by=chair, team_id=team, starts=starts, working_hours=hours, now=now)
        kept = cut_off_rules(session, [team])[team]
        assert [(rule.starts.day, rule.working_hours) for rule in kept] == [(1, 20), (1, 24), (24, 16)]
        for starts, hours in ((date(2026, 11, 23), 16), (date(2026, 11, 25), 81), (date(2026, 11, 25), -1)):
            with pytest.raises(Invalid):
                set_cut_off(session, by=chair, team_id=team, starts=starts, working_hours=hours, now=now)
        with pytest.raises(Forbidden):
            member = actor(session, made, "member")
            set_cut_off(session, by=member, team_id=team, starts=date(2026, 12, 2), working_hours=8, now=now)
