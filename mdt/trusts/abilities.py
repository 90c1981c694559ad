"""What an archive can be asked by, surest first. Declared for each source; an undeclared one is asked in every way."""

from collections.abc import Collection, Mapping
from typing import Any, Literal, cast, get_args

Ability = Literal["patient-id", "other-ids", "local-number", "demographics"]
EVERY: tuple[Ability, ...] = get_args(Ability)

WORDS: dict[Ability, str] = {
    "patient-id": "the NHS number as Patient ID",
    "other-ids": "the NHS number among Other Patient IDs",
    "local-number": "its own number for the patient",
    "demographics": "name and date of birth",
}


def declared(settings: Mapping[str, Any]) -> tuple[Ability, ...]:
    """What a source's settings say, in order."""
    said = settings.get("asked_by", EVERY)
    return tuple(one for one in EVERY if one in said)


def is_ability(value: Any) -> bool:
    return isinstance(value, str) and value in EVERY


def in_words(abilities: Collection[Ability]) -> str:
    """`the NHS number as Patient ID or name and date of birth`."""
    words = [WORDS[one] for one in EVERY if one in abilities]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def lacking(abilities: Collection[Ability]) -> tuple[Ability, ...]:
    """What cannot be asked."""
    return cast(tuple[Ability, ...], tuple(one for one in EVERY if one not in abilities))
