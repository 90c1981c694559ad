"""A keyboard that counts, in the hands of whoever types an outcome without a mouse."""

from collections.abc import Iterable

from playwright.sync_api import Page

MOST_KEYS = 260  # for a usual case

FOCUSED = "document.activeElement.closest('[data-field]')?.dataset.field"
ON_OFFER = "document.activeElement.closest('.outcome-suggestions') !== null"


class Keyboard:
    """`keys` is how many were pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def to(self, field: str) -> None:
        """With Tab, as somebody who uses no mouse."""
        for _ in range(60):
            if self.page.evaluate(FOCUSED) == field:
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not come to {field}")

    def fill(self, answers: Iterable[tuple[str, str]]) -> None:
        """Field after field, with what is typed there: a letter chooses an answer, words are text."""
        for field, said in answers:
            self.to(field)
            self.type(said)

    def take(self, offered: str = ON_OFFER) -> None:
        """The first answer on offer after where the focus is: past the parts of a date, and a button that removes."""
        for _ in range(6):
            self.press("Tab")
            if self.page.evaluate(offered):
                break
        self.press("Enter")
