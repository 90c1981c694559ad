"""Stories of preparing: scenes before the meeting, reviews, opinions that wait, what differs from a first report."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select, update

from mdt.core import audit
from mdt.core.actor import system
from mdt.core.audit import AuditEntry
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.imaging.models import Instance
from mdt.live.actions import keep
from mdt.live.queries import events_after, state_now
from mdt.meeting.models import Case, Meeting
from mdt.people.models import Person
from mdt.preparation import disciplines, discrepancies, evidence, feedback, opinions, policies, reviews, worklist
from mdt.preparation.visibility import may_read
from mdt.record.models import Link
from tests.room_stage import uid
from tests.unit.pages import seeded
from tests.unit.prepared import TOLD, actor, add_preparation, study

SERIES = "1.2.3.1.1"


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def pane(number: int = 0, series: str = SERIES) -> dict:
    return {
        "study": "1.2.3.1", "series": series, "sop": f"{series}.{number}", "frame": 1, "key": "e" * 32, "voi": None,
        "invert": False, "centre": None, "height": None, "width": None, "rotation": 0, "flip_h": False, "flip_v": False,
    }  # fmt: skip


class Room:
    """The room of today's meeting, which has not begun, and Maria's case in it."""

    def __init__(self, made):
        self.made, self.case, self.meeting = made, made.cases["maria"], made.meetings["today"]

    def send(self, who: str, kind: str, **body):
        with self.made.house.db.writing() as session:
            by, op = actor(session, self.made, who), uid(len(events_after(session, self.meeting, 0)) + 5000)
            return keep(
                session, by=by, meeting_id=self.meeting, op=op, kind=kind, body=body, now=utc_now(), client=uid(1)
            )

    def put(self, who: str, number: int, version: int = 1, panes=None, **more):
        panes = panes or [pane()]
        view = {"case": self.case, "layout": f"1x{len(panes)}", "active": 0, "panes": panes}
        scene = {"id": uid(number), "version": version, "view": view, "marks": [], "caption": f"Scene {number}"} | more
        return self.send(who, "scene.put", case=self.case, scene=scene)

    def scenes(self) -> list[dict]:
        with self.made.house.db.reading() as session:
            return state_now(session, self.meeting)[1]["cases"].get(self.case, {}).get("scenes", [])

    def problems(self) -> list[tuple[int, str]]:
        with self.made.house.db.reading() as session:
            scenes = self.scenes()
            now = evidence.of_views(session, self.made.patients["maria"], [scene["view"] for scene in scenes])
            found = (evidence.problems(scene, made) for scene, made in zip(scenes, now, strict=True))
            return [(one.pane, one.why) for each in found for one in each]


def test_scenes_are_kept_before_the_meeting_and_are_there_when_it_opens(made):
    room = Room(made)
    room.put("presenter", 1)
    room.put("presenter", 2, panes=[pane(1), None])
    room.put("member", 3)
    room.send("coordinator", "scene.order", case=room.case, order=[uid(3), uid(1), uid(2)])
    room.send("chair", "meeting.open")
    assert [scene["caption"] for scene in room.scenes()] == ["Scene 3", "Scene 1", "Scene 2"]
    assert room.scenes()[1]["author"]["name"] == "Dr Dilys Hughes"
    assert [len(scene["seen"]) for scene in room.scenes()] == [1, 1, 2]
    assert room.scenes()[2]["seen"][1] is None
    room.put("presenter", 1, version=2, caption="Better")
    assert [scene["caption"] for scene in room.scenes()] == ["Scene 3", "Better", "Scene 2"]
    room.send("chair", "scene.remove", case=room.case, id=uid(3), version=2)
    assert len(room.scenes()) == 2


def test_scenes_are_refused_in_words(made):
    room = Room(made)
    room.put("presenter", 1)
    room.put("member", 2)
    with pytest.raises(Forbidden, match="only they or the chair"):
        room.put("member", 1, version=2)
    room.put("chair", 1, version=2)
    assert room.scenes()[0]["edited"]["name"] == "Dr Amara Osei"
    with pytest.raises(Stale):
        room.put("presenter", 1, version=2)
    with pytest.raises(Stale):
        room.send("member", "scene.order", case=room.case, order=[uid(1)])
    with pytest.raises(Forbidden):
        room.put("observer", 9)
    with pytest.raises(Invalid, match="no image"):
        room.put("member", 9, panes=[None])
    with pytest.raises(NotFound, match="not among this patient"):
        room.put("member", 9, panes=[pane(series="1.2.3.4.1")])  # another patient's
    with pytest.raises(NotFound, match="not among this patient"):
        room.put("member", 9, panes=[pane() | {"series": "1.2.3.2.1"}])  # an image that is in another series
    view = {"case": made.cases["john"], "layout": "1x1", "active": 0, "panes": [pane()]}
    with pytest.raises(Invalid, match="another case"):
        room.put("member", 9, view=view)


def test_a_scene_whose_imaging_changed_or_went_says_so(made):
    room, db = Room(made), made.house.db
    room.put("presenter", 1, panes=[pane(0), pane(1)])
    assert room.problems() == []
    with db.writing() as session:
        session.execute(update(Instance).where(Instance.sop_uid == f"{SERIES}.1").values(sha256="f" * 64))
    assert room.problems() == [(1, evidence.CHANGED)]
    with db.writing() as session:
        session.execute(update(Link).where(Link.patient_id == made.patients["maria"]).values(status="never"))
    assert room.problems() == [(0, evidence.GONE), (1, evidence.GONE)]


def test_a_plane_is_of_its_whole_series(made):
    plane = {"kind": "plane", "study": "1.2.3.1", "series": SERIES, "fused": {"series": "1.2.3.2.1"}}
    view = {"panes": [plane, None]}
    with made.house.db.writing() as session:
        [[before, nothing]] = evidence.of_views(session, made.patients["maria"], [view])
        assert before is not None
        assert nothing is None
        session.execute(update(Instance).where(Instance.sop_uid == "1.2.3.2.1.2").values(sha256="f" * 64))
        [[after, _]] = evidence.of_views(session, made.patients["maria"], [view])
        assert after not in (None, before)
        assert evidence.of_views(session, made.patients["john"], [view]) == [[None, None]]


def test_a_review_counts_for_its_case_until_it_is_taken_back_with_a_reason(made):
    case = made.cases["maria"]
    with made.house.db.writing() as session:
        by, surgeon, chair = (actor(session, made, who) for who in ("presenter", "member", "chair"))
        ids = [study(session, uid) for uid in ("1.2.3.1", "1.2.3.2")]
        with pytest.raises(Forbidden, match="radiologist"):
            reviews.review(session, by=surgeon, case_id=case, study_ids=ids, now=utc_now())
        with pytest.raises(NotFound):
            reviews.review(session, by=by, case_id=case, study_ids=[study(session, "1.2.3.4")], now=utc_now())
        (first,) = reviews.review(session, by=by, case_id=case, study_ids=ids[:1], now=utc_now())
        (second,) = reviews.review(session, by=by, case_id=case, study_ids=ids, now=utc_now())
        with pytest.raises(Stale):
            reviews.review(session, by=by, case_id=case, study_ids=ids, now=utc_now())
        assert set(reviews.in_force(session, [case])) == {(case, study_id) for study_id in ids}
        with pytest.raises(Invalid, match="reason"):
            reviews.undo(session, by=by, case_id=case, review_id=first.id, reason=" ", now=utc_now())
        with pytest.raises(Forbidden):
            reviews.undo(session, by=surgeon, case_id=case, review_id=first.id, reason="No.", now=utc_now())
        reviews.undo(session, by=chair, case_id=case, review_id=first.id, reason="The wrong study.", now=utc_now())
        assert set(reviews.in_force(session, [case])) == {(case, ids[1])}
        assert [row.id for row in reviews.undone(session, case)] == [first.id]
        kinds = [event["kind"] for event in events_after(session, made.meetings["today"], 0)]
        assert kinds == ["preparation.change"] * 3
    assert second.by_name == "Dr Dilys Hughes"


@pytest.mark.parametrize(("own", "takes_part", "hidden", "opened"), [*product((True, False), repeat=4)])
def test_whose_opinion_one_reads(own, takes_part, hidden, opened):
    found = may_read(own=own, takes_part=takes_part, hidden_until_opened=hidden, case_was_opened=opened)
    assert found == (own or (takes_part and (opened or not hidden)))


def test_opinions_wait_for_the_case_where_the_team_wants_that(made):
    case, today = made.cases["maria"], in_london(utc_now()).date()
    binding = opinions.Binding(made.meetings["today"], case, made.patients["maria"], version=1)

    def write(who, version=1, **typed):
        by = actor(session, made, who)
        with_version = replace(binding, version=version)
        return opinions.write(session, by=by, binding=with_version, discipline="surgery", typed=typed, now=utc_now())

    def read(who):
        found = opinions.read(session, actor(session, made, who), case)
        return [one.form["findings"] for one in found.opinions], found.hidden

    with made.house.db.writing() as session:
        by = actor(session, made, "coordinator")
        grades = [("1", "Minor"), ("2", "Major")]
        policies.set_policy(
            session, by=by, team_id=made.teams["lung"], starts=today, opinions_hidden=True, grades=grades, now=utc_now()
        )
        write("member", findings="Resectable.")
        with pytest.raises(Stale):
            write("member", findings="Twice.")
        write("member", version=2, findings="Resectable, I think.")
        with pytest.raises(Invalid, match="at least one"):
            write("chair", findings="  ")
        with pytest.raises(Forbidden):
            write("coordinator", findings="No.")
        assert read("member") == (["Resectable, I think."], 0)
        assert read("chair") == ([], 1)
        assert [one.version for one in opinions.own(session, actor(session, made, "member"), case)] == [2, 1]
        wrong = replace(binding, patient_id=made.patients["john"])
        with pytest.raises(Stale, match="another patient"):
            opinions.write(
                session, by=actor(session, made, "member"), binding=wrong, discipline="surgery", typed={}, now=utc_now()
            )
    room = Room(made)
    room.send("chair", "meeting.open")
    room.send("chair", "case.open", case=case)
    with made.house.db.writing() as session:
        assert read("chair") == (["Resectable, I think."], 0)
        assert read("observer") == ([], 1)
        with pytest.raises(Stale, match="no longer change"):
            write("member", version=3, findings="Late.")


def test_a_policy_starts_today_or_later_and_its_grades_are_the_teams_own(made):
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    today, team = now.date(), made.teams["lung"]
    with made.house.db.writing() as session:
        by = actor(session, made, "chair")

        def setting(starts, grades=(), hidden=False):
            policies.set_policy(
                session, by=by, team_id=team, starts=starts, opinions_hidden=hidden, grades=grades, now=now
            )

        setting(today, [("0", "Agreed"), ("3", "Changes treatment")])
        setting(today + timedelta(days=7), hidden=True)
        assert policies.on(session, team, today).grades == {"0": "Agreed", "3": "Changes treatment"}
        assert policies.on(session, team, today + timedelta(days=8)) == policies.Policy(opinions_hidden=True)
        assert policies.on(session, team, today - timedelta(days=1)) == policies.Policy()
        for starts, grades in (
            (today - timedelta(days=1), ()),
            (today, [("1", "")]),
            (today, [("1", "One"), ("1", "Other")]),
        ):
            with pytest.raises(Invalid):
                setting(starts, grades)


def test_what_differs_goes_to_the_trust_of_the_first_report_and_comes_back_acknowledged(made):
    prepared, now = add_preparation(made), utc_now()
    with made.house.db.writing() as session:
        chair, reader, surgeon = (actor(session, made, who) for who in ("chair", "presenter", "member"))
        told = discrepancies.Told(study_id=prepared.reviewed, **TOLD)
        with pytest.raises(Invalid, match="not been discussed"):
            discrepancies.flag(session, by=reader, case_id=made.cases["maria"], told=told, now=now)
        with pytest.raises(Forbidden):
            discrepancies.flag(session, by=surgeon, case_id=made.cases["signed"], told=told, now=now)
        with pytest.raises(Invalid, match="patient"):
            wrong = replace(told, significance="")
            discrepancies.flag(session, by=chair, case_id=made.cases["signed"], told=wrong, now=now)
        assert [row.id for row in feedback.for_me(session, reader)] == [prepared.feedback]  # she reads at The Christie
        assert [row.id for row in feedback.of_my_teams(session, chair)] == [prepared.feedback]
        assert feedback.for_me(session, surgeon) == feedback.of_my_teams(session, surgeon) == []
        session.get_one(Person, made.people["presenter"]).specialty = "Pathologist"
        assert feedback.for_me(session, reader) == []
        session.get_one(Person, made.people["presenter"]).specialty = "Radiologist"
        with pytest.raises(NotFound):
            feedback.acknowledge(session, by=chair, feedback_id=prepared.feedback, reply="", now=now)
        with pytest.raises(Forbidden):
            feedback.mark_sent(session, by=chair, feedback_id=prepared.feedback, now=now)
        assert feedback.mark_sent(session, by=system("outbox"), feedback_id=prepared.feedback, now=now).status == "sent"
        row = feedback.acknowledge(session, by=reader, feedback_id=prepared.feedback, reply="Seen, thank you.", now=now)
        assert (row.status, row.reply, row.acknowledged_name) == ("acknowledged", "Seen, thank you.", reader.name)
        with pytest.raises(Stale):
            feedback.acknowledge(session, by=reader, feedback_id=prepared.feedback, reply="", now=now)
        with pytest.raises(Stale):
            discrepancies.withdraw(
                session,
                by=reader,
                case_id=made.cases["signed"],
                discrepancy_id=prepared.discrepancy,
                reason="x",
                now=now,
            )
        assert audit.verify(session)[1] is None
        written = [json.dumps(entry.detail) for entry in session.scalars(select(AuditEntry))]
        assert not any("nodule" in text or "thank you" in text for text in written)  # no clinical words in the audit


def test_every_status_of_feedback_ends_somewhere():
    assert set(feedback.MOVES) == set(feedback.STATUSES)
    assert {status for status, moves in feedback.MOVES.items() if not moves} == {"acknowledged", "withdrawn"}


def test_the_worklist_has_the_nearest_cut_off_first_and_only_what_is_left(made):
    now = utc_now()
    with made.house.db.writing() as session:
        by, stranger = actor(session, made, "presenter"), actor(session, made, "stranger")
        coming = Case(
            meeting_id=made.meetings["coming"], patient_id=made.patients["maria"], position=1, listed_at=now,
            clinical_question="Again?",
        )  # fmt: skip
        session.add(coming)
        session.get_one(Meeting, made.meetings["today"]).starts_at = now + timedelta(hours=1)
        session.flush()
        listed = worklist.of(session, by, disciplines.RADIOLOGY, now=now)
        assert [one.case.id for one in listed.to_review] == [made.cases["maria"], coming.id]
        assert [one.description for one in listed.to_review[0].to_review] == ["CT CHEST WITH CONTRAST", "CT CHEST"]
        assert "CT chest" in (listed.to_review[0].prior.reason if listed.to_review[0].prior else "")
        assert {one.case.id for one in listed.waiting} == {made.cases["john"], made.cases["nasty"]}
        ids = [one.id for one in listed.to_review[0].to_review]
        reviews.review(session, by=by, case_id=made.cases["maria"], study_ids=ids, now=now)
        listed = worklist.of(session, by, disciplines.RADIOLOGY, now=now)
        assert [one.case.id for one in listed.to_review] == [coming.id]
        assert [one.case.id for one in listed.done] == [made.cases["maria"]]
        assert worklist.of(session, by, disciplines.PATHOLOGY, now=now).to_review == []
        assert worklist.of(session, stranger, disciplines.RADIOLOGY, now=now) == worklist.Worklist([], [], [])


@pytest.mark.parametrize(
    ("specialty", "discipline"),
    [
        ("Radiologist", "radiology"), ("Neuroradiologist", "radiology"), ("Radiology registrar", "radiology"),
        ("Histopathologist", "pathology"), ("Thoracic surgeon", "surgery"), ("Clinical oncologist", "oncology"),
        ("Lung cancer nurse specialist", "nursing"), ("Respiratory physician", "medicine"), ("MDT coordinator", None),
    ],
)  # fmt: skip
def test_what_somebody_is_by_their_specialty(specialty, discipline):
    assert disciplines.of_specialty(specialty) == discipline


def test_whose_a_study_is_to_review():
    assert disciplines.reader_of(["CT", "SR"]) == "radiology"
    assert disciplines.reader_of(["SM"]) == "pathology"
    assert disciplines.reader_of(["DOC", "SR"]) is None
