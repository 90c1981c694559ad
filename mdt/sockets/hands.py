"""Whose hands are up and who has the word, as this process has heard. Of two accounts of one person the later holds.

Nothing of it is kept. Processes tell each other all they know, again and again, so that one lost page costs seconds.
"""

from typing import Any

Said = tuple[str, bool]  # when (as the wire writes moments), and whether it is up


class Hands:
    def __init__(self) -> None:
        self._said: dict[str, Said] = {}
        self._word: tuple[str, str] = ("", "")  # since when, and who has it; "" is nobody

    @property
    def word(self) -> str | None:
        return self._word[1] or None

    def since(self, person: str) -> str | None:
        """When their hand went up; None while it is down."""
        at, up = self._said.get(person, ("", False))
        return at if up else None

    def say(self, person: str, up: bool, at: str) -> None:
        """A hand goes up, at the end of the line, or down. One that is up keeps its place."""
        if self._said.get(person, ("", False))[1] != up:
            self._said[person] = (at, up)

    def give_word(self, person: str | None, at: str) -> None:
        """Who speaks now; their hand goes down."""
        self._word = (at, person or "")
        if person is not None:
            self.say(person, False, at)

    def forget(self, person: str, at: str) -> None:
        """They have left."""
        self.say(person, False, at)
        if self.word == person:
            self.give_word(None, at)

    def told(self) -> dict[str, Any]:
        """All of it, for another process."""
        return {"said": self._said, "word": self._word}

    def hear(self, told: dict[str, Any]) -> bool:
        """What another process knows. True when that changes anything here."""
        before = dict(self._said), self._word
        for person, (at, up) in told["said"].items():
            self._said[person] = max(self._said.get(person, ("", False)), (at, up))
        self._word = max(self._word, tuple(told["word"]))
        return (self._said, self._word) != before
