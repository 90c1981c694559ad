"""What an archive is asked, and what is made of an answer that says little."""

from dataclasses import replace
from datetime import date

import pytest

from mdt.imaging.gathering.federation import ask
from mdt.imaging.gathering.questions import questions
from mdt.record.identity import Known
from mdt.trusts.abilities import Ability
from mdt.trusts.errors import Refused
from mdt.trusts.matching import filtered
from mdt.trusts.source import StudyQuery
from tests.unit.archives import DOROTHY, Archive, Held

ONLY_THE_NUMBER: tuple[Ability, ...] = ("patient-id",)
ONLY_LOCAL: tuple[Ability, ...] = ("local-number",)

KNOWN = Known(nhs_number="9990000018", family="HARGREAVES", given="Dorothy", birth_date=date(1951, 3, 14), sex="F")


def test_the_number_is_asked_for_wherever_archives_keep_it():
    asked = questions(KNOWN, ["BH949177"])
    assert [one.query for one in asked[:5]] == [
        StudyQuery(patient_id="9990000018"),
        StudyQuery(patient_id="999 000 0018"),
        StudyQuery(other_patient_id="9990000018"),
        StudyQuery(other_patient_id="999 000 0018"),
        StudyQuery(patient_id="BH949177"),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("O'CONNELL", "O'CONNELL"),
        ("O'CONNELL", "OConnell"),
        ("O'CONNELL", "O CONNELL"),
        ("WIŚNIEWSKI", "WISNIEWSKI"),
        ("WISNIEWSKI", "WIŚNIEWSKI"),
        ("OKAFOR-BROWN", "OKAFOR BROWN"),
        ("OKAFOR-BROWN", "BROWN"),
        ("BROWN", "OKAFOR-BROWN"),
    ],
)
def test_a_name_is_found_however_the_archive_writes_it(ours, theirs):
    held = Held(replace(DOROTHY, other_ids=(), family=theirs))
    (candidate,) = ask(Archive([held]), replace(KNOWN, family=ours), ()).candidates
    assert candidate.verdict.link == "confirm"


def test_every_question_asks_for_something():
    for asked in questions(replace(KNOWN, family="X", given="Y")):
        assert filtered(asked.query, []).studies == ()
        assert asked.query != StudyQuery()


@pytest.mark.parametrize(("given", "born"), [("", date(1951, 3, 14)), ("Dorothy", None), ("", None)])
def test_who_has_one_name_or_no_known_birthday_is_asked_for_by_what_is_known(given, born):
    asked = [one.query for one in questions(replace(KNOWN, given=given, birth_date=born))]
    assert StudyQuery(patient_id="9990000018") in asked
    assert all(one.birth_date is None for one in asked)  # a day alone would ask for half a town
    held = Held(replace(DOROTHY, other_ids=(), given=given))
    found = ask(Archive([held]), replace(KNOWN, given=given, birth_date=born), ()).candidates
    assert [one.verdict.link for one in found] == (["confirm"] if born else [])


def test_demographics_come_last_and_only_what_an_archive_can_answer_is_asked():
    ways = [asked.by for asked in questions(KNOWN, ["BH949177"])]
    assert list(dict.fromkeys(ways)) == ["patient-id", "other-ids", "local-number", "demographics"]
    few = questions(KNOWN, ["BH949177"], ("local-number", "patient-id"))
    assert {asked.by for asked in few} == {"patient-id", "local-number"}


def test_what_could_not_be_asked_is_said():
    held = [Held(DOROTHY), Held(replace(DOROTHY, patient_id="9990000018", other_ids=()), study="1.9")]
    asked = ask(Archive(held), KNOWN, (), ONLY_THE_NUMBER)
    assert [one.study.study_uid for one in asked.candidates] == ["1.9"]
    assert asked.remarks[0] == (
        "It cannot be searched by the NHS number among Other Patient IDs, its own number for the patient or name and "
        "date of birth: what it files only so is not found."
    )
    assert not any("cannot be searched" in remark for remark in ask(Archive(held), KNOWN, ()).remarks)


def test_an_archive_that_can_be_asked_nothing_has_not_answered():
    archive = Archive([Held(DOROTHY)])
    with pytest.raises(Refused, match="only by its own number for the patient, and none is known there"):
        ask(archive, KNOWN, (), ONLY_LOCAL)
    assert len(ask(archive, KNOWN, ("M1",), ONLY_LOCAL).candidates) == 1


def test_one_way_of_asking_that_is_refused_does_not_cost_the_others():
    class Fussy(Archive):
        def find_studies(self, query):
            if query.other_patient_id or self.refuses:
                raise Refused("query", "The source refused (400 Bad Request).")
            return super().find_studies(query)

    asked = ask(Fussy([Held(replace(DOROTHY, patient_id="9990000018"))]), KNOWN, ())
    assert len(asked.candidates) == 1
    assert any("refused to be asked by the NHS number among Other Patient IDs" in remark for remark in asked.remarks)
    with pytest.raises(Refused, match="400"):
        ask(Fussy([Held(DOROTHY)], refuses="all"), KNOWN, ())


def test_what_only_the_demographics_found_waits_for_a_person():
    (candidate,) = ask(Archive([Held(replace(DOROTHY, other_ids=()))]), KNOWN, ()).candidates
    assert candidate.verdict.link == "confirm"


def test_others_of_the_same_name_are_not_candidates():
    others = [Held(replace(DOROTHY, other_ids=(), birth_date=date(1970, 1, n)), study=f"1.{n}") for n in range(1, 9)]
    assert ask(Archive(others), KNOWN, ()).candidates == ()


def test_an_archive_that_says_little_is_opened_only_where_the_name_fits():
    held = [Held(DOROTHY, study="1.1"), Held(replace(DOROTHY, family="SMITH"), study="1.2")]
    archive = Archive(held, vague=True)
    asked = ask(archive, KNOWN, ())
    assert [one.study.study_uid for one in asked.candidates] == ["1.1"]
    assert archive.peeked == ["1.1"]


def test_too_many_of_one_name_are_not_all_opened_and_that_is_said():
    archive = Archive([Held(DOROTHY, study=f"1.{n}") for n in range(60)], vague=True)
    asked = ask(archive, KNOWN, ())
    assert len(archive.peeked) == 40
    assert any("More than 40 studies" in remark for remark in asked.remarks)
