"""RECIST 1.1 as a rule: the thresholds, tables and exceptions of the paper, and the laws that follow from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.live.recist import Seen, assess, warnings


def target(name: str, size: float | None, *, node: bool = False, state: str = "measured", organ: str = "liver") -> Seen:
    return Seen(name, "target", organ, node, state, size)


def other(name: str, state: str) -> Seen:
    return Seen(name, "non-target", "bone", False, state)


def sizes(*each: float) -> list[list[Seen]]:
    return [[target("a", size)] for size in each]


@pytest.mark.parametrize(
    ("course", "last"),
    [
        ((50, 35), "PR"),  # exactly 30 %
        ((50, 35.1), "SD"),
        ((50, 60), "PD"),  # exactly 20 %, and 10 mm
        ((50, 59.9), "SD"),
        ((20, 24), "SD"),  # 20 %, but 4 mm: the absolute rule
        ((20, 25), "PD"),
        ((100, 20, 30), "PD"),  # from the smallest sum, although 70 % below baseline
        ((100, 20, 24.9), "PR"),  # 24.5 %, but 4.9 mm
        ((100, 60, 70), "PR"),
        ((100, 80, 97), "PD"),
        ((100, 120, 100), "SD"),  # progression does not become the reference
    ],
)
def test_the_sum_against_baseline_and_nadir(course, last):
    assert assess(sizes(*course))[-1].overall == last


def test_the_arithmetic_is_shown():
    found = assess(sizes(100, 60, 75))[-1]
    assert (found.sum, found.nadir, found.from_baseline, found.from_nadir) == (75, 60, -0.25, 0.25)
    assert found.why == (
        "Sum 75.0 mm: +25.0 % (+15.0 mm) from the smallest (60.0 mm); progression is 20 % and 5 mm or more above it.",
    )


def test_complete_response_is_every_lesion_gone_and_nodes_below_10_mm():
    begin = [target("a", 20), target("n", 18, node=True, organ="")]
    gone = target("a", None, state="absent")
    found = assess([begin, [gone, target("n", 9.9, node=True)]])[-1]
    assert (found.target, found.overall, found.sum) == ("CR", "CR", 9.9), "the sum need not be nothing"
    assert assess([begin, [gone, target("n", 10, node=True)]])[-1].overall == "PR"
    assert assess([begin, [target("a", 2), target("n", 8, node=True)]])[-1].overall == "PR"


def test_what_is_too_small_to_measure_counts_5_mm():
    assert assess([[target("a", 30)], [target("a", None, state="too-small")]])[-1].sum == 5


def test_a_lesion_that_comes_back_after_it_had_gone_is_progression():
    begin, gone = [target("a", 12)], [target("a", None, state="absent")]
    assert [found.overall for found in assess([begin, gone, [target("a", 4)]])] == ["baseline", "CR", "PD"]


def test_a_node_that_grows_again_is_judged_by_the_sum():
    course = [[target("n", size, node=True)] for size in (16, 8, 11)]
    assert assess(course)[-1].overall == "PR", "11 mm of 16, and only 3 mm above the smallest"
    assert assess([*course[:2], [target("n", 13, node=True)]])[-1].overall == "PD"


@pytest.mark.parametrize(
    ("targets", "non_target", "new", "overall"),  # tables 1 and 2
    [
        ("CR", "absent", False, "CR"),
        ("CR", "present", False, "PR"),
        ("CR", "not-evaluable", False, "PR"),
        ("PR", "present", False, "PR"),
        ("PR", "not-evaluable", False, "PR"),
        ("SD", "present", False, "SD"),
        ("SD", "absent", False, "SD"),
        ("NE", "present", False, "NE"),
        ("PD", "absent", False, "PD"),
        ("PR", "progressed", False, "PD"),
        ("CR", "absent", True, "PD"),
        ("NE", "present", True, "PD"),
        (None, "absent", False, "CR"),
        (None, "present", False, "non-CR/non-PD"),
        (None, "not-evaluable", False, "NE"),
        (None, "progressed", False, "PD"),
    ],
)
def test_targets_others_and_new_lesions_together(targets, non_target, new, overall):
    after = {
        "CR": target("a", None, state="absent"),
        "PR": target("a", 30),
        "SD": target("a", 50),
        "PD": target("a", 90),
        "NE": target("a", None, state="not-evaluable"),
    }
    begin = [other("b", "present"), *([target("a", 50)] if targets else [])]
    now = [other("b", non_target), *([after[targets]] if targets else [])]
    if new:
        now.append(Seen("c", "new", "lung", False, "present"))
    found = assess([begin, now])[-1]
    assert (found.target, found.overall) == (targets, overall)
    assert found.new == (("c",) if new else ())


def test_a_target_that_cannot_be_evaluated_leaves_only_progression_that_is_evident_without_it():
    begin = [target("a", 20), target("b", 20)]
    lacking = target("b", None, state="not-evaluable")
    assert assess([begin, [target("a", 10), lacking]])[-1].overall == "NE"
    assert assess([begin, [target("a", 10)]])[-1].overall == "NE", "not marked is not gone"
    found = assess([begin, [target("a", 50), lacking]])[-1]
    assert found.overall == "PD"
    assert "without b" in found.why[0]


def test_the_choice_of_lesions_is_questioned():
    many = [target(str(n), 20, organ=f"organ {n // 2}") for n in range(6)]
    assert warnings([many]) == ["6 target lesions: RECIST 1.1 takes at most 5."]
    assert "in liver" in warnings([[target(name, 12) for name in "abc"]])[0]
    assert "lymph nodes" in warnings([[target(name, 16, node=True, organ=name) for name in "abc"]])[0]
    small = warnings([[target("a", 9.9), target("n", 14.9, node=True)]])
    assert [("10 mm" in said, "short axis of 15 mm" in said) for said in small] == [(True, False), (False, True)]
    assert "not there at baseline" in warnings([[target("a", 20)], [target("a", 20), target("late", 12)]])[0]


COURSES = st.lists(
    st.lists(st.integers(0, 900).map(lambda tenths: tenths / 10), min_size=3, max_size=3), min_size=1, max_size=6
)


def course(rows: list[list[float]]) -> list[list[Seen]]:
    return [[target(name, size, state="measured" if size else "absent") for name, size in zip("abc", row, strict=True)]
            for row in rows]  # fmt: skip


@given(COURSES)
def test_laws(rows):
    points = course(rows)
    found = assess(points)
    assert [one.sum for one in found] == [pytest.approx(sum(row), abs=0.051) for row in rows]
    first = found[0].sum or 0.0
    for at, one in enumerate(found[1:], 1):
        assert one.sum is not None
        assert one.nadir == min(before.sum or 0.0 for before in found[:at])
        if one.overall == "PR":
            assert one.sum <= 0.7 * first + 1e-6
        if one.overall == "PD" and one.nadir:
            assert one.sum >= one.nadir + 5 - 1e-6 or any(before.target == "CR" for before in found[:at])
        if one.overall == "CR":
            assert one.sum == 0
    assert assess([list(reversed(point)) for point in points]) == found, "in whatever order they are named"
    assert [one.overall for one in found][: len(found) - 1] == [one.overall for one in assess(points[:-1])], (
        "what comes later changes nothing of what was"
    )
