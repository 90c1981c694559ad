"""From a draft to an agenda: the gate, what is returned, refused and let through, duplicates, and stale forms."""

from datetime import timedelta
from typing import Any

import pytest

from mdt.core.actor import Actor
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.meeting.models import Case
from mdt.meeting.pathway.models import Pathway
from mdt.referral import actions, along, decisions, fields, papers, queries, requirements, standing, states
from mdt.referral.models import Referral
from tests.unit.region import NOW, Region, a_region

WHOLE: dict[str, Any] = {
    "question": "Resectable?", "urgency": "next", "kind": "urgent", "received": "2026-11-02", "ps": "1", "cfs": "3",
    "aware": "yes", "imaging": [{"date": "2026-11-10", "trust": "RMC", "modality": "CT"}],
}  # fmt: skip


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def referrer(region: Region) -> Actor:
    """The breast team's chair refers to the lung team, in which they have no part."""
    return region["outsider"]


def draft(region: Region, by: Actor | None = None, **typed) -> Referral:
    by = by or referrer(region)
    with region.db.writing() as db:
        made = actions.begin(db, by=by, team_id=region.team, patient_id=region.patients[0].id, now=NOW)
        return actions.save(db, by=by, referral_id=made.id, revision=0, typed=typed, now=NOW).referral


def send(region: Region, one: Referral, by: Actor | None = None, apart: str = "") -> list[str]:
    with region.db.writing() as db:
        _, lacks = actions.send(db, by=by or referrer(region), referral_id=one.id, apart_reason=apart, now=NOW)
    return [lack.field for lack in lacks]


def again(region: Region, one: Referral, by: Actor | None = None) -> Referral:
    with region.db.reading() as db:
        return queries.referral(db, by or referrer(region), one.id)


def decide(region: Region, who: str, act, one: Referral, **more):
    with region.db.writing() as db:
        return act(db, by=region[who], referral_id=one.id, now=NOW, **more)


def test_what_lacks_something_comes_back_with_what_and_then_goes_on_to_an_agenda_with_nothing_typed_twice(region):
    one = draft(region, **{name: value for name, value in WHOLE.items() if name not in ("ps", "received")})
    assert send(region, one) == ["ps", "received"]
    assert again(region, one).steps[-1].missing[0] == "WHO performance status is missing."
    with region.db.writing() as db:
        typed = {"ps": "1", "received": "2026-11-02"}
        actions.save(db, by=referrer(region), referral_id=one.id, revision=1, typed=typed, now=NOW)
    assert send(region, one) == []
    meeting = region.plan()
    case = decide(region, "coordinator", decisions.accept, one, meeting_id=meeting.id)
    with region.db.reading() as db:
        pathway = db.get_one(Pathway, db.get_one(Case, case.id).pathway_id)
        assert (case.clinical_question, pathway.kind, pathway.received.isoformat()) == (
            "Resectable?", "urgent", "2026-11-02",
        )  # fmt: skip
        assert queries.of_cases(db, [case.id])[case.id].id == one.id
    came = again(region, one)
    with region.db.reading() as db:
        told = [(step.label, step.state) for step in standing.steps(came, queries.current_case(db, came))]
    assert told == [
        ("Draft", "done"), ("Sent", "done"), ("Listed", "now"), ("Discussed", "ahead"), ("Outcome signed", "ahead"),
    ]  # fmt: skip


def test_a_draft_is_nobody_elses_and_what_was_sent_is_the_teams(region):
    one = draft(region, **WHOLE)
    with region.db.reading() as db, pytest.raises(NotFound):
        queries.referral(db, region["chair"], one.id)
    send(region, one)
    assert again(region, one, region["member"]).id == one.id
    with region.db.reading() as db, pytest.raises(NotFound):
        queries.referral(db, region["observer"], one.id)


def test_a_coordinator_may_refuse_and_only_a_chair_lets_it_through_both_with_a_reason(region):
    one = draft(region, **(WHOLE | {"cfs": ""}))
    assert send(region, one) == ["cfs"]
    with pytest.raises(Invalid, match="Say why it is not listed"):
        decide(region, "coordinator", decisions.refuse, one, reason=" ")
    decide(region, "coordinator", decisions.refuse, one, reason="Belongs to the skin team")
    with pytest.raises(Forbidden):
        decide(region, "coordinator", decisions.override, one, reason="I want it")
    with pytest.raises(Invalid, match="refused by the team, so it cannot be accepted"):
        decide(region, "coordinator", decisions.accept, one, meeting_id=region.plan().id)
    decide(region, "chair", decisions.override, one, reason="Urgent, frailty will be told in the room")
    case = decide(region, "coordinator", decisions.accept, one, meeting_id=region.plan().id)
    came = again(region, one)
    assert came.case_id == case.id
    assert came.steps[-1].missing == ["Rockwood Clinical Frailty Scale is missing."]


