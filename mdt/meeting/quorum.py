"""Who must be there for a decision: a team's own roles against the specialties of those present. Pure rules.

A role is `{"name": "Oncologist", "count": 1, "specialties": ["oncologist"]}`: somebody fills it whose specialty holds
one of the phrases as whole words, however it is capitalised ("Clinical oncologist" is an oncologist).
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdt.core.errors import Invalid

NOTHING, SIGNING, OPENING = BLOCKS = ("nothing", "signing", "opening")
ROLES_MOST, COUNT_MOST = 20, 9

_STARTERS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "core_roles.json").read_text("utf-8"))


@dataclass(frozen=True)
class Somebody:
    """A person as the quorum sees them."""

    person: str
    name: str
    specialty: str


@dataclass(frozen=True)
class Missing:
    """A role that nobody, or not enough people, fill; `invited` are members who would."""

    role: str
    needed: int
    here: tuple[str, ...]
    invited: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """E.g. "No oncologist is here: Dr Eleni Papadopoulou was invited"."""
        role = self.role[:1].lower() + self.role[1:] if self.role[1:2].islower() else self.role
        lacks = f"No {role} is here" if not self.here else f"{len(self.here)} of {self.needed} is here: {role}"
        if not self.invited:
            return f"{lacks}; the team has nobody else for it."
        verb = "was" if len(self.invited) == 1 else "were"
        return f"{lacks}: {_listed(self.invited)} {verb} invited."

    def as_json(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "needed": self.needed,
            "here": list(self.here),
            "invited": list(self.invited),
            "sentence": self.sentence,
        }


def starter(mdt_type: str) -> list[dict[str, Any]]:
    """Roles to begin from, by the COSD meeting type (CR3190); every team replaces them with its own."""
    found = _STARTERS.get(mdt_type[:2], _STARTERS["other"])
    roles: list[dict[str, Any]] = found["roles"]
    return roles


def missing(roles: Sequence[dict[str, Any]], present: Iterable[Somebody], team: Iterable[Somebody]) -> list[Missing]:
    """The roles that are not filled. One person fills each role whose phrase their specialty holds."""
    here, members = list(present), list(team)
    lacking = []
    for role in roles:
        filled = [one for one in here if fills(one.specialty, role)]
        if len(filled) < role["count"]:
            ids = {one.person for one in filled}
            invited = sorted(one.name for one in members if one.person not in ids and fills(one.specialty, role))
            names = tuple(one.name for one in filled)
            lacking.append(Missing(role["name"], role["count"], names, tuple(invited)))
    return lacking


def fills(specialty: str, role: dict[str, Any]) -> bool:
    words = _words(specialty)
    return any(f" {phrase} " in f" {words} " for phrase in map(_words, role["specialties"]) if phrase)


def checked(roles: Sequence[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Roles as typed, (name, specialties between commas, how many); raises Invalid with a sentence."""
    kept: list[dict[str, Any]] = []
    for name, specialties, count in roles:
        named, phrases = " ".join(name.split()), [" ".join(one.split()) for one in specialties.split(",")]
        phrases = [one for one in phrases if one]
        if not named and not phrases:
            continue
        if not named:
            raise Invalid(f"Name the role that {phrases[0]} fills.")
        if len(named) > 60 or any(len(one) > 60 for one in phrases):
            raise Invalid("A role and a specialty have 60 characters at most.")
        if not (count.strip().isascii() and count.strip().isdigit() and 1 <= int(count) <= COUNT_MOST):
            raise Invalid(f"Say how many of “{named}” must be there: 1 to {COUNT_MOST}.")
        kept.append({"name": named, "count": int(count), "specialties": phrases or [named]})
    if len(kept) > ROLES_MOST:
        raise Invalid(f"A policy has {ROLES_MOST} roles at most.")
    if len({role["name"].casefold() for role in kept}) < len(kept):
        raise Invalid("Two roles have the same name.")
    return kept


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
