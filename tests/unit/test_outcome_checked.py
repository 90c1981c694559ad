"""Typed by one, checked by another, signed by the chair: what each is told, what undoes a check, what policies ask."""

from datetime import date, timedelta

import pytest

from mdt.core.errors import Forbidden, Invalid, Stale
from mdt.live.models import Event
from mdt.meeting import actions as meetings
from mdt.meeting.bank_holidays import working_days_after
from mdt.meeting.models import Case
from mdt.outcome import actions, checklist, differences, happened, messages, proforma, queries, suggestions
from mdt.outcome import team_proformas as teams
from mdt.outcome.checklist import Shown
from mdt.outcome.models import Outcome
from mdt.outcome.state import as_state
from tests.unit.region import NOW, a_region
from tests.unit.test_outcome import bound, sign, type_all, type_in

LUNG = {
    "ps": "1", "histology": "adeno", "staged": "yes", "ct": "T2a", "cn": "N0", "cm": "M0", "edition": "9",
    "fev1_pc": 78, "trial": "none",
}  # fmt: skip


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


@pytest.fixture
def case(region):
    return region.open_first_case()


def check(region, case, revision, by="member", version=1):
    with region.db.writing() as session:
        return actions.check(session, by=region[by], binding=bound(case, version), revision=revision, now=NOW)


def choose(region, **what):
    with region.db.writing() as session:
        return teams.choose(
            session, by=region["chair"], team_id=region.team, starts=NOW.date(), block="lung-1", now=NOW, **what
        )


def status(region, case) -> str:
    with region.db.reading() as session:
        return session.get_one(Case, case.id).reached


def test_whoever_typed_nothing_of_it_checks_it_and_typing_again_undoes_that(region, case):
    outcome = type_all(region, case)
    with pytest.raises(Invalid, match="somebody else must check it"):
        check(region, case, outcome.revision, by="coordinator")
    with pytest.raises(Forbidden):
        check(region, case, outcome.revision, by="observer")
    with pytest.raises(Stale, match="changed since you read it"):
        check(region, case, outcome.revision - 1)
    checked = check(region, case, outcome.revision)
    assert as_state(checked)["checked"]["name"] == "Dr Member"
    assert status(region, case) == "checked"
    again = type_in(region, case, "rationale", "Fitter.", revision=99)
    assert not again.is_checked
    assert "checked" not in as_state(again)
    assert status(region, case) == "decided"


def test_what_is_incomplete_or_signed_is_not_checked(region, case):
    with pytest.raises(Invalid, match="nothing to check"):
        check(region, case, 0)
    outcome = type_in(region, case, "decision", "recommend")
    with pytest.raises(Invalid, match=r"not ready to be checked\. Choose the intent"):
        check(region, case, outcome.revision)
    signed = sign(region, case, type_all(region, case).revision)
    with pytest.raises(Stale, match="already signed by Dr Chair"):
        check(region, case, signed.revision)


def test_a_team_may_ask_that_somebody_checks_before_the_chair_signs(region, case):
    choose(region, needs_check=True)
    outcome = type_all(region, case, **LUNG)
    with pytest.raises(Invalid, match="did not type this outcome checks it"):
        sign(region, case, outcome.revision)
    check(region, case, outcome.revision)
    assert sign(region, case, outcome.revision).checked_name == "Dr Member"


def test_a_team_may_ask_for_the_whole_checklist(region, case):
    choose(region, checklist_blocks=True)
    outcome = type_all(region, case, **LUNG)
    body = {"case": case.id, "patient": case.patient_id, "version": 1, "revision": outcome.revision}
    what = {"by": region["chair"], "meeting_id": case.meeting_id, "kind": messages.SIGN, "now": NOW}
    with pytest.raises(Invalid, match="Not touched yet: history, imaging shown"), region.db.writing() as session:
        messages.do(session, body=body, **what)
    outcome = type_in(region, case, "summary", "Cough since March.", revision=99)
    with region.db.writing() as session:
        session.add(
            Event(
                meeting_id=case.meeting_id,
                seq=1,
                op="m",
                kind="mark.put",
                case_id=case.id,
                by_name="-",
                at=NOW,
                body={},
            )
        )
    with region.db.writing() as session:
        assert messages.do(session, body=body | {"revision": outcome.revision}, **what).is_signed


def test_the_checklist_ticks_what_happened():
    nothing = checklist.of({}, Shown())
    assert [item.name for item in checklist.unticked(nothing)] == [item.name for item in nothing]
    action = {"id": "x" * 8, "text": "Book", "owner": "Mr Jones", "due": None}
    form = {"ps": "1", "views_known": "not-known", "trial": "none", "decision": "recommend", "actions": [action]}
    everything = checklist.of(form, Shown(images=2, slides=1, documents=1))
    assert checklist.unticked(everything) == []
    assert [item.by for item in everything][1:3] == ["2 series shown", "1 slide shown"]


