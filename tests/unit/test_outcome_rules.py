"""The outcome's pure rules: what each field takes, what is still missing, and how the decision is read back.

The cases of tests/cases/outcome.json are run here and in TypeScript.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from mdt.core.errors import Invalid
from mdt.outcome import definition, form, proforma
from mdt.outcome.completeness import missing
from mdt.outcome.sentence import sentence

CASES = json.loads((Path(__file__).parents[1] / "cases" / "outcome.json").read_text())
FIRST = proforma.compose(proforma.FIRST)
COLORECTAL = proforma.compose("core-2", "colorectal-1")
FORMS = {one.key: one for one in (FIRST, COLORECTAL)}
DAY = date.fromisoformat(CASES["day"])
ACTION = {"id": "00000000-0000-4000-8000-000000000001", "text": "Book CPET", "owner": "Mr Jones", "due": "2026-12-01"}


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_what_is_missing_and_what_is_read_back(case):
    on = FORMS[case.get("on", proforma.FIRST)]
    kept = {name: form.read(on, name, value) for name, value in case["form"].items()}
    assert [{"name": each.name, "say": each.say} for each in missing(on, kept, DAY)] == case["missing"]
    assert sentence(on, kept) == case["sentence"]


def test_every_rule_is_broken_by_some_case():
    broken = {each["say"] for case in CASES["cases"] for each in case["missing"]}
    assert {rule.say for rule in FIRST.rules} <= broken


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
    assert form.read(FIRST, field, value) == kept


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
        form.read(FIRST, field, value)


BLOCKS = sorted(one.key for one in proforma.parts() if one.types)


@pytest.mark.parametrize("block", ["", *BLOCKS])
def test_every_proforma_can_be_read_and_speaks_only_of_what_it_has(block):
    """`compose` refuses a rule about a field or a code that is not there, and two fields of one name."""
    made = proforma.compose("core-2", block)
    assert made.key == "+".join(filter(None, ["core-2", block]))
    assert {rule.name for rule in made.rules} <= made.by_name.keys()
    assert len({code.code for field in made.fields for code in field.codes}) > 30
    headings = [field.block for field in made.fields]
    assert all(headings)
    assert len(set(headings)) == sum(a != b for a, b in zip(["", *headings], headings, strict=False))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"x-colour": "red"}, "nothing reads x-colour"),
        ({"properties": {"a": {"title": "A", "type": "integer"}}}, "no kind of field"),
        ({"allOf": [{"$comment": "Do.", "if": {}, "then": {"minProperties": 1}}]}, "no rule is written so"),
        ({"allOf": [{"$comment": "Do.", "if": {"properties": {}}, "then": {"required": ["a"]}}]}, "required"),
        ({"$id": "urn:mdt:proforma:other:1"}, "its .id"),
    ],
)
def test_a_schema_that_says_what_nobody_reads_is_refused(change, says):
    good = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mdt:proforma:mine:1",
        "title": "Mine",
        "type": "object",
        "properties": {"a": {"title": "A", "type": "string", "maxLength": 9}},
        "allOf": [],
    }
    assert proforma.read_schema("mine-1", good).fields[0].longest == 9
    with pytest.raises((ValueError, KeyError), match=says):
        proforma.read_schema("mine-1", good | change)


def test_each_type_of_mdt_has_the_block_of_its_site():
    """COSD CR3190; the types that have no block of their own are written on the core alone."""
    blocks = {"0301": "colorectal", "0101": "breast", "0801": "lung", "1202": "urology", "0201": "brain"}
    blocks |= {"1102": "uppergi", "1103": "hpb", "1002": "skin", "0602": "haematology", "0502": "gynaecology"}
    for mdt_type, name in blocks.items():
        found = proforma.block_for(mdt_type)
        assert found is not None
        assert found.key.startswith(f"{name}-")
    assert proforma.block_for("1301") is None


@pytest.mark.parametrize("key", ["core-9", "../core-1", "core-2+team-1", "CORE-1", ""])
def test_a_proforma_that_is_not_here_is_said_to_be_so(key):
    with pytest.raises(Invalid, match="does not have the proforma"):
        proforma.compose(*proforma.split(key))


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("crm_mm", 2.5, 2.5),
        ("crm_mm", 2.0, 2),
        ("crm_mm", "", None),
        ("height_mm", 0, 0),
    ],
)
def test_a_number_is_kept_as_the_wire_writes_it(field, value, kept):
    assert form.read(COLORECTAL, field, value) == kept


@pytest.mark.parametrize("value", [-1, 51, True, "2", float("nan"), [2]])
def test_a_number_outside_its_bounds_is_refused_with_them(value):
    with pytest.raises(Invalid, match="from 0 to 50 mm"):
        form.read(COLORECTAL, "crm_mm", value)


def test_several_answers_are_kept_in_the_order_of_the_list():
    lung = proforma.compose("core-2", "lung-1")
    assert form.read(lung, "stage_by", ["ebus", "pet", "pet"]) == ["pet", "ebus"]
    with pytest.raises(Invalid, match="choose from the listed answers"):
        form.read(lung, "stage_by", ["ebus", "tarot"])


def test_the_codes_are_those_of_cosd():
    for made in (FIRST, COLORECTAL):
        listed = {field.cosd: " ".join(code.code for code in field.codes) for field in made.fields if field.cosd}
        assert (
            listed.items()
            >= {
                "CR0460": "C Z X 9",
                "CR0470": "01 02 03 04 05 06 07 10 11 12 13 14 99",
                "CR0490": "01 02 03 04 05 06 07 08 10 99",
            }.items()
        )
    assert [code.code for code in COLORECTAL.by_name["ps"].codes] == ["0", "1", "2", "3", "4", "9"]  # CR0510


def test_the_browser_runs_its_tests_on_these_forms() -> None:
    """The only copies of the forms; they are here so that TypeScript can be tested without a server."""
    assert CASES["forms"] == {key: json.loads(json.dumps(definition.as_json(one))) for key, one in FORMS.items()}