def test_a_second_referral_of_a_patient_is_joined_or_goes_on_with_a_reason(region):
    first = draft(region, **WHOLE)
    send(region, first)
    member = region["member"]
    second = draft(region, member, **WHOLE)
    with pytest.raises(Stale, match="already"):
        send(region, second, member)
    send(region, second, member, apart="The other lung")
    assert again(region, second, member).state == states.SENT
    with region.db.writing() as db:
        actions.join(db, by=region["coordinator"], referral_id=second.id, other_id=first.id, now=NOW)
    meeting = region.plan()
    with pytest.raises(Invalid, match="waits for this team"), region.db.writing() as db:
        along.list_at_once(
            db, by=region["coordinator"], meeting_id=meeting.id, patient_id=region.patients[0].id,
            clinical_question="Again?", now=NOW,
        )  # fmt: skip


def test_a_stale_form_sets_what_only_it_changed_and_loses_nothing_of_anybodys(region):
    by = referrer(region)
    one = draft(region, question="First words", contact="Bleep 1")
    with region.db.writing() as db:
        actions.save(db, by=by, referral_id=one.id, revision=1, typed={"question": "In another tab"}, now=NOW)
    with region.db.writing() as db:  # this form still shows revision 1
        typed = {"question": "In this tab", "contact": "Bleep 2"}
        saved = actions.save(db, by=by, referral_id=one.id, revision=1, typed=typed, now=NOW)
    assert (saved.changed, saved.conflicts) == (["contact"], {"question": "In another tab"})
    with region.db.writing() as db:  # whoever did not touch the question did not mean to take it back
        typed = {"question": "First words", "urgency": "soon"}
        saved = actions.save(db, by=by, referral_id=one.id, revision=1, typed=typed, now=NOW)
    assert (saved.changed, saved.conflicts) == (["urgency"], {})
    assert again(region, one).values["question"] == "In another tab"


def test_a_team_sets_from_a_day_on_what_its_form_asks_and_earlier_ones_judge_what_was_sent_under_them(region):
    one = draft(region, **WHOLE)
    send(region, one)
    later = NOW + timedelta(days=1)
    with region.db.writing() as db:
        requirements.set_form(
            db, by=region["coordinator"], team_id=region.team, starts=later.date(), needs={"views": "required"},
            own=[("Smoking in pack years", "required")], now=NOW,
        )  # fmt: skip
        with pytest.raises(Invalid, match="always required"):
            requirements.set_form(
                db, by=region["chair"], team_id=region.team, starts=later.date(), needs={"question": "off"}, own=[],
                now=NOW,
            )  # fmt: skip
        asked = requirements.asked(requirements.in_force(db, region.team, later))
        assert asked["own_1"][0].label == "Smoking in pack years"
        assert "own_1" not in actions.asked_of(db, queries.referral(db, referrer(region), one.id), later)
    decide(region, "coordinator", decisions.accept, one, meeting_id=region.plan().id)


@pytest.mark.parametrize(
    ("name", "raw", "sentence"),
    [
        ("ps", "7", "WHO performance status: choose one of the answers."),
        ("received", "2027-01-01", "Referral received cannot lie in the future."),
        ("received", "2026-13-45", "enter the day as day, month and year"),
        ("question", "x" * 1001, "1000 characters or fewer, these are 1001"),
        ("holder_ods", "XXX", "choose one of the trusts"),
        ("imaging", [{"date": "soon"}], "Date: enter the day"),
    ],
)
def test_what_cannot_be_is_refused_in_words(name, raw, sentence):
    with pytest.raises(Invalid, match=sentence):
        fields.read(fields.BY_NAME[name], raw, NOW.date(), {"RMC": "Bolton"})


def test_a_file_is_what_its_content_says_whatever_it_is_called():
    assert papers.kind_of(b"%PDF-1.7 ...") == "pdf"
    assert papers.name_of("../../etc/letter.exe", "pdf") == "letter.exe.pdf"
    for content, sentence in (
        (b"", "empty"), (b"MZ\x00\x01", "Only PDF"), (b"\0" * 128 + b"DICM", "DICOM"), (b"PK\x03\x04zz", "damaged"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=sentence):
            papers.kind_of(content)


def test_every_change_of_state_is_in_the_table_and_every_other_is_refused_in_words():
    for state in states.STATES:
        for to in states.STATES:
            if to in states.ALLOWED[state]:
                states.require_move(state, to)
            else:
                with pytest.raises(Invalid, match="This referral"):
                    states.require_move(state, to)
