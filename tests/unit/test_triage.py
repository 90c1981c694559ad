"""A list is sorted; standards of care are written in versions; what they answer is ratified in one act or promoted."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from mdt.core import audit
from mdt.core.clock import in_london
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.meeting import actions, lines, queries
from mdt.meeting.moving import reasons
from mdt.meeting.triage import sorting, streams
from mdt.meeting.triage.models import Standard
from mdt.meeting.triage.queries import history, newest
from mdt.outcome import proforma, standards
from tests.unit.region import NOW, a_region

TODAY = in_london(NOW).date()
SAID = {
    "name": "Stable nodule",
    "criteria": "Solid, under 8 mm, unchanged for two years",
    "intent": "X",
    "treatments": ["11"],
    "no_treatment_reason": "10",
    "approved_by": "Lung pathway board",
    "approved_on": TODAY - timedelta(days=30),
    "review_on": TODAY + timedelta(days=300),
}


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def write(region, by="chair", standard_id=None, **changes):
    with region.db.writing() as session:
        said = {**SAID, **changes}
        return standards.write(session, by=region[by], team_id=region.team, standard_id=standard_id, now=NOW, **said)


def sort(region, case, stream="standard", by="member", seen=0, **said):
    with region.db.writing() as session:
        return sorting.sort(session, by=region[by], case_id=case.id, seen=seen, stream=stream, now=NOW, **said)


def promote(region, case, by="member", reason="She is frail"):
    with region.db.writing() as session:
        return sorting.promote(session, by=region[by], case_id=case.id, reason=reason, now=NOW)


def ratify(region, meeting, seen, by="chair"):
    with region.db.writing() as session:
        return sorting.ratify(session, by=region[by], meeting_id=meeting.id, seen=seen, now=NOW)


def open_meeting(region, meeting):
    with region.db.writing() as session:
        actions.open_meeting(session, by=region["chair"], meeting_id=meeting.id, now=NOW)


def statuses(region, meeting):
    with region.db.reading() as session:
        return [case.status for case in queries.meeting(session, region["observer"], meeting.id).cases]


def test_the_reasons_of_a_deferral_are_those_of_the_outcome():
    form = proforma.compose(proforma.newest(proforma.CORE).key)
    asked = {one.code: one.label for one in form.by_name["deferral_reason"].codes}
    assert asked == {code: reasons.LABELS[code] for code in reasons.DEFERRALS}


def test_only_a_ratified_standard_of_care_is_told_to_cosd_as_one():
    assert streams.discussion_type(ratified=True, elsewhere=False) == "2"
    assert streams.discussion_type(ratified=False, elsewhere=False) == "1"
    assert streams.discussion_type(ratified=False, elsewhere=True) == "3"


def test_what_changes_is_the_next_version_and_cases_stay_on_theirs(region):
    first = write(region)
    case = region.list_case(region.plan())
    sort(region, case, standard_version_id=first.id)
    second = write(region, standard_id=first.standard_id, criteria="Solid, under 6 mm")
    assert (second.number, second.standard_id) == (2, first.standard_id)
    with region.db.reading() as session:
        version = newest(session, [case.id])[case.id].version
        assert version is not None
        assert version.called == "Stable nodule, version 1"
        assert [one.id for one in standards.usable(session, region.team)] == [second.id]
    with pytest.raises(Invalid, match="newer version"):
        sort(region, case, seen=1, standard_version_id=first.id)


@pytest.mark.parametrize("statement", ["UPDATE standard_version SET criteria = 'all'", "DELETE FROM standard_version"])
def test_the_database_refuses_to_change_a_version(region, statement):
    write(region)
    with pytest.raises(DBAPIError, match="never changes"), region.db.writing() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Enter the name"),
        ({"criteria": ""}, "Enter the criteria"),
        ({"treatments": []}, "Choose what the standard"),
        ({"treatments": ["01", "01"]}, "each once"),
        ({"treatments": ["77"]}, "from the list"),
        ({"treatments": ["01"]}, "an active treatment is planned"),
        ({"intent": "C"}, "must be no active treatment"),
        ({"no_treatment_reason": ""}, "reason for no treatment"),
        ({"no_treatment_reason": "77"}, "reason for no treatment from the list"),
        ({"within": 0}, "1 to 60 working days"),
        ({"action": "x" * 301}, "300 characters"),
        ({"approved_on": TODAY + timedelta(days=1)}, "today or earlier"),
        ({"review_on": TODAY - timedelta(days=60)}, "review comes after"),
        ({"approved_by": ""}, "Enter who approved it"),
    ],
)
def test_a_standard_that_is_not_whole_is_refused_in_words(region, changes, sentence):
    with pytest.raises(Invalid, match=sentence):
        write(region, **changes)
    with region.db.reading() as session:
        assert session.scalars(select(Standard)).all() == []


def test_a_review_that_is_overdue_says_so(region):
    version = write(region, review_on=TODAY - timedelta(days=1))
    assert streams.overdue(version, TODAY)
    assert not streams.overdue(version, TODAY - timedelta(days=1))


def test_a_withdrawn_standard_takes_no_case_and_ratifies_none(region):
    version = write(region)
    meeting = region.plan()
    case = region.list_case(meeting)
    sort(region, case, standard_version_id=version.id)
    with region.db.writing() as session:
        standards.withdraw(
            session, by=region["chair"], team_id=region.team, standard_id=version.standard_id, why="New trial", now=NOW
        )
    open_meeting(region, meeting)
    with pytest.raises(Invalid, match="was withdrawn: New trial"):
        ratify(region, meeting, [f"{case.id} {version.id}"])
    other = region.list_case(meeting, 1)
    with pytest.raises(Invalid, match="was withdrawn"):
        sort(region, other, standard_version_id=version.id)


def test_a_case_that_is_not_ready_names_what_is_missing_and_who_brings_it(region):
    case = region.list_case(region.plan())
    with pytest.raises(Invalid, match="what is missing"):
        sort(region, case, "not-ready", owner="Dr Patel")
    with pytest.raises(Invalid, match="who is to bring it"):
        sort(region, case, "not-ready", missing="Histology")
    sort(region, case, "not-ready", missing="Histology.", owner="Dr Patel")
    sort(region, case, "full", seen=1, needs="Thoracic surgeon,  oncologist", kind="new")
    with region.db.reading() as session:
        kept = history(session, case.id)
        assert [(one.stream, one.missing, one.needs) for one in kept] == [
            ("not-ready", "Histology", []),
            ("full", "", ["Thoracic surgeon", "oncologist"]),
        ]


def test_who_saw_an_older_sorting_changes_nothing(region):
    case = region.list_case(region.plan())
    sort(region, case, "full")
    with pytest.raises(Stale):
        sort(region, case, "not-ready", missing="Histology", owner="Dr Patel")


def test_all_on_a_standard_are_ratified_in_one_act_in_the_meeting_by_the_chair(region):
    version, meeting = write(region), region.plan()
    cases = [region.list_case(meeting, number) for number in range(3)]
    for case in cases[:2]:
        sort(region, case, standard_version_id=version.id)
    seen = [f"{case.id} {version.id}" for case in cases[:2]]
    with pytest.raises(Invalid, match="in the meeting"):
        ratify(region, meeting, seen)
    open_meeting(region, meeting)
    with pytest.raises(Forbidden):
        ratify(region, meeting, seen, by="coordinator")
    with pytest.raises(Stale, match="not those you were shown"):
        ratify(region, meeting, seen[:1])
    assert statuses(region, meeting) == ["listed", "listed", "listed"]
    ratify(region, meeting, seen)
    assert statuses(region, meeting) == ["decided", "decided", "listed"]
    with region.db.reading() as session:
        written = select(audit.AuditEntry.patient_id).where(audit.AuditEntry.action == "case.ratified")
        assert set(session.scalars(written)) == {case.patient_id for case in cases[:2]}
        told = lines.of_meeting(session, queries.meeting(session, region["chair"], meeting.id), TODAY)
        word = told[cases[0].id].word
        assert word is not None
        assert word.by_name == "Dr Chair"
    with pytest.raises(Invalid, match="has ratified"):
        promote(region, cases[0])


def test_anybody_of_the_team_promotes_a_case_with_a_reason_and_then_it_is_discussed(region):
    version, meeting = write(region), region.plan()
    case = region.list_case(meeting)
    sort(region, case, standard_version_id=version.id)
    open_meeting(region, meeting)
    with pytest.raises(Invalid, match="not discussed"), region.db.writing() as session:
        actions.open_case(session, by=region["chair"], case_id=case.id, now=NOW)
    with pytest.raises(Invalid, match="Say why"):
        promote(region, case, reason=" ")
    with pytest.raises(NotFound):
        promote(region, case, by="outsider")
    promote(region, case)
    with pytest.raises(Invalid, match="nothing to promote"):
        promote(region, case)
    with pytest.raises(Invalid, match="No case of this meeting waits"):
        ratify(region, meeting, [])
    with region.db.writing() as session:
        assert actions.open_case(session, by=region["chair"], case_id=case.id, now=NOW).status == "live"
    with region.db.reading() as session:
        told = lines.of_meeting(session, queries.meeting(session, region["chair"], meeting.id), TODAY)
        assert told[case.id].notes == ["Promoted to full discussion by Dr Member: She is frail"]


def test_a_case_that_was_discussed_is_not_sorted_any_more(region):
    case = region.open_first_case()
    with pytest.raises(Invalid, match="has been discussed"):
        sort(region, case, "full")


def test_how_long_a_case_was_discussed_is_added_up(region):
    case = region.open_first_case()
    second = region.list_case(case.meeting, 1)
    for at, which in ((3, second), (5, case), (9, second)):
        with region.db.writing() as session:
            actions.open_case(session, by=region["chair"], case_id=which.id, now=NOW + timedelta(minutes=at))
    with region.db.reading() as session:
        cases = queries.meeting(session, region["chair"], case.meeting_id).cases
        assert [one.discussed_seconds for one in cases] == [(3 + 4) * 60, 2 * 60]
