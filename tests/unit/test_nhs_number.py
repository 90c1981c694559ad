"""The NHS number's own arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.core.errors import Invalid
from mdt.record import nhs_number

NINE = st.text("0123456789", min_size=9, max_size=9)


def numbers() -> st.SearchStrategy[str]:
    """Valid NHS numbers."""
    return (
        NINE.filter(lambda nine: nhs_number.check_digit(nine) is not None)
        .map(lambda nine: f"{nine}{nhs_number.check_digit(nine)}")
        .filter(lambda number: len(set(number)) > 1)
    )


@pytest.mark.parametrize("number", ["9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069"])
def test_numbers_of_the_test_range_are_valid(number):
    assert nhs_number.is_valid(number)


@pytest.mark.parametrize("digit", "0123456789")
def test_one_digit_ten_times_is_nobody(digit):
    assert not nhs_number.is_valid(digit * 10)


def test_a_number_whose_check_would_be_ten_does_not_exist():
    assert nhs_number.check_digit("123456789") is None
    assert not any(nhs_number.is_valid(f"123456789{last}") for last in range(10))


@given(numbers(), st.integers(0, 9), st.integers(1, 9))
def test_every_slip_of_one_digit_is_caught(number, place, shift):
    slipped = str((int(number[place]) + shift) % 10)
    assert not nhs_number.is_valid(number[:place] + slipped + number[place + 1 :])


@given(numbers(), st.integers(0, 8))
def test_every_swap_of_neighbours_is_caught(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not nhs_number.is_valid(swapped)


@given(numbers())
def test_what_people_read_is_what_people_may_type(number):
    assert nhs_number.parse(nhs_number.spaced(number)) == number
    assert nhs_number.find(f" {nhs_number.spaced(number)} ") == number
    assert nhs_number.spaced("9990000018") == "999 000 0018"


@pytest.mark.parametrize("text", ["", "999000001", "99900000188", "999000001x", "٩٩٩٠٠٠٠٠١٨", "9990000019", "M275022"])
def test_what_is_not_a_number_is_refused_in_words(text):
    assert nhs_number.find(text) is None
    with pytest.raises(Invalid, match="NHS number"):
        nhs_number.parse(text)
