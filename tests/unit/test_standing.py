"""What a case waits for besides its images: what is missing has its sentence and its owner, and a lock names it."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mdt.core.audit import AuditEntry
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid, Stale
from mdt.meeting import policies, queries
from mdt.meeting.places import coming
from mdt.meeting.quorum import Somebody
from mdt.meeting.triage import sorting
from mdt.preparation import aspects, locking, reports, standing
from mdt.record.models import Study
from tests.unit.pages import seeded
from tests.unit.prepared import actor

MEETS = date(2026, 11, 24)


@dataclass
class Seen:
    id: str
    modalities: list[str] = field(default_factory=lambda: ["CT"])
    study_date: date | None = MEETS - timedelta(days=20)
    description: str = "CT chest"
    accession: str = ""


def told(aspect):
    return [(lack.sentence, lack.owner) for lack in aspect.lacks]


def test_a_study_is_reported_by_what_came_with_it_by_a_paper_of_its_number_or_by_somebodys_word():
    studies = [
        Seen("with"), Seen("paper", accession="A7"), Seen("word"), Seen("none"),
        Seen("old", study_date=MEETS - timedelta(days=366)), Seen("doc", ["DOC"], accession="A7"),
    ]  # fmt: skip
    holds = dict.fromkeys(("with", "paper", "word", "none", "old"), "Bolton")
    named = {one.id: f"CT {one.id}" for one in studies}
    found = aspects.reports(studies, {"with", "doc"}, {"word": "Dr A"}, holds, meets=MEETS, names=named)
    assert told(found) == [("No report of CT none", "Bolton")]
    assert found.said == "3 of 4 studies of the last year reported"
    without = aspects.reports(studies, {"with"}, {}, holds, meets=MEETS, names=named)
    assert len(without.lacks) == 3


def test_pathology_is_a_result_for_each_specimen_with_its_number_and_date_or_a_report_that_is_here():
    rows = [
        {"number": "26H1", "date": "2026-11-12", "trust": "RMC", "result": ""},
        {"number": "", "date": "2026-11-12", "trust": "RMC", "result": "Adenocarcinoma"},
    ]
    found = aspects.pathology(rows, [], set(), {"RMC": "Bolton"}, needed=False)
    assert told(found) == [
        ("No result of specimen 26H1", "Bolton"),
        ("The number of a specimen without a number is missing", "whoever referred"),
    ]
    biopsy = Seen("doc", ["DOC"], description="CT guided lung biopsy report")
    slides = Seen("slides", ["SM"])
    here = aspects.pathology(rows[:1], [biopsy, slides], {"doc"}, {}, needed=True)
    assert (here.is_ready, here.said) == (True, "1 report; 1 study of slides")
    assert aspects.pathology([], [], set(), {}, needed=False).is_ready
    assert not aspects.pathology([], [Seen("ct")], {"ct"}, {}, needed=True).is_ready


def test_a_role_is_sure_once_enough_of_its_people_have_said_that_they_come():
    team = [
        Somebody("p", "Dr Patel", "Thoracic surgeon"),
        Somebody("o", "Dr Osei", "Clinical oncologist"),
        Somebody("l", "Dr Lee", "Medical oncologist"),
    ]
    roles = [
        {"name": name, "count": 1, "specialties": [name]} for name in ("Oncologist", "Thoracic surgeon", "Dietitian")
    ]
    silent = aspects.people(roles, team, {})
    assert told(silent) == [
        ("No oncologist has said that they come", "Dr Osei or Dr Lee"),
        ("No thoracic surgeon has said that they come", "Dr Patel"),
        ("The team has no dietitian", "the chair"),
    ]
    asked = aspects.people(roles[:2], team, {"p": False, "l": True})
    assert (told(asked), asked.said) == ([("No thoracic surgeon comes", "the chair")], "Oncologist: Dr Lee")


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def stands(session, made):
    meeting = queries.meeting(session, actor(session, made, "chair"), made.meetings["today"])
    return standing.of_meeting(session, meeting, utc_now())


def lacks(session, made, who, name):
    (found,) = (one for one in stands(session, made).cases[made.cases[who]] if one.name == name)
    return told(found)


def test_a_report_that_came_or_is_spoken_for_is_missing_no_more_and_may_be_taken_back(made):
    case = made.cases["maria"]
    with made.house.db.writing() as session:
        (left,) = lacks(session, made, "maria", "reports")  # a PDF came with the other study
        assert left == ("No report of CT CHEST, 9 March 2026", "Manchester University")
        short = session.scalar(select(Study).where(Study.study_uid == "1.2.3.2"))
        by = {"by": actor(session, made, "coordinator"), "case_id": case, "now": utc_now()}
        with pytest.raises(Invalid, match="where the report was read"):
            reports.state(session, study_id=short.id, said=" ", **by)
        said = reports.state(session, study_id=short.id, said="On the PACS of Manchester: stable", **by)
        assert lacks(session, made, "maria", "reports") == []
        with pytest.raises(Stale):
            reports.state(session, study_id=short.id, said="Again", **by)
        reports.undo(session, report_id=said.id, **by)
        assert len(lacks(session, made, "maria", "reports")) == 1


def test_a_list_is_locked_knowing_who_has_not_said_that_they_come_and_by_whom_that_was_read(made):
    with made.house.db.writing() as session:
        chair, now = actor(session, made, "chair"), utc_now()
        roles = [{"name": "Radiologist", "count": 1, "specialties": ["radiologist"]}]
        policies.set_policy(
            session, by=chair, team_id=made.teams["lung"], starts=now.date(), roles=roles, blocks="nothing",
            records_views=True, clock_for_all=False, now=now,
        )  # fmt: skip
        sorting.sort(
            session, by=chair, case_id=made.cases["john"], seen=0, stream="full", needs="thoracic surgeon", now=now
        )
        meeting = made.meetings["today"]
    with made.house.db.writing() as session:
        assert told(stands(session, made).people) == [("No radiologist has said that they come", "Dr Dilys Hughes")]
        assert lacks(session, made, "john", "people") == [
            ("No thoracic surgeon has said that they come", "Mr Chandra Patel")
        ]
        imaging = locking.actions.lacking(session, by=chair, meeting_id=meeting, now=now)
        seen = [code for codes in imaging.values() for code in codes]
        with pytest.raises(Stale, match="Something else is missing"):
            locking.lock(session, by=chair, meeting_id=meeting, seen=seen, now=now)
        coming.expect(session, by=chair, meeting_id=meeting, person_id=made.people["presenter"], now=now)
        more = locking.codes(stands(session, made))
        assert "" not in more
        seen += [f"{case} {code}" for case, codes in more.items() for code in codes]
        locked = locking.lock(session, by=chair, meeting_id=meeting, seen=seen, now=now)
        johns = next(one["lacks"] for one in locked.locked_knowing if one["case"] == made.cases["john"])
        assert "No thoracic surgeon has said that they come (Mr Chandra Patel)" in johns
        entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "list.locked"))
        assert "people thoracic surgeon" in entry.detail["not_ready"][made.cases["john"]]
    page = made.signed_in("member").get(f"/meetings/{meeting}").text
    assert "It was locked knowing what is missing" in page
    assert "by Dr Amara Osei" in page
