"""Marks of every kind, private ones, those of earlier meetings, and the lesions they follow."""

from datetime import date, timedelta

import pytest

from mdt.core.db import new_id
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.live import earlier, lesions, marks, private
from mdt.meeting import queries as meetings
from mdt.meeting.models import Case, Meeting
from tests.room_stage import START, mark, set_up, uid

WHO = {"id": "1" * 32, "name": "Ayesha Siddiqui"}
LESION = {"name": " Liver   seg 6", "role": "target", "organ": "Liver", "node": False, "state": "measured"}
PLANE = {"frame_of_reference": "1.2.9", "normal": [0, 0.6, 0.8], "at": [1, 2, 3]}


def kept(**changed):
    return marks.put({}, {"mark": mark(1, **changed)}, WHO, may_change_others=False, at="2026-11-24T10:00:00.000Z")


@pytest.mark.parametrize("tool", marks.TOOLS)
def test_each_tool_has_its_count_of_points(tool):
    least, most = marks.TOOLS[tool].least, marks.TOOLS[tool].most
    for count in {least, most}:
        assert len(kept(tool=tool, points=[[1, 2, 3]] * count)["points"]) == count
    for count in (least - 1, most + 1):
        with pytest.raises(Invalid, match="points"):
            kept(tool=tool, points=[[1, 2, 3]] * count)


def test_a_mark_of_old_is_kept_as_it_was():
    assert set(kept()) == {
        "id", "version", "tool", "study", "series", "sop", "frame", "points", "text", "author", "edited", "at",
    }  # fmt: skip


def test_a_mark_in_a_plane_is_on_no_image():
    found = kept(plane=PLANE)
    assert found["plane"] == PLANE
    assert "sop" not in found
    with pytest.raises(Invalid, match="length 1"):
        kept(plane=PLANE | {"normal": [0, 1, 1]})


def test_a_lesion_has_a_name_and_is_measured_by_what_measures():
    assert kept(lesion=LESION)["lesion"]["name"] == "Liver seg 6"
    with pytest.raises(Invalid, match="name"):
        kept(lesion=LESION | {"name": "  "})
    with pytest.raises(Invalid, match="both its axes"):
        kept(tool="ArrowAnnotate", lesion=LESION)
    assert kept(tool="ArrowAnnotate", lesion=LESION | {"state": "absent"})["lesion"]["state"] == "absent"


def test_the_loser_is_told_who_was_first():
    with pytest.raises(Stale, match="Ayesha Siddiqui changed this mark first"):
        marks.put({uid(501): kept()}, {"mark": mark(1, 1)}, {"id": "2", "name": "B"}, may_change_others=True, at="2026")


@pytest.fixture
def stage(tmp_path):
    return set_up(tmp_path)


def as_(stage, name, what):
    with stage.db.writing() as session:
        return what(session, stage.actor(name))


def test_a_private_mark_is_its_drawers_alone_until_it_is_shown_to_all(stage):
    case, body = stage.cases[0], {"mark": mark(1)}

    def put(session, by, **changed):
        return private.put(session, by=by, case_id=case, body={"mark": mark(1, **changed)}, now=stage.now)

    first = as_(stage, "member", put)
    assert as_(stage, "member", put) == first, "sent again, it is the same one"
    assert as_(stage, "member", lambda s, by: put(s, by, version=2, text="9 mm"))["text"] == "9 mm"
    assert as_(stage, "chair", lambda s, by: private.of(s, by, case)) == []
    assert stage.state()["cases"].get(case) is None, "nobody is told"
    stage.keep("member", "mark.put", {"case": case, **body})
    assert as_(stage, "member", lambda s, by: private.of(s, by, case)) == []
    assert uid(501) in stage.state()["cases"][case]["marks"]
    # Asked once more, late, and even when it has been removed for all meanwhile: it becomes private no more.
    with pytest.raises(Stale, match="shown to all already"):
        as_(stage, "member", put)
    stage.keep("member", "mark.remove", {"case": case, "id": uid(501), "version": 2})
    with pytest.raises(Stale, match="shown to all already"):
        as_(stage, "member", lambda s, by: put(s, by, version=2))


