"""A series is whole when nothing is missing at its end and nothing between."""

from hypothesis import given
from hypothesis import strategies as st

from mdt.imaging.standing.completeness import Slice, Wholeness, gaps, wholeness

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
OBLIQUE = (0.999712, 0.0, 0.023988, -0.001728, 0.997403, 0.072007)


def stack(numbers, spacing=5.0, orientation=AXIAL, down=False):
    """Slices number 1.. along the normal of AXIAL or OBLIQUE (z) or SAGITTAL (x), only those in `numbers`."""
    axis = 0 if orientation == SAGITTAL else 2
    places = {n: -n * spacing if down else n * spacing for n in numbers}
    return [Slice(n, (place, 7.0, 7.0) if axis == 0 else (7.0, 7.0, place), orientation) for n, place in places.items()]


def test_a_whole_stack_has_no_gap_whichever_way_it_is_numbered():
    assert gaps(stack(range(1, 81))) == []
    assert gaps(stack(range(1, 81), down=True)) == []
    assert gaps(stack(range(1, 23), spacing=6.0, orientation=OBLIQUE)) == []


def test_slices_missing_from_the_middle_are_named():
    assert gaps(stack(n for n in range(1, 21) if not 6 <= n <= 9)) == ["instances 6 to 9 are missing"]
    assert gaps(stack((n for n in range(1, 21) if n != 6), down=True)) == ["instance 6 is missing"]
    assert gaps(stack(n for n in range(1, 21) if n not in (4, 5, 12))) == [
        "instances 4 and 5 are missing",
        "instance 12 is missing",
    ]


def test_a_gap_makes_a_series_incomplete_even_when_the_count_agrees():
    left = stack(n for n in range(1, 21) if n != 6)
    assert not wholeness(19, 19, left).complete
    assert wholeness(19, 19, stack(range(1, 20))).complete


def test_too_few_is_incomplete_and_nobody_saying_how_many_is_not():
    assert not Wholeness(expected=60, received=59).complete
    assert Wholeness(expected=None, received=3).complete
    assert not Wholeness(expected=None, received=0).complete
    assert not Wholeness(expected=0, received=0).complete


def test_a_localiser_holds_several_stacks_each_with_its_own_gaps():
    across = [Slice(n + 100, s.position, s.orientation) for n, s in enumerate(stack(range(1, 10), 10.0, SAGITTAL))]
    lost = [n for n in range(1, 10) if n not in (4, 5)]
    assert gaps([*across, *stack(lost, 10.0)]) == ["instances 4 and 5 are missing"]


def test_the_same_place_twice_is_no_gap_and_hides_none():
    twice = [Slice(n + 40, s.position, s.orientation) for n, s in enumerate(stack(range(1, 21)), start=1)]
    assert gaps([*stack(range(1, 21)), *twice]) == []
    lost = stack(n for n in range(1, 21) if n != 6)
    assert gaps([*lost, *lost]) == ["instance 6 is missing"]


def test_two_blocks_numbered_one_after_the_other_lost_nothing_between_them():
    upper = [Slice(n, (0.0, 0.0, 200.0 + n * 5.0), AXIAL) for n in range(11, 21)]
    assert gaps([*stack(range(1, 11)), *upper]) == []


def test_uneven_slices_prove_nothing():
    places = [0.0, 3.0, 10.0, 11.0, 20.0, 34.0]
    assert gaps([Slice(n, (0.0, 0.0, z), AXIAL) for n, z in enumerate(places)]) == []
    assert gaps(stack([1, 3])) == []


def test_without_instance_numbers_the_sentence_still_says_how_many():
    slices = [Slice(None, s.position, s.orientation) for s in stack(n for n in range(1, 21) if n not in (7, 8))]
    assert gaps(slices) == ["2 slices are missing from the middle"]


def test_an_instance_that_is_here_without_a_place_is_not_missing():
    left = stack(n for n in range(1, 21) if n not in (6, 7))
    assert gaps(left, unplaced={6, 7}) == []
    assert gaps(left, unplaced={6}) == ["instances 6 and 7 are missing"]


def test_an_orientation_that_is_none_is_left_alone():
    assert gaps([Slice(n, (0.0, 0.0, n * 5.0), (0.0,) * 6) for n in range(9) if n != 4]) == []


@given(
    st.integers(12, 60),
    st.floats(0.5, 10),
    st.sampled_from([AXIAL, OBLIQUE]),
    st.booleans(),
    st.data(),
)
def test_law_every_interior_slice_that_is_lost_is_found(count, spacing, orientation, down, data):
    lost = data.draw(st.integers(2, count - 1))
    left = stack((n for n in range(1, count + 1) if n != lost), spacing, orientation, down)
    assert gaps(data.draw(st.permutations(left))) == [f"instance {lost} is missing"]


@given(st.integers(1, 60), st.floats(0.5, 10), st.integers(1, 3))
def test_law_what_is_whole_has_no_gap_however_often_it_is_sent(count, spacing, times):
    assert gaps(stack(range(1, count + 1), spacing) * times) == []
