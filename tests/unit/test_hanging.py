"""The order in which the objects of a series are looked at."""

import random

from hypothesis import given
from hypothesis import strategies as st

from mdt.imaging.pixels.growth import worth_packing
from mdt.imaging.pixels.hanging import Hung, hung, in_order

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def at(number: int | None, z: float, orientation: tuple[float, ...] = AXIAL) -> Hung:
    return Hung(f"1.{number}.{abs(z):g}", number, (0.0, 0.0, z), orientation)


def test_a_stack_goes_by_position_the_way_its_numbers_run() -> None:
    feet_first = [at(1, -10), at(2, -5), at(3, 0)]
    head_first = [at(1, 0), at(2, -5), at(3, -10)]
    for stack in (feet_first, head_first):
        assert in_order(random.Random(1).sample(stack, 3)) == stack


def test_numbers_that_jump_do_not_disturb_a_stack() -> None:
    """Two scanners' numbering in one series: position knows better."""
    stack = [at(1, 0), at(101, -5), at(2, -10), at(102, -15), at(103, -20)]
    assert in_order(stack[::-1]) == stack


def test_without_numbers_position_alone_decides() -> None:
    assert [one.position for one in in_order([at(None, 5), at(None, -5), at(None, 0)])] == [
        (0.0, 0.0, -5.0),
        (0.0, 0.0, 0.0),
        (0.0, 0.0, 5.0),
    ]


def test_several_planes_several_times_or_none_go_by_number() -> None:
    localiser = [at(1, 0), at(2, 5, SAGITTAL), at(3, -5)]
    phases = [at(1, 0), at(2, 5), at(3, 0), at(4, 5)]
    films = [Hung("1.1", 2), Hung("1.2", 10), Hung("1.3", None)]
    for series in (localiser, phases, films):
        assert in_order(series[::-1]) == series


@given(st.permutations(range(12)), st.booleans())
def test_whatever_the_order_of_arrival_the_order_of_hanging_is_the_same(order: list[int], backwards: bool) -> None:
    stack = [at(n + 1, 3.0 * n * (-1 if backwards else 1)) for n in range(12)]
    assert in_order([stack[n] for n in order]) == stack


def test_only_single_frames_have_a_place() -> None:
    place = {"position": [1, 2, 3], "orientation": list(AXIAL)}
    assert hung("1", 1, {"frames": [place]}).position == (1, 2, 3)
    assert hung("1", 1, {"frames": []}).position is None
    assert hung("1", 1, {"frames": [{"position": None, "orientation": None}]}).position is None


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_packing_a_growing_series_is_worth_it_at_first_and_at_each_doubling(before: int, more: int) -> None:
    after = before + more
    if before == 0:
        assert worth_packing(before, after) == (after > 0)
    if after >= 2 * before > 0:
        assert worth_packing(before, after)
    assert not worth_packing(after, before)