def test_a_private_mark_can_be_taken_away_and_only_by_those_who_may_mark(stage):
    case, body = stage.cases[0], {"mark": mark(1), "id": uid(501)}
    as_(stage, "member", lambda s, by: private.put(s, by=by, case_id=case, body=body, now=stage.now))
    as_(stage, "chair", lambda s, by: private.remove(s, by=by, case_id=case, body=body))
    assert len(as_(stage, "member", lambda s, by: private.of(s, by, case))) == 1, "it is not the chair's"
    as_(stage, "member", lambda s, by: private.remove(s, by=by, case_id=case, body=body))
    assert as_(stage, "member", lambda s, by: private.of(s, by, case)) == []
    for who, refusal in (("observer", Forbidden), ("outsider", NotFound)):
        with pytest.raises(refusal):
            as_(stage, who, lambda s, by: private.put(s, by=by, case_id=case, body=body, now=stage.now))


def listed_again(session, case_id):
    """The same patient, a week later."""
    case = session.get_one(Case, case_id)
    meeting = Meeting(id=new_id(), team_id=case.meeting.team_id, starts_at=START + timedelta(days=7))
    again = Case(
        id=new_id(),
        meeting_id=meeting.id,
        patient_id=case.patient_id,
        position=1,
        clinical_question="",
        listed_at=START,
    )
    session.add(meeting)
    session.flush()
    session.add(again)
    return again.id


def test_an_earlier_meetings_marks_are_shown_in_the_next_and_removed_ones_are_not(stage):
    case = stage.cases[0]
    for n in (1, 2):
        stage.keep("member", "mark.put", {"case": case, "mark": mark(n)})
    stage.keep("member", "mark.remove", {"case": case, "id": uid(502), "version": 2})
    later = as_(stage, "chair", lambda s, _by: listed_again(s, case))
    found = as_(stage, "member", lambda s, by: earlier.earlier(s, by, meetings.case(s, by, later)))
    assert [[one["id"] for one in each.marks] for each in found] == [[uid(501)]]
    here = as_(stage, "member", lambda s, by: earlier.earlier(s, by, meetings.case(s, by, case)))
    assert here == [], "what is later is not told of before"
    with pytest.raises(NotFound):
        as_(stage, "outsider", lambda s, by: meetings.case(s, by, later))


FRAME = {
    "position": [0, 0, 0], "orientation": [1, 0, 0, 0, 1, 0], "spacing": [1, 1], "spacing_source": "PixelSpacing",
}  # fmt: skip


def drawn(study, long, short=None, at="10", meeting=date(2026, 11, 24), **lesion):
    points = [[0, 0, 0], [long, 0, 0], *([] if short is None else [[1, 0, 0], [1, short, 0]])]
    tool = "Length" if short is None else "Bidirectional"
    made = kept(study=study, tool=tool, points=points, lesion=LESION | lesion)
    return lesions.Drawn(made | {"at": f"2026-11-24T{at}"}, meeting)


def test_lesions_are_followed_by_name_across_studies_and_meetings():
    studies = [lesions.Study("1.9", date(2026, 11, 20), "CT now"), lesions.Study("1.1", date(2026, 5, 20), "CT then")]
    node = {"name": "Node 4R", "organ": "Lymph node", "node": True}
    found = lesions.followed(
        [
            drawn("1.9", 99, 15, at="09"),
            drawn("1.9", 21, 15, at="11", name="LIVER seg 6"),  # drawn again: the later holds
            drawn("1.1", 30, 20, meeting=date(2026, 6, 1)),
            drawn("1.1", 30.04, 18, meeting=date(2026, 6, 1), **node),
            drawn("1.9", 20, 9, **node),
        ],
        studies,
        lambda _mark: (FRAME, "CT"),
    )
    assert [(one["day"], one["sum"], one["overall"]) for one in found["points"]] == [
        ("2026-05-20", 48.0, "baseline"),
        ("2026-11-20", 30.0, "PR"),
    ]
    assert found["points"][1]["from_baseline"] == -0.375
    cells = {one["name"]: one["seen"]["1.9"] for one in found["lesions"]}
    assert (cells["Liver seg 6"]["size"], cells["Node 4R"]["size"]) == (21, 9), "of a node the short axis"
    assert found["warnings"] == []


def test_what_cannot_be_measured_is_said_and_not_summed():
    studies = [lesions.Study("1.1", date(2026, 5, 20), "CT"), lesions.Study("1.9", None, "undated")]
    found = lesions.followed(
        [drawn("1.1", 30), drawn("1.9", 30, name="other")], studies, lambda _mark: (FRAME | {"spacing": None}, "OT")
    )
    assert found["points"][0]["sum"] is None
    assert found["warnings"] == [
        "Liver seg 6, 20-May-2026: uncalibrated.",
        "other: marked in a study whose date is not known; it is left out.",
    ]
