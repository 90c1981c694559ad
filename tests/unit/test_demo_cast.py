"""Who the demo's invented people are: nobody real, and the traps that real archives set."""

from datetime import date, timedelta

from pydicom.dataset import Dataset

from mdt.demo import cast
from mdt.demo.colorectal.patients import PATIENTS
from mdt.demo.geography import TRUSTS, trust
from mdt.demo.library import accession, identify
from mdt.demo.people import PASSWORD, STAFF, TEAMS
from mdt.demo.questions import ASKED, NEXT_WEEK
from mdt.demo.recipes import _PAINT
from mdt.meeting import referral
from mdt.people import passwords
from mdt.people.permissions import ROLES
from mdt.record import nhs_number
from mdt.record.identity import Known, judge
from mdt.trusts.listing import identity

TODAY = date(2026, 11, 24)


def test_the_eight_trusts_of_the_contract_are_there_by_their_ods_codes():
    assert {one.ods for one in TRUSTS} == {"RMC", "RBV", "R0A", "RM3", "RW6", "RWJ", "RMP", "RRF"}
    assert {one.kind for one in TRUSTS} == {"dimse", "dicomweb", "folder"}
    assert sum(one.delay > 0 for one in TRUSTS) == 1


def test_every_patient_has_a_valid_number_of_the_test_range_of_their_own():
    numbers = [one.nhs for one in (*cast.PATIENTS, *PATIENTS)]
    assert len(cast.PATIENTS) >= 10
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("999") and nhs_number.is_valid(number) for number in numbers)
    samples = {"9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069"}
    assert not samples & set(numbers)


def test_names_fit_a_dicom_person_name():
    assert all(len(one.pn) <= 64 for one in cast.PATIENTS)


def test_staff_cannot_be_mistaken_for_real_people():
    assert all(one.email.endswith(".example") for one in STAFF)
    assert len({one.email for one in STAFF}) == len(STAFF)
    assert {role for one in STAFF for role in one.roles.values()} == set(ROLES)
    assert any(one.administrator for one in STAFF)
    assert passwords.check(passwords.hashed(PASSWORD), PASSWORD).right


def test_there_is_a_team_the_lung_people_are_not_in():
    lung = {one.email for one in STAFF if "lung" in one.roles}
    outside = [team.key for team in TEAMS if not lung & {one.email for one in STAFF if team.key in one.roles}]
    assert outside == ["brain"]


def test_the_questions_are_ones_the_agenda_takes_and_ask_about_people_who_exist():
    listed = [pair for pairs in (*ASKED.values(), NEXT_WEEK) for pair in pairs]
    assert {who for who, _ in listed} <= {one.key for one in cast.PATIENTS}
    assert [referral.question(asked) for _, asked in listed] == [asked for _, asked in listed]
    assert len(ASKED["lung"]) == 6


def test_every_study_of_the_cast_can_be_painted():
    assert {one.key for one in cast.STUDIES} == set(_PAINT)


def test_the_identity_rule_decides_each_copy_as_the_story_says():
    traps = set()
    for study in cast.STUDIES:
        for copy in study.copies:
            looked_for = cast.patient(study.looked_at_for or study.of)
            known = Known(looked_for.nhs, looked_for.family, looked_for.given, looked_for.born, looked_for.sex)
            verdict = judge(known, identity(as_held(study, copy), whole=True))
            assert verdict is not None, (study.key, copy.ods)
            assert verdict.link == copy.link, (study.key, copy.ods)
            if copy.link != "auto":
                assert verdict.why == copy.why
                traps.add(verdict.why)
    assert len(traps) == 3


def test_the_traps_of_the_archives_are_all_set():
    copies = [copy for study in cast.STUDIES for copy in study.copies]
    ways = {trust(copy.ods).ids for copy in copies if copy.says == "usual"}
    assert ways == {"nhs_in_other_ids", "nhs_in_patient_id", "nhs_spaced"}
    assert {copy.says for copy in copies} == {"usual", "local only", "wrong birth date"}
    assert any(copy.only_first for copy in copies)
    assert any(copy.missing for copy in copies)
    assert any(len(study.copies) == 2 for study in cast.STUDIES)


def test_the_prior_is_six_months_older_and_at_another_trust():
    now, before = (next(one for one in cast.STUDIES if one.key == key) for key in ("maureen-ct", "maureen-ct-prior"))
    assert before.days_ago - now.days_ago > 170
    assert now.copies[0].ods != before.copies[0].ods


def as_held(study, copy):
    """The identity a trust puts on a study, as text by keyword, the way a header is read."""
    ds = Dataset()
    identify(ds, trust(copy.ods), cast.patient(study.of), copy.says, number=accession(study.key, copy.ods), today=TODAY)
    day = TODAY - timedelta(days=study.days_ago)
    ds.StudyDate = day.strftime("%Y%m%d")
    found = {element.keyword: (str(element.value),) for element in ds if element.VR != "SQ"}
    others = ds.get("OtherPatientIDsSequence", [])
    return found | {"OtherPatientIDsSequence": tuple(str(item.PatientID) for item in others)}
