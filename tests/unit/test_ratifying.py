"""What the chair ratifies in one act has an outcome as any other: signed, told to the room, to COSD, to the letters."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from mdt.core.clock import in_london
from mdt.core.errors import Forbidden, Invalid, Stale
from mdt.cosd import queries as cosd
from mdt.letters import actions as letters
from mdt.live.actions import keep
from mdt.live.queries import state_now
from mdt.meeting import actions as meetings
from mdt.meeting.models import Case
from mdt.meeting.triage import sorting
from mdt.outcome import actions, follow_through, live_kinds, queries, ratifying, standards, team_proformas
from mdt.outcome.models import Outcome
from mdt.outcome.state import as_state
from mdt.referral import decisions
from mdt.referral.actions import begin, save, send
from tests.unit.region import NOW, a_region
from tests.unit.test_triage import SAID

TODAY = in_london(NOW).date()
REFERRED = {
    "question": "Is this resectable?", "urgency": "next", "kind": "routine", "ps": "2", "cfs": "4", "aware": "yes",
    "clinician": "Mr Bell", "key_worker": "Nurse Kay", "views": "Would rather not have an operation",
}  # fmt: skip


@pytest.fixture
def region(tmp_path):
    live_kinds.register()
    with a_region(tmp_path) as region:
        yield region


def do(region, act, by="chair", **what):
    with region.db.writing() as session:
        return act(session, by=region[by], now=NOW, **what)


def on_standard(region, meeting, patient=0, owner="", **said):
    """A case of the meeting that a member sorted onto a standard of care."""
    version = do(region, standards.write, team_id=region.team, standard_id=None, **{**SAID, **said})
    case = region.list_case(meeting, patient)
    what = {"case_id": case.id, "seen": 0, "stream": "standard", "standard_version_id": version.id}
    do(region, sorting.sort, by="member", owner=owner, **what)
    return case


def a_meeting(region):
    meeting = region.plan()
    do(region, meetings.open_meeting, meeting_id=meeting.id)
    return meeting


def proposed(region, meeting, by="chair"):
    with region.db.reading() as session:
        return ratifying.proposals(session, region[by], meeting.id)


def ratify(region, meeting, by="chair", seen=None):
    seen = [one.seen for one in proposed(region, meeting, by)] if seen is None else seen
    return do(region, ratifying.ratify, by=by, meeting_id=meeting.id, seen=seen)


def in_force(region, case):
    with region.db.reading() as session:
        return queries.in_force(session, region["chair"], case.id)


def test_one_act_gives_every_case_its_own_signed_outcome(region):
    meeting = a_meeting(region)
    first = on_standard(region, meeting)
    second = on_standard(region, meeting, 1, intent="C", treatments=["01", "03"], no_treatment_reason="", action="Book")
    read = {one.case.id: one.says for one in proposed(region, meeting)}
    assert "no active treatment" in read[first.id].lower()
    assert ratify(region, meeting)
    for case, intent, codes in ((first, "X", ["11"]), (second, "C", ["01", "03"])):
        made = in_force(region, case)
        assert (made.case_id, made.meeting_id, made.patient_id) == (case.id, meeting.id, case.patient_id)
        assert (made.version, made.signed_name, made.signed_at) == (1, "Dr Chair", NOW)
        assert (made.form["decision"], made.form["intent"]) == ("standard", intent)
        assert [one["code"] for one in made.form["treatments"]] == codes
        assert [one.kind for one in made.actions] == ["", "tell"]
        assert made.typists == [region["member"].person_id]
    assert in_force(region, second).actions[0].text == "Book"
    with region.db.reading() as session:
        assert {session.get_one(Case, one.id).status for one in (first, second)} == {"signed"}


def test_it_says_what_the_referral_said_of_the_patient_and_nothing_that_nobody_wrote(region):
    meeting = a_meeting(region)
    referral = do(region, begin, by="member", team_id=region.team, patient_id=region.patients[0].id)
    do(region, save, by="member", referral_id=referral.id, revision=0, typed=REFERRED)
    do(region, send, by="member", referral_id=referral.id)
    version = do(region, standards.write, team_id=region.team, standard_id=None, **SAID)
    with region.db.writing() as session:
        team_proformas.choose(session, by=region["chair"], team_id=region.team, starts=TODAY, block="lung-1", now=NOW)
    case = do(region, decisions.accept, referral_id=referral.id, meeting_id=meeting.id)
    what = {"case_id": case.id, "seen": 0, "stream": "standard", "standard_version_id": version.id}
    do(region, sorting.sort, **what)
    bare = on_standard(region, meeting, 1, owner="Dr Member")
    ratify(region, meeting)
    told, unknown = in_force(region, case).form, in_force(region, bare).form
    assert (told["ps"], told["cfs"], told["views_known"], told["views"]) == ("2", "4", "known", REFERRED["views"])
    assert (told["responsible"], told["tell_who"], "views_by" in told) == ("Mr Bell", "Nurse Kay", False)
    assert (unknown["ps"], unknown["views_known"], "cfs" in unknown) == ("9", "not-known", False)
    owner = in_force(region, bare).actions[0]
    assert (owner.owner, owner.person_id) == ("Dr Member", region["member"].person_id)


def test_the_chair_signs_only_what_was_read(region):
    meeting = a_meeting(region)
    case = on_standard(region, meeting)
    [read] = proposed(region, meeting)
    with pytest.raises(Stale, match="changed since you read it"):
        ratify(region, meeting, seen=[f"{read.seen[:-4]}0000"])
    with pytest.raises(Forbidden):
        ratify(region, meeting, by="coordinator")
    assert in_force(region, case) is None
    with region.db.reading() as session:
        assert session.get_one(Case, case.id).status == "listed"


def test_the_room_holds_it_as_everybody_else_s_and_no_tab_writes_it(region):
    meeting = a_meeting(region)
    case = on_standard(region, meeting)
    ask = {"meeting_id": meeting.id, "op": "x", "kind": ratifying.KIND, "body": {"case": case.id}, "client": "tab"}
    with pytest.raises(Invalid, match="all in one act"):
        do(region, keep, **ask)
    [made] = ratify(region, meeting)
    with pytest.raises(Invalid, match="all in one act"):
        do(region, keep, **ask)
    with region.db.reading() as session:
        _, room = state_now(session, meeting.id)
        kept = session.get_one(Outcome, made.id)
        assert room["cases"][case.id]["outcome"] == as_state(kept)
    bound = actions.Binding(meeting.id, case.id, case.patient_id, 1)
    do(region, actions.amend, binding=bound, reason="She asked for surgery")
    with region.db.reading() as session:
        newest = queries.newest(session, region["chair"], case.id)
        assert newest is not None
        assert (newest.version, newest.standard_version_id) == (2, made.standard_version_id)


def test_it_is_promoted_before_and_never_after_and_the_database_keeps_it(region):
    meeting = a_meeting(region)
    promoted, ratified = on_standard(region, meeting), on_standard(region, meeting, 1)
    do(region, sorting.promote, by="member", case_id=promoted.id, reason="She is frail")
    [made] = ratify(region, meeting)
    assert made.case_id == ratified.id
    with pytest.raises(Invalid, match="has ratified"):
        do(region, sorting.promote, case_id=ratified.id, reason="Too late")
    with pytest.raises(DBAPIError, match="never changes"), region.db.writing() as session:
        session.execute(text("UPDATE outcome SET standard_version_id = NULL"))


def test_letters_actions_and_cosd_follow_from_it(region):
    meeting = a_meeting(region)
    case, other = on_standard(region, meeting), region.list_case(meeting, 1)
    do(region, meetings.open_case, case_id=other.id)
    ratify(region, meeting)
    draft = do(region, letters.draft, case_id=case.id, kind="gp", recipient="Dr Green", address="")
    assert draft.outcome_version == 1
    [action] = [one for one in in_force(region, case).actions if one.kind == ""]
    do(region, follow_through.close_action, action_id=action.id, status="done", note="")
    do(region, follow_through.record, case_id=case.id, kind="told", day=TODAY)
    with region.db.reading() as session:
        assert session.get_one(Case, case.id).status == "actioned"
        period = {"first": TODAY, "last": TODAY, "today": TODAY + timedelta(1)}
        found = {one.case.id: one.section for one in cosd.of_team(session, region["chair"], region.team, **period)}
    told = found[case.id].values
    assert (told["CR8110"], told["CR0460"], told["CR0490"], found[case.id].treatments) == ("2", "X", "10", ("11",))
    assert found[other.id].values["CR8110"] == "1"


def test_a_ratification_waits_for_the_quorum_that_a_signature_waits_for(region, monkeypatch):
    meeting = a_meeting(region)
    case = on_standard(region, meeting)

    def refuse(_session, _meeting, act, _at):
        raise Invalid(f"No quorum for {act}")

    monkeypatch.setattr(ratifying.quorum_kept, "require", refuse)
    with pytest.raises(Invalid, match="No quorum for signing"):
        ratify(region, meeting)
    with region.db.reading() as session:
        assert session.scalars(select(Outcome).where(Outcome.case_id == case.id)).all() == []
