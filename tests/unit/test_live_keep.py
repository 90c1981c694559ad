"""Stories of what a room keeps, refuses and remembers."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mdt.core import audit
from mdt.core.audit import AuditEntry
from mdt.core.errors import Forbidden, Invalid, MdtError, NotFound, Stale
from mdt.live import actions, queries, room
from mdt.live.announcements import EventKept
from mdt.live.models import Attendance
from mdt.live.refusals import NotPresenting, RoomClosed
from mdt.meeting.models import Case, Meeting
from tests.room_stage import key, mark, set_up, tab, uid


@pytest.fixture
def stage(tmp_path):
    stage = set_up(tmp_path)
    yield stage
    stage.db.close()


def test_the_same_op_sent_again_is_the_same_event(stage):
    body = {"case": stage.cases[0], "mark": mark(1)}
    first = stage.keep("member", "mark.put", body, op=uid(1))
    again = stage.keep("member", "mark.put", body, op=uid(1))
    assert (first.fresh, again.fresh) == (True, False)
    assert first.seq == again.seq
    assert first.event == again.event
    assert len(stage.events()) == 2


def test_nobody_can_answer_for_another_with_their_op(stage):
    stage.keep("member", "mark.put", {"case": stage.cases[0], "mark": mark(1)}, op=uid(1))
    with pytest.raises(Invalid):
        stage.keep("chair", "mark.put", {"case": stage.cases[0], "mark": mark(2)}, op=uid(1))


def test_a_kept_op_is_answered_even_after_the_meeting_closed(stage):
    body = {"case": stage.cases[0], "mark": mark(1)}
    first = stage.keep("member", "mark.put", body, op=uid(1))
    stage.keep("chair", "meeting.close")
    assert stage.keep("member", "mark.put", body, op=uid(1)).seq == first.seq


def test_a_closed_meeting_keeps_nothing_more_and_nobody_presents(stage):
    stage.keep("presenter", "presenter.take")
    stage.keep("chair", "meeting.close")
    for kind in ("mark.put", "meeting.open", "case.open", "agenda.change", "presenter.take"):
        with pytest.raises(RoomClosed):
            stage.keep("chair", kind)
    assert stage.state()["presenter"] is None
    with stage.db.reading() as session:
        assert session.get(Meeting, stage.meeting).status == "closed"
        assert queries.held_lease(session, stage.meeting).client is None


def test_before_the_meeting_opens_a_case_is_prepared_and_nothing_else(tmp_path):
    stage = set_up(tmp_path, opened=False)
    stage.keep("member", "mark.put", {"case": stage.cases[0], "mark": mark(1)})
    stage.keep("member", "key.put", {"case": stage.cases[0], "key": key(1)})
    for kind, body in (("case.open", {"case": stage.cases[0]}), ("presenter.take", {}), ("outcome.set", {})):
        with pytest.raises(RoomClosed):
            stage.keep("chair", kind, body)
    with pytest.raises(Forbidden):
        stage.keep("observer", "mark.put", {"case": stage.cases[0], "mark": mark(2)})
    stage.keep("coordinator", "meeting.open")
    state = stage.state()
    assert (state["status"], state["case"]) == ("open", None)
    assert state["cases"][stage.cases[0]]["marks"].keys() == {mark(1)["id"]}
    assert state["cases"][stage.cases[0]]["keys"].keys() == {key(1)["id"]}
    stage.db.close()


def test_opening_a_case_makes_it_the_live_one_for_pages_too(stage):
    kept = stage.keep("coordinator", "case.open", {"case": stage.cases[1]})
    assert kept.event["body"] == {"case": stage.cases[1], "patient": stage.patients[1]}
    assert stage.state()["case"] == stage.cases[1]
    with stage.db.reading() as session:
        assert session.get(Case, stage.cases[1]).status == "live"


def test_a_case_of_another_meeting_cannot_be_opened_or_drawn_on(stage):
    for kind, body in [("case.open", {}), ("mark.put", {"mark": mark(1)}), ("key.put", {"key": key(1)})]:
        with pytest.raises(NotFound):
            stage.keep("chair", kind, {**body, "case": stage.elsewhere})


def test_a_member_opens_a_case_only_while_presenting(stage):
    with pytest.raises(NotPresenting):
        stage.keep("member", "case.open", {"case": stage.cases[0]})
    stage.keep("member", "presenter.take")
    stage.keep("member", "case.open", {"case": stage.cases[0]})
    with pytest.raises(NotPresenting):
        stage.keep("member", "case.open", {"case": stage.cases[1]}, client=uid(77))


def test_outsiders_are_told_there_is_no_such_meeting(stage):
    with pytest.raises(NotFound):
        stage.keep("outsider", "mark.put", {"case": stage.cases[0], "mark": mark(1)})
    with stage.db.reading() as session, pytest.raises(NotFound):
        queries.join(session, by=stage.actor("outsider"), meeting_id=stage.meeting, epoch=None, last=0, now=stage.now)


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("meeting.close", "coordinator"),
        ("case.open", "observer"),
        ("presenter.take", "observer"),
        ("presenter.take", "coordinator"),
        ("mark.put", "observer"),
        ("mark.remove", "observer"),
        ("key.put", "observer"),
        ("key.remove", "observer"),
        ("agenda.change", "chair"),
    ],
)
def test_who_may_not_is_refused_and_nothing_is_written(stage, kind, role):
    before = stage.events()
    with pytest.raises(Forbidden):
        body = {"case": stage.cases[0], "mark": mark(1), "key": key(1), "id": uid(501), "version": 2}
        stage.keep(role, kind, body)
    assert stage.events() == before


def test_a_mark_is_kept_in_millimetres_with_its_author_and_tidy_numbers(stage):
    stage.keep("member", "mark.put", {"case": stage.cases[0], "mark": mark(1, text="9 mm\x00")})
    kept = stage.state()["cases"][stage.cases[0]]["marks"][uid(501)]
    assert kept["points"] == [[-12.346, 0, 7], [1, 2, 3.5]]
    assert kept["author"] == {"id": stage.people["member"], "name": "Dr Member"}
    assert (kept["edited"], kept["text"], kept["at"]) == (None, "9 mm ", "2026-11-02T09:00:00.000Z")


def test_two_people_move_one_mark_and_the_later_is_told_how_it_is_now(stage):
    case = stage.cases[0]
    stage.keep("member", "mark.put", {"case": case, "mark": mark(1)})
    stage.keep("chair", "mark.put", {"case": case, "mark": mark(1, 2, text="chair")})
    with pytest.raises(Stale) as refusal:
        stage.keep("member", "mark.put", {"case": case, "mark": mark(1, 2, text="member")})
    now: Any = refusal.value.current
    assert (now["text"], now["author"]["name"], now["edited"]["name"]) == ("chair", "Dr Member", "Dr Chair")


def test_only_its_author_or_the_chair_changes_a_mark_or_key_image(stage):
    case = stage.cases[0]
    stage.keep("member", "mark.put", {"case": case, "mark": mark(1)})
    stage.keep("member", "key.put", {"case": case, "key": key(1)})
    tried: list[tuple[str, dict[str, Any]]] = [
        ("mark.put", {"mark": mark(1, 2)}),
        ("mark.remove", {"id": uid(501), "version": 2}),
        ("key.put", {"key": key(1)}),
        ("key.remove", {"id": uid(701)}),
    ]
    for kind, body in tried:
        with pytest.raises(Forbidden, match="Dr Member"):
            stage.keep("presenter", kind, {"case": case, **body})
    stage.keep("chair", "mark.remove", {"case": case, "id": uid(501), "version": 2})
    stage.keep("chair", "key.remove", {"case": case, "id": uid(701)})


def test_a_removed_mark_stays_as_a_tombstone_and_can_come_back(stage):
    case = stage.cases[0]
    stage.keep("member", "mark.put", {"case": case, "mark": mark(1)})
    stage.keep("member", "mark.remove", {"case": case, "id": uid(501), "version": 2})
    marks = stage.state()["cases"][case]["marks"]
    assert marks[uid(501)]["removed"] is True
    with pytest.raises(NotFound):
        stage.keep("member", "mark.remove", {"case": case, "id": uid(501), "version": 3})
    stage.keep("member", "mark.put", {"case": case, "mark": mark(1, 3)})
    assert "removed" not in stage.state()["cases"][case]["marks"][uid(501)]


def test_nobody_presents_over_somebody_but_the_chair_takes_back(stage):
    first = stage.keep("presenter", "presenter.take")
    assert first.event["body"] == {
        "person": stage.people["presenter"],
        "name": "Dr Presenter",
        "client": tab("presenter"),
        "term": 1,
    }
    with pytest.raises(Forbidden, match="Dr Presenter is presenting"):
        stage.keep("member", "presenter.take")
    assert stage.keep("chair", "presenter.take").event["body"]["term"] == 2


def test_a_lease_that_is_not_renewed_runs_out_once_and_then_anybody_may_take_it(stage):
    stage.keep("presenter", "presenter.take")
    stage.later(10)
    with stage.db.writing() as session:
        actions.renew_lease(
            session,
            by=stage.actor("presenter"),
            meeting_id=stage.meeting,
            client=tab("presenter"),
            term=1,
            now=stage.now,
        )
    stage.later(14)
    for _ in range(2):
        with stage.db.writing() as session:
            actions.end_expired_lease(session, meeting_id=stage.meeting, now=stage.now)
    assert stage.state()["presenter"]["term"] == 1
    stage.later(2)
    with stage.db.reading() as session:
        assert queries.expired_leases(session, stage.now) == [stage.meeting]
    for _ in range(2):  # two processes notice
        with stage.db.writing() as session:
            actions.end_expired_lease(session, meeting_id=stage.meeting, now=stage.now)
    assert [event["kind"] for event in stage.events()][-2:] == ["presenter.take", "presenter.release"]
    assert stage.state()["presenter"] is None
    assert stage.keep("member", "presenter.take").event["body"]["term"] == 2


def test_who_slept_through_a_hand_over_cannot_renew_or_release(stage):
    stage.keep("presenter", "presenter.take")
    stage.arrive("member")
    stage.keep("presenter", "presenter.hand", {"client": tab("member")})
    with pytest.raises(NotPresenting):
        stage.keep("presenter", "presenter.release")
    for role, term in [("presenter", 1), ("member", 1), ("chair", 2)]:
        with stage.db.writing() as session, pytest.raises(NotPresenting):
            actions.renew_lease(
                session,
                by=stage.actor(role),
                meeting_id=stage.meeting,
                client=tab(role),
                term=term,
                now=stage.now,
            )
    stage.keep("member", "presenter.release")
    assert stage.state()["presenter"] is None


def test_handing_over_needs_somebody_who_is_there_and_may_present(stage):
    stage.keep("presenter", "presenter.take")
    with pytest.raises(NotFound):
        stage.keep("presenter", "presenter.hand", {"client": tab("member")})
    stage.arrive("observer")
    with pytest.raises(Forbidden, match="Dr Observer"):
        stage.keep("presenter", "presenter.hand", {"client": tab("observer")})
    there = stage.arrive("member")
    with stage.db.writing() as session:
        actions.leave(session, attendance_id=there, now=stage.now)
    with pytest.raises(NotFound):
        stage.keep("presenter", "presenter.hand", {"client": tab("member")})


def test_attendance_ends_when_a_dead_server_stops_seeing_people(stage):
    gone, here = stage.arrive("member"), stage.arrive("chair")
    stage.later(30)
    with stage.db.writing() as session:
        actions.still_there(session, attendance_ids=[here], now=stage.now)
    stage.later(20)
    with stage.db.writing() as session:
        actions.still_there(session, attendance_ids=[here], now=stage.now)
    with stage.db.reading() as session:
        assert session.get(Attendance, gone).left_at == session.get(Attendance, gone).joined_at
        assert session.get(Attendance, here).left_at is None


def test_every_kept_op_is_in_the_audit_and_a_refused_one_tells_nobody(stage):
    told: list[EventKept] = []
    stage.db.announcer.listen(EventKept, told.append)
    stage.keep("member", "mark.put", {"case": stage.cases[0], "mark": mark(1)})
    with pytest.raises(Stale):
        stage.keep("member", "mark.put", {"case": stage.cases[0], "mark": mark(1)})
    assert [news.event["seq"] for news in told] == [2]
    with stage.db.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "live.mark.put")).one()
        assert (entry.patient_id, entry.detail["seq"]) == (stage.patients[0], 2)
        assert audit.verify(session)[1] is None


def test_a_joiner_gets_a_tail_if_it_can_use_one_and_else_a_snapshot(stage):
    for n in range(60):
        stage.keep("member", "mark.put", {"case": stage.cases[0], "mark": mark(n)})
    by = stage.actor("observer")
    with stage.db.reading() as session:
        epoch = session.get(Meeting, stage.meeting).epoch
        fresh = queries.join(session, by=by, meeting_id=stage.meeting, epoch=None, last=0, now=stage.now)
        near = queries.join(session, by=by, meeting_id=stage.meeting, epoch=epoch, last=58, now=stage.now)
        here = queries.join(session, by=by, meeting_id=stage.meeting, epoch=epoch, last=61, now=stage.now)
        restored = queries.join(session, by=by, meeting_id=stage.meeting, epoch=epoch, last=62, now=stage.now)
        other = queries.join(session, by=by, meeting_id=stage.meeting, epoch="0" * 32, last=58, now=stage.now)
    assert fresh.snapshot is not None
    assert (fresh.head, fresh.snapshot["seq"], len(fresh.tail)) == (61, 50, 11)
    assert (near.head, near.snapshot, [event["seq"] for event in near.tail]) == (61, None, [59, 60, 61])
    assert (here.head, here.snapshot, here.tail) == (61, None, [])
    assert restored.snapshot == other.snapshot == fresh.snapshot
    assert room.fold(fresh.snapshot["state"], fresh.tail) == stage.state()


def test_a_case_holds_a_bounded_number_of_key_images(stage, monkeypatch):
    monkeypatch.setattr("mdt.live.marks.KEYS_MOST", 2)
    for n in range(2):
        stage.keep("member", "key.put", {"case": stage.cases[0], "key": key(n)})
    with pytest.raises(Invalid, match="at most 2"):
        stage.keep("member", "key.put", {"case": stage.cases[0], "key": key(2)})


MARK = st.builds(
    lambda n, v, x: mark(n, v, points=[[x, 0, 0], [0, x, 0]]),
    st.integers(0, 2),
    st.integers(1, 4),
    st.floats(-500, 500),
)
OPS = st.one_of(
    st.tuples(st.just("mark.put"), st.builds(lambda m: {"mark": m}, MARK)),
    st.tuples(
        st.just("mark.remove"),
        st.builds(lambda n, v: {"id": uid(500 + n), "version": v}, st.integers(0, 2), st.integers(1, 4)),
    ),
    st.tuples(st.just("key.put"), st.builds(lambda n: {"key": key(n)}, st.integers(0, 2))),
    st.tuples(st.just("key.remove"), st.builds(lambda n: {"id": uid(700 + n)}, st.integers(0, 2))),
    st.tuples(st.sampled_from(["case.open", "presenter.take", "presenter.release", "meeting.close"]), st.just({})),
    st.tuples(st.just("presenter.hand"), st.builds(lambda n: {"client": uid(n)}, st.integers(1, 5))),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ops=st.lists(st.tuples(st.sampled_from(["chair", "member", "presenter"]), st.integers(0, 1), OPS), max_size=80))
def test_whatever_people_do_snapshots_and_the_log_agree(tmp_path_factory, ops):
    stage = set_up(tmp_path_factory.mktemp("law"))
    for role in ("chair", "member", "presenter", "observer"):
        stage.arrive(role)
    states = {0: room.EMPTY}
    for role, case, (kind, body) in ops:
        try:
            kept = stage.keep(role, kind, {"case": stage.cases[case], **body})
        except MdtError:
            continue
        states[kept.seq] = stage.state()
    log = stage.events()
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    for seq, state in states.items():
        assert state == room.fold(room.EMPTY, log[:seq])
    stage.db.close()
