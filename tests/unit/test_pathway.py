"""A pathway's clocks: what starts and stops each, on which day they stand, and that a recommendation stops none."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from mdt.core.clock import in_london
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.meeting.models import Case
from mdt.meeting.pathway import actions, queries
from mdt.meeting.pathway.clock import Adjustment, Dates, Kind, Standard, clocks, most_pressing
from mdt.meeting.pathway.models import PathwayChange
from tests.unit.region import NOW, a_region

DAY_0 = date(2026, 10, 5)
TODAY = in_london(NOW).date()


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def by_standard(dates: Dates, today: date = TODAY) -> dict[str, str]:
    return {one.standard.value: one.say(today) for one in clocks(dates, today)}


def test_an_urgent_referral_starts_28_and_62_from_its_receipt_which_is_day_0():
    assert by_standard(Dates(Kind.URGENT, received=DAY_0), DAY_0 + timedelta(days=20)) == {
        "28": "Day 20 of 28, breach date 02-Nov-2026, 8 days left",
        "62": "Day 20 of 62, breach date 06-Dec-2026, 42 days left",
    }


@pytest.mark.parametrize(
    ("kind", "started"),
    [
        (Kind.URGENT, {"28", "62"}),
        (Kind.SCREENING, {"28", "62"}),
        (Kind.BREAST, {"28", "62"}),
        (Kind.ROUTINE, set()),
        (Kind.RETURNED, set()),
    ],
)
def test_the_receipt_starts_clocks_only_of_those_kinds(kind, started):
    assert {one.standard.value for one in clocks(Dates(kind, received=DAY_0), TODAY)} == started


def test_an_upgrade_starts_the_62_days_of_a_referral_that_did_not_and_moves_no_other_start():
    upgraded = DAY_0 + timedelta(days=10)
    [one] = clocks(Dates(Kind.ROUTINE, received=DAY_0, upgraded=upgraded), TODAY)
    assert (one.standard, one.started, one.started_by) == (Standard.REFERRAL, upgraded, "consultant upgrade")
    urgent = clocks(Dates(Kind.URGENT, received=DAY_0, upgraded=upgraded), TODAY)
    assert {one.started for one in urgent} == {DAY_0}


def test_the_decision_to_treat_starts_31_unless_another_earliest_date_was_agreed():
    decided = DAY_0 + timedelta(days=5)
    assert by_standard(Dates(Kind.RETURNED, decided=decided), decided) == {
        "31": "Day 0 of 31, breach date 10-Nov-2026, 31 days left"
    }
    later = decided + timedelta(days=14)
    [one] = clocks(Dates(Kind.RETURNED, decided=decided, ecad=later), later)
    assert one.started == later
    assert clocks(Dates(Kind.RETURNED, decided=decided, ecad=later), decided) == ()


def test_each_clock_stops_by_its_own_date_and_no_other():
    told, treated = DAY_0 + timedelta(days=28), DAY_0 + timedelta(days=63)
    dates = Dates(Kind.URGENT, received=DAY_0, told=told, decided=told, treated=treated)
    found = {one.standard: one for one in clocks(dates, treated)}
    assert {standard.value: (one.day, one.stopped, one.met) for standard, one in found.items()} == {
        "28": (28, told, True),
        "31": (35, treated, False),
        "62": (63, treated, False),
    }


def test_the_day_after_the_breach_date_has_breached_and_the_breach_date_has_not():
    dates = Dates(Kind.URGENT, received=DAY_0, told=DAY_0)
    last = DAY_0 + timedelta(days=62)
    assert by_standard(dates, last)["62"] == "Day 62 of 62, breach date 06-Dec-2026, today"
    after = by_standard(dates, last + timedelta(days=1))["62"]
    assert after == "Day 63 of 62, breached: the last day was 06-Dec-2026, 1 day ago"


def test_a_pathway_that_ended_stops_counting_and_neither_meets_nor_breaches():
    ended = DAY_0 + timedelta(days=70)
    [_, one] = clocks(Dates(Kind.URGENT, received=DAY_0, told=DAY_0, ended=ended), TODAY + timedelta(days=300))
    assert (one.day, one.met, one.breached(TODAY + timedelta(days=300)), one.running) == (70, None, False, False)


def test_days_that_the_tracking_list_took_off_move_only_that_clocks_breach_date():
    off = (Adjustment(Standard.REFERRAL, 7),)
    plain, less = (clocks(Dates(Kind.URGENT, received=DAY_0, adjustments=some), TODAY) for some in ((), off))
    assert less[0] == plain[0]
    assert (less[1].breach - plain[1].breach).days == 7
    assert plain[1].day - less[1].day == 7


def test_the_most_pressing_clock_has_the_least_days_left():
    dates = Dates(Kind.URGENT, received=DAY_0, told=DAY_0 + timedelta(days=3), decided=DAY_0 + timedelta(days=3))
    pressing = most_pressing(clocks(dates, TODAY), TODAY)
    assert pressing is not None
    assert pressing.standard == Standard.TREATMENT
    assert most_pressing((), TODAY) is None


days = st.integers(0, 200).map(lambda n: DAY_0 + timedelta(days=n))


@given(st.sampled_from(Kind), days, st.none() | days, st.none() | days, st.none() | days, days)
def test_law_days_left_and_days_gone_always_add_up_to_the_standard(kind, received, upgraded, told, decided, today):
    for one in clocks(Dates(kind, received, upgraded, told, decided), today):
        if one.running:
            assert one.day + one.left(today) == one.standard.days
            assert one.breached(today) == (one.day > one.standard.days)


def set_dates(region, case, version=0, by="coordinator", **values):
    with region.db.writing() as session:
        return actions.set_of_case(
            session, by=region[by], case_id=case.id, version=version, values=values, now=NOW
        ).version


def test_dates_are_kept_apart_with_who_set_each_and_what_was_there_before(region):
    case = region.list_case(region.plan())
    assert set_dates(region, case, kind="urgent", received=DAY_0, holder_ods="RMC") == 1
    assert set_dates(region, case, 1, by="member", upgraded=DAY_0 + timedelta(days=3), received=DAY_0) == 2
    with region.db.reading() as session:
        kept = session.scalars(select(PathwayChange).where(PathwayChange.version == 2)).all()
        assert [(one.field, one.before, one.after, one.by_name) for one in kept] == [
            ("upgraded", "", "2026-10-08", "Dr Member")
        ]
        waiting = queries.of_cases(session, [session.get(Case, case.id)], TODAY)[case.id]
        assert waiting.pressing is not None
        assert waiting.pressing.say(TODAY) == "Day 50 of 28, breached: the last day was 02-Nov-2026, 22 days ago"


def test_who_saw_older_dates_saves_nothing(region):
    case = region.list_case(region.plan())
    set_dates(region, case, kind="urgent", received=DAY_0)
    with pytest.raises(Stale, match="nothing was saved"):
        set_dates(region, case, 0, received=DAY_0 + timedelta(days=1))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"received": TODAY + timedelta(days=1)}, "cannot lie in the future"),
        ({"received": DAY_0, "told": DAY_0 - timedelta(days=1)}, "cannot lie before referral received"),
        ({"decided": DAY_0, "treated": DAY_0 - timedelta(days=1)}, "cannot lie before decision to treat"),
        ({"ended": DAY_0}, "Say why the pathway ended"),
        ({"ended_why": "died"}, "on which day"),
        ({"kind": "two-week"}, "choose one of"),
        ({"holder_ods": "XXX"}, "no trust with that code"),
        ({"mdt_date": DAY_0}, "no field called"),
        ({"received": date(1999, 1, 1)}, "more than ten years ago"),
    ],
)
def test_dates_that_make_no_sense_are_refused_in_words_and_nothing_is_kept(region, values, sentence):
    case = region.list_case(region.plan())
    with pytest.raises(Invalid, match=sentence):
        set_dates(region, case, **values)
    with region.db.reading() as session:
        assert session.get(Case, case.id).pathway_id is None
        assert session.scalars(select(PathwayChange)).all() == []


def test_only_those_of_the_team_who_work_with_the_dates_set_them(region):
    case = region.list_case(region.plan())
    with pytest.raises(Forbidden):
        set_dates(region, case, by="observer", received=DAY_0)
    with pytest.raises(NotFound):
        set_dates(region, case, by="outsider", received=DAY_0)


def test_a_new_listing_is_on_the_only_pathway_that_is_open(region):
    first = region.list_case(region.plan())
    set_dates(region, first, kind="urgent", received=DAY_0)
    again = region.list_case(region.plan())
    with region.db.reading() as session:
        assert session.get(Case, again.id).pathway_id == session.get(Case, first.id).pathway_id
    set_dates(region, again, 1, treated=DAY_0 + timedelta(days=9))
    with region.db.reading() as session:
        assert queries.open_of_patient(session, first.patient_id) is None
