"""The outcome's pure rules: what each field takes, what is still missing, and how the decision is read back.

The cases of tests/cases/outcome.json are run here and in TypeScript.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from mdt.core.errors import Invalid
from mdt.outcome import definition, form
from mdt.outcome.completeness import RULES, missing
from mdt.outcome.sentence import sentence

CASES = json.loads((Path(__file__).parents[1] / "cases" / "outcome.json").read_text())
DAY = date.fromisoformat(CASES["day"])
ACTION = {"id": "00000000-0000-4000-8000-000000000001", "text": "Book CPET", "owner": "Mr Jones", "due": "2026-12-01"}


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_what_is_missing_and_what_is_read_back(case):
    kept = {name: form.read(name, value) for name, value in case["form"].items()}
    assert [{"name": each.name, "say": each.say} for each in missing(kept, DAY)] == case["missing"]
    assert sentence(kept) == case["sentence"]


def test_every_rule_is_broken_by_some_case():
    broken = {each["say"] for case in CASES["cases"] for each in case["missing"]}
    assert {rule.say for rule in RULES} <= broken


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("decision", "recommend", "recommend"),
        ("decision", "", None),
        ("intent", None, None),
        ("rationale", "two\r\nlines ", "two\nlines "),
        ("responsible", None, ""),
        ("tell_by", "2026-11-26", "2026-11-26"),
        ("tell_by", "", None),
        ("treatments", None, []),
        (
            "treatments",
            [{"code": "03", "relation": "alternative"}, {"code": "01", "relation": "alternative"}],
            [{"code": "03", "relation": "sequential"}, {"code": "01", "relation": "alternative"}],
        ),
        ("actions", [ACTION | {"due": ""}], [ACTION | {"due": None}]),
    ],
)
def test_a_field_keeps_what_was_meant(field, value, kept):
    assert form.read(field, value) == kept


@pytest.mark.parametrize(
    ("field", "value", "sentence_says"),
    [
        ("colour", "red", "no field called"),
        ("decision", "perhaps", "listed answers"),
        ("decision", ["recommend"], "listed answers"),
        ("intent", 9, "listed answers"),
        ("rationale", {"a": 1}, "enter text"),
        ("rationale", "x" * 4001, "4000 characters or fewer"),
        ("rationale", "bell\x07", "cannot be kept"),
        ("rationale", "half \ud800", "cannot be kept"),
        ("responsible", "two\nlines", "cannot be kept"),
        ("responsible", "x" * 121, "120 characters or fewer"),
        ("tell_by", "26/11/2026", "real date"),
        ("tell_by", "2026-02-30", "real date"),
        ("tell_by", "20261126", "real date"),
        ("tell_by", "1026-11-26", "real date"),
        ("tell_by", 20261126, "real date"),
        ("treatments", "01", "list is expected"),
        ("treatments", [{"code": "01"}], "nothing else"),
        ("treatments", [{"code": "55", "relation": "sequential"}], "listed treatments"),
        ("treatments", [{"code": "01", "relation": "beside"}], "sequential or alternative"),
        ("treatments", [{"code": "01", "relation": "sequential"}] * 2, "planned twice"),
        ("treatments", [{"code": "01", "relation": "sequential"}] * 14, "at most 13"),
        ("actions", [ACTION] * 21, "at most 20"),
        ("actions", [ACTION, ACTION], "same identifier"),
        ("actions", [ACTION | {"id": "?"}], "proper identifier"),
        ("actions", [ACTION | {"done": True}], "nothing else"),
        ("actions", [ACTION | {"due": "soon"}], "Action 1, due date: enter a real date"),
        ("actions", [ACTION | {"text": "x" * 501}], "500 characters or fewer"),
    ],
)
def test_a_field_refuses_in_words(field, value, sentence_says):
    with pytest.raises(Invalid, match=sentence_says):
        form.read(field, value)


def test_rules_speak_only_of_fields_and_codes_that_exist():
    for rule in RULES:
        assert rule.name in form.BY_NAME
        for name, wanted in [*rule.when.items(), (rule.name, rule.codes)]:
            assert set(wanted) <= {code.code for code in form.BY_NAME[name].codes}


def test_the_codes_are_those_of_cosd():
    listed = {field.cosd: " ".join(code.code for code in field.codes) for field in form.FIELDS if field.cosd}
    assert listed == {
        "CR0460": "C Z X 9",
        "CR0470": "01 02 03 04 05 06 07 10 11 12 13 14 99",
        "CR0490": "01 02 03 04 05 06 07 08 10 99",
    }


def test_the_browser_runs_its_tests_on_this_form() -> None:
    """The only copy of the form; it is here so that TypeScript can be tested without a server."""
    assert CASES["form"] == json.loads(definition.as_json())
