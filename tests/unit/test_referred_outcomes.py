"""What a referral says is suggested to whoever types, as it was referred; owners of actions are people of the team."""

import pytest

from mdt.core.errors import Invalid
from mdt.meeting.models import Case
from mdt.outcome import actions, owners, proforma, queries, referred, suggestions, to_do
from mdt.outcome.actions import Binding
from mdt.people.models import Membership, Person
from mdt.referral import decisions
from tests.unit.region import NOW, a_region
from tests.unit.test_outcome import PLAN
from tests.unit.test_referral import WHOLE, draft, send

LUNG = proforma.compose("core-2", "lung-1")
TOLD = {
    "ps": "2", "cfs": "5", "comorbidity": "2", "conditions": "COPD, on apixaban", "views": "Wants to stay at home.",
    "views_by": "Nurse Kay", "clinician": "Mr Bell", "key_worker": "Nurse Kay", "laterality": "R",
    "stage": "cT2a N1 M0", "history": "Smoker. Nodule since March.",
}  # fmt: skip


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def listed(region, **typed):
    one = draft(region, **{**WHOLE, **TOLD, **typed})
    send(region, one)
    meeting = region.plan()
    with region.db.writing() as session:
        by = region["coordinator"]
        return decisions.accept(session, by=by, referral_id=one.id, meeting_id=meeting.id, now=NOW)


def suggested(region, case, by="coordinator", on=LUNG):
    with region.db.reading() as session:
        return suggestions.of_case(session, region[by], session.get_one(Case, case.id), on)


def test_all_that_the_referral_says_is_offered_with_its_source_and_nothing_of_it_is_kept(region):
    case = listed(region)
    found = {one.field: one.value for one in suggested(region, case)}
    assert found == {
        "summary": "Smoker. Nodule since March.\nAsked: Resectable?",
        "ps": "2", "cfs": "5", "comorbidity": "ACE-27: moderate; COPD, on apixaban",
        "views_known": "known", "views": "Wants to stay at home.", "views_by": "Nurse Kay",
        "responsible": "Mr Bell", "tell_who": "Nurse Kay",
        "side": "R", "staged": "yes", "ct": "T2a", "cn": "N1", "cm": "M0",
    }  # fmt: skip
    assert {one.source for one in suggested(region, case)} == {"As referred by Dr Outsider, Tue 24 Nov 2026"}
    assert suggested(region, case, by="observer") == []
    with region.db.reading() as session:
        assert queries.newest(session, region["chair"], case.id) is None


@pytest.mark.parametrize(
    ("written", "stage"),
    [
        ("T2aN1M0", {"ct": "T2a", "cn": "N1", "cm": "M0"}),
        ("mrT3, cN2", {"ct": "T3", "cn": "N2"}),
        ("pT2a pN1", {}),  # found in a specimen: no clinical stage
        ("ypT3 N1", {}),
        ("T2 or T3, M0", {"cm": "M0"}),  # of two nobody is guessed
        ("T9 N7", {}),
        ("Tis N0", {"ct": "Tis", "cn": "N0"}),
        ("see letter", {}),
    ],
)
def test_a_stage_is_read_only_where_it_is_clear(written, stage):
    told = referred.said({"stage": written}, "", LUNG)
    assert {name: value for name, value in told.items() if name != "staged"} == stage


def test_figo_and_what_nobody_asked_are_read_too():
    womb = proforma.compose("core-2", "gynaecology-1")
    assert referred.said({"stage": "FIGO IIb"}, "", womb) == {"figo": "IIB"}
    assert referred.said({"views": "Not known."}, "", LUNG) == {"views_known": "not-known"}
    assert referred.said({"comorbidity": "9", "cfs": "not", "ps": "9"}, "", LUNG) == {"ps": "9"}


def typed_action(region, case, **owner):
    action = {"id": "00000000-0000-4000-8000-000000000001", "text": "Book CPET", "due": "2026-12-01", **owner}
    with region.db.writing() as session:
        bound = Binding(case.meeting_id, case.id, case.patient_id, 1)
        for name, value in (PLAN | {"actions": [action]}).items():
            kept = actions.set_field(
                session, by=region["coordinator"], binding=bound, revision=99, field=name, value=value, now=NOW
            )
        return actions.sign(session, by=region["chair"], binding=bound, revision=kept.revision, now=NOW).actions


def test_an_owner_who_is_chosen_is_that_person_and_no_other_of_the_name(region):
    case = region.open_first_case()
    with region.db.writing() as session:
        twin = Person(email="twin@nhs.example", name="Dr Member", trust_ods="RMC", password_hash="-")
        session.add(twin)
        session.flush()
        session.add(Membership(team_id=region.team, person_id=twin.id, role="member", starts=NOW.date()))
    [action, _] = typed_action(region, case, owner="whatever was typed", person=twin.id)
    assert (action.owner, action.person_id) == ("Dr Member", twin.id)
    with region.db.reading() as session:
        due = next(one for one in to_do.open_actions(session, region["member"]) if one.kind == "")
        assert not owners.is_theirs(due, region["member"].person_id, "Dr Member")
        assert owners.is_theirs(due, twin.id, "Dr Member")


def test_a_name_that_one_person_has_is_that_person_and_a_service_is_owned_by_its_name(region):
    case = region.open_first_case()
    [action, tell] = typed_action(region, case, owner=" dr member ")
    assert (action.person_id, tell.person_id) == (region["member"].person_id, None)
    assert owners.is_theirs(tell, region["member"].person_id, "CNS Shah")


def test_nobody_outside_the_team_can_be_chosen(region):
    case = region.open_first_case()
    with pytest.raises(Invalid, match="choose somebody of this team"):
        typed_action(region, case, owner="Dr Outsider", person=region["outsider"].person_id)
    with pytest.raises(Invalid, match="choose somebody from the list"):
        typed_action(region, case, owner="x", person="<script>")
