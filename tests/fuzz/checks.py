"""What must be so at the end of any day: every tab, both processes and every table tell one story."""

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from mdt.core import audit
from mdt.core.audit import AuditEntry
from mdt.live import queries
from mdt.live.digest import digest
from mdt.live.models import Attendance, PrivateMark, ShownView, Snapshot
from mdt.live.room import EMPTY, Event, State, fold
from mdt.meeting import guests
from mdt.meeting.models import Case, Meeting
from mdt.outcome.models import Outcome
from mdt.outcome.state import as_state
from mdt.people.queries import roles_now
from mdt.preparation.models import Opinion
from tests.fuzz.simulation import Simulation
from tests.fuzz.tab import Tab

SEEN_WITHIN = timedelta(seconds=11)  # who is there is noted every ten ticks


def check(day: Simulation) -> None:
    log = day.stage.events()
    truth = fold(EMPTY, log)
    inside = [tab for tab in day.tabs if tab.out is None]
    _check_the_log(day, log, truth)
    _check_who_is_in(day)
    for tab in inside:
        _check_tab(tab, log, truth)
    answered = {op for tab in inside for op in (*tab.client.kept, *tab.client.refused)}
    of_others = {op for tab in day.tabs for op in (*tab.client.kept, *tab.client.refused, *tab.client.pending)}
    assert answered <= set(day.made)
    assert of_others == set(day.made)
    _check_the_tables(day, truth)
    _check_what_is_fleeting(day, inside)


def _check_the_log(day: Simulation, log: list[Event], truth: State) -> None:
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    assert day.stage.state() == truth
    by_op = {event["op"]: event["seq"] for event in log}
    assert len(by_op) == len(log), "an op was kept twice"
    for tab in day.tabs:
        for op, seq in tab.client.kept.items():
            assert by_op[op] == seq, "what was acknowledged is not in the log"
    terms = [event["body"]["term"] for event in log if event["kind"] in ("presenter.take", "presenter.hand")]
    assert terms == sorted(set(terms))


def _check_who_is_in(day: Simulation) -> None:
    """Who stays out may not see the meeting, and everybody else is in it."""
    stage = day.stage
    with stage.db.reading() as session:
        members = {person for _, person in roles_now(session, {stage.team}, stage.now)}
        visitors = {person for _, person in guests.roles_now(session, {stage.meeting})}
    for tab in day.tabs:
        assert (tab.out is None) == (tab.person in members | visitors), (tab.role, tab.out)


def _check_tab(tab: Tab, log: list[Event], truth: State) -> None:
    client = tab.client
    assert client.is_in_step
    assert (client.last, client.state) == (len(log), truth), tab.role
    assert digest(client.state) == digest(truth)
    assert client.pending == {}, tab.role
    assert client.diverged == 0, "a tab that did as it should was told that it differs"


def _check_the_tables(day: Simulation, truth: State) -> None:
    """The database says of each thing what the room says of it, and the audit that each was done."""
    stage = day.stage
    log = stage.events()
    with stage.db.reading() as session:
        meeting = session.get_one(Meeting, stage.meeting)
        assert (meeting.status, meeting.seq) == (truth["status"], len(log))
        live = list(session.scalars(select(Case.id).where(Case.meeting_id == meeting.id, Case.status == "live")))
        assert live == ([truth["case"]] if truth["case"] and truth["status"] == "open" else [])
        for case in stage.cases:
            kept = select(Outcome).where(Outcome.case_id == case).order_by(Outcome.version)
            outcomes = list(session.scalars(kept))
            assert [one.version for one in outcomes] == list(range(1, len(outcomes) + 1))
            assert all(one.is_signed for one in outcomes[:-1])
            held = truth["cases"].get(case, {}).get("outcome")
            assert held == (as_state(outcomes[-1]) if outcomes else None)
            written: dict[str, list[int]] = {}
            for person, version in session.execute(
                select(Opinion.person_id, Opinion.version).where(Opinion.case_id == case).order_by(Opinion.version)
            ):
                written.setdefault(person, []).append(version)
            assert all(versions == list(range(1, len(versions) + 1)) for versions in written.values())
        lease = queries.held_lease(session, stage.meeting)
        presenter = truth["presenter"]
        assert (lease.client, lease.person) == (
            (presenter["client"], presenter["person"]) if presenter else (None, None)
        )
        snapshot = session.get(Snapshot, stage.meeting)
        if snapshot is not None:
            assert snapshot.state == fold(EMPTY, log[: snapshot.seq])
        _, broken = audit.verify(session)
        assert broken is None
        noted = Counter(session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"meeting:{meeting.id}")))
        for kind, times in Counter(event["kind"] for event in log).items():
            assert noted[f"live.{kind}"] == times, kind
        _check_private_marks(day, set(session.scalars(select(PrivateMark.id))), truth)
        # Whom a process that died had noted is seen no more, and taken for gone after a while.
        seen = Attendance.seen_at > stage.now - SEEN_WITHIN
        there = select(Attendance.client).where(Attendance.meeting_id == meeting.id, Attendance.left_at.is_(None), seen)
        assert sorted(session.scalars(there)) == sorted(t.id for t in day.tabs if t.out is None and not t.prepares)
        sent = {(term, n) for tab in day.tabs for term, n in tab.shown}
        views = session.execute(select(ShownView.term, ShownView.n))
        assert {(term, n) for term, n in views} <= sent


def _check_private_marks(day: Simulation, private: set[str], truth: State) -> None:
    """A private mark is in no tab; one that was shown to all is private no more."""
    for tab in day.tabs:
        for held in tab.client.state["cases"].values():
            assert not private & set(held["marks"]), "a private mark was told, or one that was shown is private still"
    drawn = {one["id"] for marks in day.private.values() for one in marks}
    assert private <= drawn
    assert not private & {mark for held in truth["cases"].values() for mark in held["marks"]}


def _check_what_is_fleeting(day: Simulation, inside: list[Tab]) -> None:
    """Nothing of it is kept, but once the line is good everybody is told the same."""
    known = [(process, process.rooms.open.get(day.stage.meeting)) for process in day.processes]
    rooms = [(process, room) for process, room in known if room is not None and room.tabs]
    people = {tab.id: tab.person for tab in inside if not tab.prepares}
    for process, room in rooms:
        assert room.view == rooms[0][1].view, "the processes show different views"
        company = process.rooms.company(room)
        assert {one["client"]: one["person"] for one in company["people"]} == people
        assert _as_a_set(company) == _as_a_set(rooms[0][0].rooms.company(rooms[0][1])), "they know different company"
        for tab in inside:
            if tab.process is process:
                assert _as_a_set(tab.client.company) == _as_a_set(company), tab.role
                assert tab.client.desk == room.desk_for(process.rooms.participants[tab.sid])
                if not tab.presents:
                    assert tab.client.presented == (room.view and room.view.as_json()), tab.role


def _as_a_set(company: dict[str, Any]) -> tuple[list[str], list[str], Any]:
    people, lost = ([str(sorted(one.items(), key=str)) for one in company[name]] for name in ("people", "lost"))
    return sorted(people), sorted(lost), company["word"]
