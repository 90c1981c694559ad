"""Meetings that recur: on which days, over bank holidays and skipped days, made ahead once and only once."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from mdt.core.clock import in_london
from mdt.core.errors import Forbidden, Invalid
from mdt.meeting.models import Meeting
from mdt.meeting.series import actions, rule
from tests.unit.region import NOW, a_region

TODAY = in_london(NOW).date()  # Tuesday 24 November 2026
TUESDAY = date(2026, 12, 1)


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def do(region, act, by="coordinator", now=NOW, **said):
    with region.db.writing() as session:
        return act(session, by=region[by], now=now, **said)


def begin(region, **said):
    said = {"starts": TUESDAY, "every_weeks": 1, "at": time(9, 30), **said}
    return do(region, actions.begin, team_id=region.team, **said)


def starts(region):
    with region.db.reading() as session:
        return [in_london(at) for at in session.scalars(select(Meeting.starts_at).order_by(Meeting.starts_at))]


def test_every_two_weeks_without_bank_holidays_and_skipped_days_and_the_pace_is_kept():
    found = rule.days(date(2026, 12, 11), 2, first=date(2026, 12, 1), last=date(2027, 2, 1), skipped={date(2027, 1, 8)})
    assert [(one.day, one.state) for one in found] == [
        (date(2026, 12, 11), "meets"),
        (date(2026, 12, 25), "bank holiday"),
        (date(2027, 1, 8), "skipped"),
        (date(2027, 1, 22), "meets"),
    ]


@given(st.integers(1, 4), st.integers(0, 400), st.integers(0, 120))
def test_law_the_days_of_a_window_are_those_of_the_whole_series_in_it(weeks, after, length):
    first = TUESDAY + timedelta(days=after)
    last = first + timedelta(days=length)
    whole = [one for one in rule.days(TUESDAY, weeks, first=TUESDAY, last=last) if one.day >= first]
    assert list(rule.days(TUESDAY, weeks, first=first, last=last)) == whole


def test_half_past_nine_stays_so_when_the_clocks_change():
    summer, winter = (rule.begins(date(2026, 10, day), time(9, 30)) for day in (20, 27))
    assert (in_london(summer).hour, in_london(winter).hour) == (9, 9)
    assert (winter.timestamp() - summer.timestamp()) / 3600 == 7 * 24 + 1


def test_meetings_are_made_twelve_weeks_ahead_and_not_twice(region):
    series = begin(region, place="Seminar room 2", planned_minutes=90)
    made = starts(region)
    assert len(made) == 12
    assert {(one.strftime("%A %H:%M")) for one in made} == {"Tuesday 09:30"}
    assert made[0].date() == TUESDAY
    assert do(region, actions.make_ahead) == []
    later = do(region, actions.make_ahead, now=NOW + timedelta(weeks=2))
    assert [(one.series_id, one.planned_minutes, one.place) for one in later] == [(series.id, 90, "Seminar room 2")] * 2


def test_a_day_is_skipped_with_a_reason_before_its_meeting_is_made(region):
    series = begin(region, starts=TUESDAY + timedelta(weeks=20))
    day = {"team_id": region.team, "series_id": series.id, "reason": "Audit day"}
    with pytest.raises(Invalid, match="does not come to that day"):
        do(region, actions.skip, day=TUESDAY + timedelta(weeks=20, days=1), **day)
    with pytest.raises(Invalid, match="Say why"):
        do(region, actions.skip, day=TUESDAY + timedelta(weeks=21), **{**day, "reason": ""})
    do(region, actions.skip, day=TUESDAY + timedelta(weeks=21), **day)
    made = do(region, actions.make_ahead, now=NOW + timedelta(weeks=18))
    assert TUESDAY + timedelta(weeks=21) not in {one.series_day for one in made}
    with pytest.raises(Invalid, match="planned already"):
        do(region, actions.skip, day=TUESDAY + timedelta(weeks=22), **day)


def test_an_ended_series_makes_no_more_and_what_is_planned_stays(region):
    series = begin(region)
    do(region, actions.end, team_id=region.team, series_id=series.id, last=TODAY + timedelta(days=9))
    assert do(region, actions.make_ahead, now=NOW + timedelta(weeks=5)) == []
    assert len(starts(region)) == 12


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"starts": TODAY - timedelta(days=1)}, "today or later"),
        ({"every_weeks": 0}, "how often"),
        ({"ends": TODAY}, "end before it starts"),
        ({"planned_minutes": 1}, "from 5 minutes"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(region, said, sentence):
    with pytest.raises(Invalid, match=sentence):
        begin(region, **said)
    assert starts(region) == []


def test_only_who_plans_meetings_begins_a_series(region):
    with pytest.raises(Forbidden):
        do(region, actions.begin, by="member", team_id=region.team, starts=TUESDAY, every_weeks=1, at=time(9))
