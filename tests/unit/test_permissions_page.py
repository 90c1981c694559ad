"""The page of who may do what says what the tables say."""

from tests.permissions_page import PAGE, page


def test_the_page_says_what_the_tables_say():
    assert PAGE.read_text() == page(), "write it anew: python -m tests.permissions_page"
