"""The session's pure rules: who makes a quorum, how long people were there, how the time stands, where a call leads."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.core.errors import Invalid
from mdt.live import spans
from mdt.live.clock import pace_of
from mdt.meeting import call, quorum
from mdt.meeting.quorum import Somebody, missing
from mdt.sockets.recorder import Recorder
from tests.room_stage import sample

START = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


ANN = Somebody("a", "Dr Ann Lee", "Clinical oncologist")
BOB = Somebody("b", "Dr Bob Ray", "Radiologist")
CAT = Somebody("c", "Dr Cat Moss", "Medical oncologist")
ONCOLOGIST = {"name": "Oncologist", "count": 1, "specialties": ["oncologist"]}


def test_a_role_is_filled_by_a_specialty_that_holds_one_of_its_phrases_as_words():
    assert missing([ONCOLOGIST], [ANN], []) == []
    assert not quorum.fills("Radiology registrar", {"specialties": ["radiologist"]})
    assert not quorum.fills("Neuroradiologist", {"specialties": ["radiologist"]})
    assert quorum.fills("Lung cancer nurse specialist", {"specialties": ["nurse specialist"]})
    assert not quorum.fills("", {"specialties": ["oncologist"]})


def test_who_lacks_is_named_in_words():
    (lacks,) = missing([ONCOLOGIST], [BOB], [ANN, BOB, CAT])
    assert lacks.sentence == "No oncologist is here: Dr Ann Lee and Dr Cat Moss were invited."
    (lacks,) = missing([ONCOLOGIST | {"count": 2}], [ANN], [ANN, CAT])
    assert lacks.sentence == "1 of 2 is here: oncologist: Dr Cat Moss was invited."
    (lacks,) = missing([{"name": "CNS", "count": 1, "specialties": ["CNS"]}], [], [BOB])
    assert lacks.sentence == "No CNS is here; the team has nobody else for it."


def test_every_kind_of_team_has_roles_to_begin_from():
    for code in ("0101", "0201", "0301", "0501", "0601", "0701", "0801", "0901", "1001", "1103", "1201", "1301"):
        roles = quorum.starter(code)
        assert roles == quorum.checked([(r["name"], ", ".join(r["specialties"]), str(r["count"])) for r in roles])


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ([("", "oncologist", "1")], "Name the role"),
        ([("Oncologist", "", "0")], "1 to 9"),
        ([("A", "a", "1"), ("a", "b", "1")], "same name"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(typed, says):
    with pytest.raises(Invalid, match=says):
        quorum.checked(typed)


def test_two_tabs_count_once_and_a_line_that_came_back_was_never_gone():
    there = spans.joined([(at(0), at(10)), (at(5), at(12)), (at(12.5), at(20)), (at(30), at(31))])
    assert there == [(at(0), at(20)), (at(30), at(31))]
    assert spans.together(there, [(at(15), at(30.5))]) == timedelta(minutes=5.5)


moments = st.integers(0, 600).map(lambda n: at(n / 10))


@given(st.lists(st.tuples(moments, moments)))
def test_joined_stretches_neither_overlap_nor_grow(pairs):
    given_spans = [(min(pair), max(pair)) for pair in pairs]
    whole = spans.joined(given_spans, timedelta())
    assert all(a[1] < b[0] for a, b in pairwise(whole))
    assert spans.length(whole) <= spans.length(given_spans)
    assert spans.joined(whole, timedelta()) == whole


def test_a_case_is_open_until_the_next_and_may_be_opened_again():
    opened = spans.of_cases([("a", at(0)), ("b", at(10)), ("a", at(12))], at(15))
    assert opened == {"a": [(at(0), at(10)), (at(12), at(15))], "b": [(at(10), at(12))]}
    assert spans.of_cases([], at(1)) == {}


def test_the_pace_is_of_this_meeting_once_it_says_enough():
    def minutes(*each: int) -> list[timedelta]:
        return [timedelta(minutes=one) for one in each]

    assert pace_of([], []) == (None, "")
    assert pace_of(minutes(4), []) == (timedelta(minutes=4), "meeting")
    assert pace_of(minutes(20), minutes(4, 6, 8)) == (timedelta(minutes=7), "history")
    assert pace_of(minutes(3, 5, 20), minutes(9, 9, 9)) == (timedelta(minutes=5), "meeting")


@pytest.mark.parametrize(
    "typed",
    [
        "http://teams.example/x", "javascript:alert(1)", "https://", "https://user:pw@teams.example/", "teams.example",
        "https://teams.example/a b", "https://localhost/x", "https://a.example\\@b.example/", "https://[::1",
    ],
)  # fmt: skip
def test_a_call_leads_to_a_named_site_over_https_or_nowhere(typed):
    with pytest.raises(Invalid):
        call.link(typed)


def test_the_host_of_a_call_is_told_so_that_it_cannot_deceive():
    assert call.link("  ") is None
    assert call.host(call.link(" https://teams.microsoft.com/l/meetup-join/19%3a ") or "") == "teams.microsoft.com"
    assert call.host("https://tеams.example/x") == "xn--tams-v4d.example"  # its e is Cyrillic


def test_at_most_one_view_a_second_is_kept_and_always_the_last_before_an_act():
    recorder = Recorder(0)
    for n in range(30):
        recorder.saw(sample(n))
    assert [one.n for one in recorder.drain()] == [0]
    recorder.take()
    assert [one.n for one in recorder.drain()] == [29]
    recorder.take()
    assert recorder.drain() == []
    recorder.is_on = False
    recorder.saw(sample(30))
    recorder.take()
    assert recorder.drain() == []
