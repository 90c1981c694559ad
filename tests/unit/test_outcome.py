"""An outcome is typed, bound to its patient, signed when complete, and amended only as a new version."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from mdt.core import audit
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.meeting import actions as meetings
from mdt.meeting.models import Case
from mdt.meeting.moving.models import Carry
from mdt.outcome import actions, guards, queries
from mdt.outcome.actions import Binding
from mdt.outcome.models import Action, Outcome
from tests.unit.region import NOW, a_region

PLAN = {
    "decision": "recommend",
    "intent": "C",
    "treatments": [{"code": "03", "relation": "sequential"}, {"code": "01", "relation": "sequential"}],
    "rationale": "Fit, operable after response.",
    "responsible": "Miss Patel",
    "actions": [
        {"id": "00000000-0000-4000-8000-000000000001", "text": " Book CPET ", "owner": "Mr Jones", "due": "2026-12-01"}
    ],
    "views_known": "known",
    "views": "Wants to keep working.",
    "tell_who": "CNS Shah",
    "tell_by": "2026-11-26",
}


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


@pytest.fixture
def case(region):
    return region.open_first_case()


def bound(case, version=1, **other):
    return Binding(
        **{"meeting_id": case.meeting_id, "case_id": case.id, "patient_id": case.patient_id} | other, version=version
    )


def type_in(region, case, field, value, revision=0, by="coordinator", version=1, **other):
    with region.db.writing() as session:
        return actions.set_field(
            session,
            by=region[by],
            binding=bound(case, version, **other),
            revision=revision,
            field=field,
            value=value,
            now=NOW,
        )


def type_all(region, case, version=1, **other):
    for field, value in (PLAN | other).items():
        outcome = type_in(region, case, field, value, revision=99, version=version)
    return outcome


def sign(region, case, revision, by="chair", version=1):
    with region.db.writing() as session:
        return actions.sign(session, by=region[by], binding=bound(case, version), revision=revision, now=NOW)


def amend(region, case, version=1, reason="Histology changed.", by="chair"):
    with region.db.writing() as session:
        return actions.amend(session, by=region[by], binding=bound(case, version), reason=reason, now=NOW)


def kept_by(refused) -> Any:
    return refused.value.current


def read(query, session, by, case_id) -> Outcome:
    outcome = query(session, by, case_id)
    assert outcome is not None
    return outcome


def test_the_first_field_begins_the_draft_and_each_counts_up(region, case):
    first = type_in(region, case, "decision", "recommend")
    assert (first.version, first.revision, first.status) == (1, 1, "draft")
    second = type_in(region, case, "rationale", "Fit.", by="chair")
    assert second.form == {"decision": "recommend", "rationale": "Fit."}
    assert second.changed == {"decision": 1, "rationale": 2}


@pytest.mark.parametrize("role", ["member", "presenter", "observer"])
def test_only_the_chair_and_the_coordinator_type(region, case, role):
    with pytest.raises(Forbidden):
        type_in(region, case, "decision", "recommend", by=role)


def test_an_outsider_is_told_of_nothing(region, case):
    with pytest.raises(NotFound):
        type_in(region, case, "decision", "recommend", by="outsider")
    with pytest.raises(NotFound):
        sign(region, case, 0, by="outsider")
    with region.db.reading() as session, pytest.raises(NotFound):
        queries.versions(session, region["outsider"], case.id)


def test_text_for_another_patient_or_meeting_is_refused(region, case):
    for other in ({"patient_id": region.patients[1].id}, {"meeting_id": region.plan().id}):
        with pytest.raises(Stale, match="another patient or meeting"):
            type_in(region, case, "decision", "recommend", **other)
    with region.db.reading() as session:
        assert queries.newest(session, region["chair"], case.id) is None


def test_when_the_meeting_has_moved_on_nothing_is_saved_and_the_typist_gets_what_is_kept(region, case):
    type_in(region, case, "decision", "defer")
    other = region.list_case(case.meeting, 1)
    with region.db.writing() as session:
        meetings.open_case(session, by=region["chair"], case_id=other.id, now=NOW)
    with pytest.raises(Stale, match="not the one being discussed") as refused:
        type_in(region, case, "rationale", "Still typing about the first patient")
    assert kept_by(refused)["form"] == {"decision": "defer"}
    with region.db.reading() as session:
        assert queries.newest(session, region["chair"], other.id) is None


def test_nothing_is_typed_before_the_meeting_opens(region):
    listed = region.list_case(region.plan())
    with pytest.raises(Stale, match="not the one being discussed"):
        type_in(region, listed, "decision", "defer")


def test_two_people_disturb_each_other_only_in_the_same_field(region, case):
    seen = type_in(region, case, "rationale", "Fit.").revision
    type_in(region, case, "responsible", "Miss Patel", revision=seen, by="chair")
    type_in(region, case, "rationale", "Fit and well.", revision=seen)
    with pytest.raises(Stale, match="Rationale: somebody else changed this") as refused:
        type_in(region, case, "rationale", "Unfit.", revision=seen, by="chair")
    assert kept_by(refused)["form"]["rationale"] == "Fit and well."


def test_an_incomplete_outcome_is_not_signed_and_says_what_is_missing(region, case):
    outcome = type_in(region, case, "decision", "recommend")
    with pytest.raises(Invalid, match=r"not ready.*Choose the intent of treatment\..*Add at least one action\."):
        sign(region, case, outcome.revision)
    with region.db.reading() as session:
        kept = read(queries.newest, session, region["chair"], case.id)
        assert (kept.status, kept.actions) == ("draft", [])


def test_nothing_is_signed_where_nothing_was_typed(region, case):
    with pytest.raises(Invalid, match="nothing to sign"):
        sign(region, case, 0)


@pytest.mark.parametrize("role", ["coordinator", "member"])
def test_only_the_chair_signs_and_amends(region, case, role):
    outcome = type_all(region, case)
    with pytest.raises(Forbidden):
        sign(region, case, outcome.revision, by=role)
    sign(region, case, outcome.revision)
    with pytest.raises(Forbidden):
        amend(region, case, by=role)


def test_the_chair_signs_exactly_what_was_read(region, case):
    read = type_all(region, case).revision
    type_in(region, case, "rationale", "Changed meanwhile.", revision=read)
    with pytest.raises(Stale, match="changed since you read it"):
        sign(region, case, read)


def test_signing_makes_the_actions_and_decides_the_case(region, case):
    signed = sign(region, case, type_all(region, case).revision)
    assert (signed.status, signed.signed_name, signed.signed_at) == ("signed", "Dr Chair", NOW)
    with region.db.reading() as session:
        action, told = read(queries.in_force, session, region["observer"], case.id).actions
        assert (action.text, action.owner, f"{action.due}", action.status) == (
            "Book CPET",
            "Mr Jones",
            "2026-12-01",
            "open",
        )
        assert (told.kind, told.owner) == ("tell", "CNS Shah")
        assert session.get(type(case), case.id).decided_at == NOW


def test_a_signed_outcome_takes_no_typing_and_no_second_signature(region, case):
    revision = sign(region, case, type_all(region, case).revision).revision
    with pytest.raises(Stale, match="only an amendment"):
        type_in(region, case, "rationale", "Other.", revision=revision)
    with pytest.raises(Stale, match="already signed by Dr Chair"):
        sign(region, case, revision)


def test_an_amendment_is_a_new_version_and_the_old_one_holds_until_it_is_signed(region, case):
    sign(region, case, type_all(region, case).revision)
    draft = amend(region, case, reason="  Histology\nchanged. ")
    assert (draft.version, draft.revision, draft.status, draft.reason) == (2, 0, "draft", "Histology changed.")
    assert draft.form["intent"] == "C"
    with pytest.raises(Stale, match="newer version"):
        type_in(region, case, "intent", "Z", version=1)
    type_in(region, case, "intent", "Z", version=2)
    with region.db.reading() as session:
        assert read(queries.in_force, session, region["chair"], case.id).version == 1
    sign(region, case, 1, version=2)
    with region.db.reading() as session:
        newest, oldest = queries.versions(session, region["chair"], case.id)
        assert (newest.version, newest.form["intent"]) == (2, "Z")
        assert (oldest.version, oldest.form["intent"], oldest.status) == (1, "C", "signed")
        assert [len(each.actions) for each in (newest, oldest)] == [2, 2]


@pytest.mark.parametrize(("reason", "says"), [("", "Give the reason"), (" \n", "Give the reason"), ("x" * 501, "500")])
def test_an_amendment_needs_its_reason(region, case, reason, says):
    sign(region, case, type_all(region, case).revision)
    with pytest.raises(Invalid, match=says):
        amend(region, case, reason=reason)


def test_a_draft_is_not_amended(region, case):
    type_in(region, case, "decision", "defer")
    with pytest.raises(Stale, match="still a draft"):
        amend(region, case)


def test_after_the_meeting_closed_a_draft_can_still_be_completed(region, case):
    type_in(region, case, "decision", "recommend")
    with region.db.writing() as session:
        meetings.close_meeting(session, by=region["chair"], meeting_id=case.meeting_id, now=NOW)
    sign(region, case, type_all(region, case).revision)
    with region.db.reading() as session:
        assert session.get(type(case), case.id).status == "signed"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (update(Outcome).values(form={}), guards.SIGNED),
        (update(Outcome).values(status="draft"), guards.SIGNED),
        (text("DELETE FROM outcome"), guards.KEPT),
        (update(Action).values(owner="Nobody"), guards.FIXED),
        (text("DELETE FROM action"), guards.FIXED),
    ],
)
def test_the_database_itself_refuses_to_change_what_was_signed(region, case, change, says):
    sign(region, case, type_all(region, case).revision)
    with pytest.raises(IntegrityError, match=says), region.db.writing() as session:
        session.execute(change)


def test_the_database_takes_no_late_action_but_lets_one_be_done(region, case):
    signed = sign(region, case, type_all(region, case).revision)
    with pytest.raises(IntegrityError, match=guards.LATE), region.db.writing() as session:
        session.add(Action(outcome_id=signed.id, position=2, text="Slip in", owner="X", due=NOW.date()))
    with region.db.writing() as session:
        session.execute(update(Action).values(status="done"))


def test_every_act_is_in_the_audit_without_clinical_text(region, case):
    sign(region, case, type_all(region, case).revision)
    amend(region, case, reason="Histology changed.")
    with region.db.reading() as session:
        entries = session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action.startswith("outcome."))).all()
        assert [entry.action for entry in entries] == ["outcome.typed"] * len(PLAN) + [
            "outcome.signed",
            "outcome.amended",
        ]
        assert {entry.patient_id for entry in entries} == {case.patient_id}
        assert not any("operable" in str(entry.detail) or "Histology" in str(entry.detail) for entry in entries)
        assert audit.verify(session)[1] is None


def test_a_signed_deferral_goes_to_the_next_list_with_what_the_board_says_was_missing(region, case):
    with region.db.writing() as session:
        team = session.get_one(Case, case.id).meeting.team_id
        later = meetings.plan(session, by=region["chair"], team_id=team, starts_at=NOW + timedelta(days=7), now=NOW)
    none: dict[str, Any] = {"intent": None, "treatments": [], "rationale": ""}
    deferred = type_all(region, case, **none, decision="defer", deferral_reason="images")
    sign(region, case, deferred.revision)
    with region.db.reading() as session:
        carried = session.scalars(select(Carry)).one()
        assert (carried.case_id, carried.reason, carried.count) == (case.id, "images", 1)
        assert carried.trust_ods is not None  # nobody was asked yet, so that the board names the first it waits for
        assert session.get_one(Case, carried.to_case_id).meeting_id == later.id
        assert session.get_one(Case, case.id).reached == "signed"
