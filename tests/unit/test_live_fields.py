"""What a browser sends is read with suspicion."""

import json
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.core.errors import Invalid
from mdt.live import fields, protocol, view
from tests.room_stage import uid

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
READERS = [
    protocol.hello,
    protocol.pull,
    protocol.op,
    protocol.view_message,
    protocol.pointer_message,
    protocol.drawing_message,
    protocol.renew,
    protocol.follow,
    protocol.digest,
]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@given(data=ANY_JSON)
def test_nothing_that_json_can_say_brings_a_reader_down(reader, data):
    with suppress(Invalid):
        reader(data)


@given(data=ANY_JSON)
def test_what_is_tidied_is_finite_and_tidying_again_changes_nothing(data):
    try:
        once = fields.tidy(data)
    except Invalid:
        return
    assert fields.tidy(once) == once
    json.dumps(once, allow_nan=False, ensure_ascii=False).encode()


@given(value=st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9))
def test_numbers_are_written_as_javascript_writes_them(value):
    text = json.dumps(fields.number(value, "x"))
    assert "e" not in text
    assert not text.endswith(".0")
    assert text != "-0"
    assert abs(float(text) - value) <= 0.0006


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e10, 10**400, True, "1", None, [1]])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(Invalid):
        fields.number(value, "x")


def test_control_characters_and_broken_halves_leave_text():
    assert fields.tidy_text("a\r\nb\rc\x00d\x1b[31m\ud800") == "a\nb\nc d [31m\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "body",
    [
        {"a": "x" * 20_001},
        {"a": ["x" * 10_000] * 4},
        {"a": [[[[[[[[[]]]]]]]]]},
        {"bad key": 1},
        {"a": b"bytes"},
        {"a": list(range(2_001))},
        {"__proto__": 1},
    ],
)
def test_bodies_are_bounded(body):
    with pytest.raises(Invalid):
        protocol.op({"op": uid(1), "kind": "mark.put", "body": body})


def a_view(**changed):
    pane = {
        "study": "1.2",
        "series": "1.2.3",
        "key": "a" * 32,
        "sop": "1.2.3.4",
        "frame": 1,
        "voi": {"lower": -150, "upper": 250.5},
        "invert": False,
        "centre": [0, -1.5, 200],
        "height": 310.2,
        "width": None,
        "rotation": 0,
        "flip_h": False,
        "flip_v": True,
    }
    return {"case": "b" * 32, "layout": "1x2", "active": 1, "panes": [pane, None], **changed}


def test_a_view_is_read_whole_and_what_the_wire_does_not_know_is_left_out():
    read = view.view(a_view(secret="x"))
    assert read == a_view()
    shown = a_view()
    shown["panes"][0]["state"] = "c" * 32
    assert view.view(shown) == shown
    with pytest.raises(Invalid):
        view.view(a_view(panes=[{**a_view()["panes"][0], "state": "GSPS"}, None]))


@pytest.mark.parametrize(
    "changed",
    [
        {"layout": "3x3"},
        {"filled": 2},
        {"filled": True},
        {"protocol": "two series"},
        {"protocol": 7},
        {"layout": "4x1", "panes": [None] * 4},
        {"layout": "0x1", "panes": []},
        {"panes": [None]},
        {"panes": [{**a_view()["panes"][0], "kind": "hologram"}, None]},
        {"panes": [{**a_view()["panes"][0], "kind": ["image"]}, None]},
        {"active": 2},
        {"case": "somewhere"},
        {"panes": [{**a_view()["panes"][0], "height": 0}, None]},
        {"panes": [{**a_view()["panes"][0], "rotation": math.nan}, None]},
        {"panes": [{**a_view()["panes"][0], "frame": 0}, None]},
        {"panes": [{**a_view()["panes"][0], "voi": [1, 2]}, None]},
    ],
)
def test_a_view_that_makes_no_sense_is_refused(changed):
    with pytest.raises(Invalid):
        view.view(a_view(**changed))


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_there_are_layouts_of_one_to_three_rows_and_columns(rows, columns):
    shown = a_view(
        layout=f"{rows}x{columns}", active=rows * columns - 1, panes=[a_view()["panes"][0]] * (rows * columns)
    )
    assert view.view(shown) == shown


def test_the_layers_of_an_image_are_keys_each_once():
    pane = a_view()["panes"][0]
    shown = a_view(panes=[{**pane, "layers": ["c" * 32, "overlays"]}, None])
    assert view.view(shown) == shown
    for wrong in ("c" * 32, ["GSPS"], ["c" * 32] * 2, [["c" * 32]], [f"{one:032x}" for one in range(101)]):
        with pytest.raises(Invalid):
            view.view(a_view(panes=[{**pane, "layers": wrong}, None]))


def test_a_view_says_what_fills_the_screen_and_what_it_was_hung_by():
    shown = a_view(filled=1, protocol="mammogram-four")
    assert view.view(shown) == shown


def test_an_image_is_the_kind_that_need_not_be_named():
    pane = a_view()["panes"][0]
    assert view.view(a_view(panes=[{**pane, "kind": "image"}, None])) == a_view()


def test_only_a_later_view_of_the_same_or_a_later_term_replaces():
    shown = view.Shown(3, 7, "x", {})
    assert view.Shown(3, 8, "x", {}).replaces(shown)
    assert view.Shown(4, 0, "x", {}).replaces(shown)
    assert not view.Shown(3, 7, "x", {}).replaces(shown)
    assert not view.Shown(2, 99, "x", {}).replaces(shown)
