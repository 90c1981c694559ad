"""What became of the files of a disc, grouped, so that three hundred equal refusals are one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

What = Literal["taken", "waits", "here", "refused", "contents"]

MOST_NAMES = 100  # kept of one group
MOST_GROUPS = 200
_MANY_REASONS = "For other reasons; there were too many different ones to list."


@dataclass(frozen=True)
class Fate:
    """What became of one file: its name on the disc, and why, where there is something to say."""

    name: str
    what: What
    why: str = ""


def added(groups: Iterable[dict[str, Any]], fates: Iterable[Fate]) -> list[dict[str, Any]]:
    """The groups with these files in them, as JSON; what was given is left as it was."""
    found = {(group["what"], group["why"]): {**group, "names": list(group["names"])} for group in groups}
    for fate in fates:
        key: tuple[str, str] = (fate.what, fate.why)
        if key not in found and len(found) >= MOST_GROUPS:
            key = (fate.what, _MANY_REASONS)
        group = found.setdefault(key, {"what": key[0], "why": key[1], "count": 0, "names": []})
        group["count"] += 1
        if len(group["names"]) < MOST_NAMES:
            group["names"].append(fate.name)
    return list(found.values())


def counts(groups: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many files of each kind."""
    found: dict[str, int] = {}
    for group in groups:
        found[group["what"]] = found.get(group["what"], 0) + group["count"]
    return found