def test_an_outcome_stays_on_the_proforma_it_was_begun_on(region, case):
    before = type_in(region, case, "decision", "recommend")
    choose(region)
    assert type_all(region, case).proforma == before.proforma == proforma.FIRST
    with pytest.raises(Invalid, match="no field called 'ct'"):
        type_in(region, case, "ct", "T2a", revision=99)
    second = region.list_case(case.meeting, 1)
    with region.db.writing() as session:
        meetings.open_case(session, by=region["chair"], case_id=second.id, now=NOW)
    assert type_in(region, second, "ct", "T2a").proforma == "core-2+lung-1"


def test_a_teams_own_questions_are_asked_and_never_required(region, case):
    own = [{"name": "own_prehab", "schema": {"title": "Prehabilitation", "type": "string", "oneOf": [
        {"const": "referred", "title": "referred"}, {"const": "declined", "title": "declined"}],
        "x-told": "prehabilitation {}"}}]  # fmt: skip
    held = choose(region, extra=own)
    outcome = type_in(region, case, "own_prehab", "referred")
    assert outcome.proforma == f"core-2+lung-1+team-{held.id}"
    outcome = type_all(region, case, **LUNG)
    signed = sign(region, case, outcome.revision)
    with region.db.reading() as session:
        on = teams.by_key(session, signed.proforma)
    assert on.by_name["own_prehab"].block == teams.OWN
    with pytest.raises(Invalid, match="cannot begin in the past"), region.db.writing() as session:
        teams.choose(session, by=region["chair"], team_id=region.team, starts=date(2026, 11, 1), block="", now=NOW)
    with pytest.raises(Invalid, match="not described"):
        choose(region, extra=[{"name": "own_x", "schema": {"title": "X"}}])


def test_an_earlier_outcome_suggests_with_its_source_and_nothing_is_kept_until_accepted(region, case):
    choose(region)
    sign(region, case, type_all(region, case, **LUNG).revision)
    with region.db.writing() as session:
        later = meetings.plan(
            session, by=region["chair"], team_id=region.team, starts_at=NOW + timedelta(days=7), now=NOW
        )
    second = region.list_case(later)
    with region.db.reading() as session:
        found = suggestions.of_case(
            session, region["chair"], session.get_one(Case, second.id), proforma.compose("core-2", "lung-1")
        )
        elsewhere = suggestions.of_case(
            session, region["outsider"], session.get_one(Case, second.id), proforma.compose("core-2", "lung-1")
        )
        assert queries.newest(session, region["chair"], second.id) is None
    said = {one.field: one.value for one in found}
    assert said.items() >= {"histology": "adeno", "ct": "T2a", "ps": "1", "responsible": "Miss Patel"}.items()
    assert not {"decision", "intent", "treatments", "rationale", "actions", "tell_by"} & said.keys()
    assert {one.source for one in found} == {"Lung MDT, Tue 24 Nov 2026"}
    assert elsewhere == []


def test_what_an_amendment_changes_is_said_field_by_field():
    on = proforma.compose("core-2", "colorectal-1")
    found = differences.between(
        on, {"ct": "T3", "crm_mm": 2, "treatments": []},
        {"ct": "T4a", "crm_mm": 2, "treatments": [
            {"code": "02", "relation": "sequential"}, {"code": "01", "relation": "alternative"}]},
    )  # fmt: skip
    assert [(one.field.name, one.before, one.after) for one in found] == [
        ("ct", "T3", "T4a"),
        ("treatments", "", "External beam radiotherapy (not proton), or Surgery"),
    ]


def test_two_working_days_leave_bank_holidays_out():
    christmas = working_days_after(date(2026, 12, 23), 2)
    assert christmas == [date(2026, 12, 24), date(2026, 12, 29)]


def test_what_the_room_showed_is_read_from_its_own_log(region, case):
    with region.db.reading() as session:
        items = happened.checklist_of(session, region["chair"], case.id)
    assert not any(item.is_ticked for item in items)


def test_a_signature_asks_somebody_to_tell_the_patient(region, case):
    signed = sign(region, case, type_all(region, case).revision)
    with region.db.reading() as session:
        kept = session.get_one(Outcome, signed.id)
        assert [one.kind for one in kept.actions] == ["", "tell"]
        assert (kept.actions[1].owner, kept.actions[1].due) == ("CNS Shah", date(2026, 11, 26))
