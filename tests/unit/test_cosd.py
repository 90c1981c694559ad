"""COSD: one section for every listing, in the right codes, and every rule that a record does not keep named."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Forbidden, Invalid
from mdt.cosd import actions, queries, sections
from mdt.cosd.codes import MEETING_TYPES
from mdt.cosd.sections import RULES, Section, problems
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving.models import Transfer
from mdt.outcome.models import Outcome
from mdt.people.models import Team
from tests.unit.pages import seeded
from tests.unit.prepared import actor
from tests.unit.test_pages_stories import words

TODAY = date(2026, 11, 28)
DAY = "2026-11-24"
GOOD = Section(
    case_id="c",
    nhs_number="9990000018",
    nhs_status="01",
    day=date(2026, 11, 24),
    values={"CR8110": "1", "CR3080": DAY, "CR3090": "R0A02", "CR3190": "0801", "CR0430": DAY, "CR0460": "C"},
    treatments=("03", "01"),
    plan=True,
)


def but(**changes):
    """The good record with some items else; an empty one is left out."""
    values = {item: value for item, value in (GOOD.values | changes).items() if value}
    return replace(GOOD, values=values)


def test_a_good_record_keeps_every_rule():
    assert problems(GOOD, TODAY) == ()
    no_plan = replace(GOOD, plan=False, treatments=(), values={**GOOD.values, "CR0430": "", "CR0460": ""})
    assert problems(no_plan, TODAY) == ()
    none = replace(but(CR0460="X", CR0490="02"), treatments=("11", "05"))
    assert problems(none, TODAY) == ()
    assert problems(replace(no_plan, values={**no_plan.values, "CR8110": "", "CR8100": "1"}), TODAY) == ()


BROKEN = [
    (replace(GOOD, nhs_number="9990000019"), "CR0010"),
    (replace(GOOD, nhs_status="09"), "CR1350"),
    (but(CR8100="1"), "CR8110"),
    (but(CR8110=""), "CR8110"),
    (but(CR8110="", CR8100="3"), "CR8100"),
    (but(CR8110="4"), "CR8110"),
    (replace(GOOD, day=TODAY + timedelta(1)), "CR3080"),
    (but(CR3090="R0A"), "CR3090"),
    (but(CR3190="0800"), "CR3190"),
    (replace(GOOD, undecided=True), "CR0430"),
    (replace(GOOD, plan=False), "CR0430"),
    (but(CR0430=""), "CR0430"),
    (but(CR0430="2026-11-25"), "CR0430"),
    (but(CR0460=""), "CR0460"),
    (replace(GOOD, treatments=()), "CR0470"),
    (replace(GOOD, treatments=("08",)), "CR0470"),
    (replace(GOOD, treatments=("01", "01")), "CR0470"),
    (replace(GOOD, treatments=("11",)), "CR0470"),
    (but(CR0460="X"), "CR0490"),
    (but(CR0490="01"), "CR0490"),
]


@pytest.mark.parametrize(("record", "item"), BROKEN)
def test_a_broken_record_names_the_item_and_its_rule(record, item):
    found = problems(record, TODAY)
    assert item in {one.item for one in found}
    assert all(one.rule.endswith(".") for one in found)


def test_every_rule_is_broken_by_some_record():
    broken = {one for record, _ in BROKEN for one in problems(record, TODAY)}
    assert {(one.item, one.rule) for one in broken} == {(rule.item, rule.says) for rule in RULES}


def test_the_types_of_meeting_are_those_of_the_list():
    assert len(MEETING_TYPES) == 55
    assert all(code.isdigit() and len(code) == 4 and not code.endswith("00") for code in MEETING_TYPES)


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def of_lung(made, db, who="coordinator", first=None, last=None):
    today = in_london(utc_now()).date()
    first, last = first or today - timedelta(60), last or today
    by = actor(db, made, who)
    return [one.section for one in queries.of_team(db, by, made.teams["lung"], first=first, last=last, today=today)]


def test_each_listing_has_one_section_and_a_signed_plan_its_care_plan(made):
    today = in_london(utc_now()).date()
    with made.house.db.writing() as db:
        chair = actor(db, made, "chair")
        actions.set_site(
            db, by=chair, team_id=made.teams["lung"], starts=date(2020, 1, 1), site="r0a 02", now=utc_now()
        )
        db.execute(update(Case).where(Case.id == made.cases["signed"]).values(status="signed"))
    with made.house.db.reading() as db:
        found = {one.case_id: one for one in of_lung(made, db)}
        first = today - timedelta(60)
        lungs = select(Case.id, Meeting.starts_at).join(Case.meeting).where(Meeting.team_id == made.teams["lung"])
        assert set(found) == {case for case, at in db.execute(lungs) if first <= in_london(at).date() <= today}
        signed = found[made.cases["signed"]]
        form = db.scalars(select(Outcome.form).where(Outcome.case_id == made.cases["signed"])).one()
        assert signed.values["CR8110"] == "1"
        assert signed.values["CR3090"] == "R0A02"
        assert signed.values["CR0460"] == form["intent"]
        assert signed.values["CR0430"] == signed.values["CR3080"] == signed.day.isoformat()
        assert signed.treatments == tuple(one["code"] for one in form["treatments"])
        assert signed.problems == ()
        listed_only = found[made.cases["maria"]]
        assert (listed_only.values["CR8100"], "CR8110" in listed_only.values, listed_only.plan) == ("1", False, False)
        with pytest.raises(Forbidden):
            of_lung(made, db, "member")
        with pytest.raises(Invalid, match="before it begins"):
            of_lung(made, db, first=today, last=first)
        with pytest.raises(Invalid, match="a year at most"):
            of_lung(made, db, first=today - timedelta(500))


def test_a_case_that_another_trusts_team_took_over_was_discussed_there(made):
    with made.house.db.writing() as db:
        case = db.get_one(Case, made.cases["maria"])
        other = Team(name="Breast", mdt_type="0101", host_ods="RWJ")
        db.add(other)
        db.flush()
        db.add(Transfer(case_id=case.id, to_team_id=other.id, reason="Theirs", state="accepted", asked_name="x",
                        asked_at=utc_now()))  # fmt: skip
        case.status = "withdrawn"
        db.get_one(Case, made.cases["john"]).status = "withdrawn"
        db.flush()
        found = {one.case_id: one for one in of_lung(made, db)}
        assert found[case.id].values["CR8110"] == "3"
        assert made.cases["john"] not in found
        other.host_ods = case.meeting.team.host_ods
        db.flush()
        assert case.id not in {one.case_id for one in of_lung(made, db)}


def test_the_page_names_what_would_be_refused_and_the_files_say_the_same(made):
    client, team = made.signed_in("coordinator"), made.teams["lung"]
    today = in_london(utc_now()).date()
    period = f"?from={today - timedelta(60)}&to={today}"
    page = words(client.get(f"/teams/{team}/cosd/{period}").text)
    assert "CR3090" in page
    assert "would be refused" in page
    records = client.get(f"/teams/{team}/cosd/sections.json{period}").json["records"]
    rows = list(
        csv.DictReader(io.StringIO(client.get(f"/teams/{team}/cosd/sections.csv{period}").text.lstrip("\ufeff")))
    )
    assert len(records) == len(rows) > 1
    assert all("CR3090" in {one["item"] for one in record["problems"]} for record in records)
    assert [row["CR0010"] for row in rows] == [record["CR0010"] for record in records]
    planned = [record for record in records if "care_plan" in record]
    assert [list(filter(None, [row["CR0470.1"], row["CR0470.2"]])) for row in rows if row["CR0430"]] == [
        record["care_plan"]["CR0470"] for record in planned
    ]
    day = {"starts-day": "1", "starts-month": "1", "starts-year": "2020"}
    refused = client.post(f"/teams/{team}/cosd/", data=day | {"site": "R0A"})
    assert (refused.status_code, "five to nine letters" in refused.text) == (400, True)
    client.post(f"/teams/{team}/cosd/", data=day | {"site": "R0A02"})
    assert "CR3090" not in words(client.get(f"/teams/{team}/cosd/{period}").text)
    wrong = client.get(f"/teams/{team}/cosd/?from=yesterday&to=")
    assert (wrong.status_code, "Enter both days" in wrong.text) == (400, True)


def test_repeated_treatments_have_columns_of_their_own():
    heads = sections.columns([GOOD])
    assert heads[-3:] == ("CR0470.1", "CR0470.2", "CR0490")
    assert dict(zip(heads, sections.row(GOOD, heads), strict=True))["CR0470.2"] == "01"
