"""Names as archives keep them, made readable: on a page, in a banner, in a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.record.written import in_banner, in_full, readable


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("HARGREAVES", "Hargreaves"),
        ("MCDONALD", "McDonald"),
        ("MACDONALD", "MacDonald"),
        ("MACKAY", "Mackay"),
        ("MACHIN", "Machin"),
        ("O'BRIEN", "O'Brien"),
        ("O’BRIEN", "O’Brien"),
        ("PRŶS-LLYWELYN", "Prŷs-Llywelyn"),
        ("OKAFOR-BROWN", "Okafor-Brown"),
        ("WIŚNIEWSKI", "Wiśniewski"),
        ("VAN DER BERG", "Van der Berg"),
        ("AL-HASSAN", "Al-Hassan"),
        ("MAUREEN PATRICIA", "Maureen Patricia"),
        ("J P", "J P"),
        ("JP", "JP"),
        ("WU", "Wu"),
        ("dorothy", "Dorothy"),
        ("deBrún", "deBrún"),
        ("Mc Donald", "Mc Donald"),
        ("HARGREAVES^DOROTHY", "Hargreaves Dorothy"),
        ("", ""),
    ],
)
def test_a_name_kept_in_capitals_is_read_as_people_write_it(kept, read):
    assert readable(kept) == read


def test_a_banner_has_the_family_name_in_capitals_and_a_letter_has_not():
    assert in_banner("HARGREAVES", "DOROTHY") == in_banner("Hargreaves", "Dorothy") == "HARGREAVES, Dorothy"
    assert in_full("HARGREAVES", "DOROTHY") == "Dorothy Hargreaves"
    assert (in_banner("SUHARTO", ""), in_full("SUHARTO", "")) == ("SUHARTO", "Suharto")


@given(st.text(st.sampled_from("AaBbCcDdMmOoÉéŁłŶŷ-'’ ^"), max_size=30))
def test_law_only_the_case_of_letters_changes_and_only_once(name):
    once = readable(name)
    assert readable(once) == once or once in (once.upper(), once.lower())
    assert once.casefold() == " ".join(name.replace("^", " ").split()).casefold()
