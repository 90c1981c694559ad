"""What an archive is asked, and what is made of an answer that says little."""

from dataclasses import replace
from datetime import date

import pytest

from mdt.imaging.federation import ask
from mdt.imaging.questions import questions
from mdt.record.identity import Known
from mdt.trusts.matching import filtered
from mdt.trusts.source import StudyQuery
from tests.unit.archives import DOROTHY, Archive, Held

KNOWN = Known(nhs_number="9990000018", family="HARGREAVES", given="Dorothy", birth_date=date(1951, 3, 14), sex="F")


def test_the_number_is_asked_for_wherever_archives_keep_it():
    asked = questions(KNOWN, ["BH949177"])
    assert asked[:5] == [
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
    for query in questions(replace(KNOWN, family="X", given="Y")):
        assert filtered(query, []).studies == ()
        assert query != StudyQuery()


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
