"""What a good discussion of a case has touched, ticked by what really happened in the room. Said before signing.

The items are those that checklists of MDT discussion have in common (MDT-MODe, MDT-QuIC): history, imaging, pathology,
fitness, the patient's views, trials, a plan, and somebody who owns it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mdt.outcome.form import is_empty

SLIDES, DOCUMENTS = frozenset({"SM"}), frozenset({"DOC", "SR"})


@dataclass(frozen=True)
class Item:
    """One thing to touch; `by` says what ticked it, or is empty."""

    name: str
    label: str
    by: str

    @property
    def is_ticked(self) -> bool:
        return bool(self.by)


@dataclass(frozen=True)
class Shown:
    """What was before everybody's eyes while the case was open."""

    images: int = 0  # series
    slides: int = 0
    documents: int = 0
    marks: int = 0


def of(form: dict[str, Any], shown: Shown) -> list[Item]:
    """Each item in order. Something that cannot have happened by itself is ticked by what was typed about it."""
    filled = {name for name, value in form.items() if not is_empty(value)}
    owned = [one for one in form.get("actions") or [] if not is_empty(one["owner"])]
    return [
        Item("history", "History", _first(_saw(shown.documents, "document"), _typed(filled, "summary"))),
        Item("imaging", "Imaging shown", _first(_saw(shown.images, "series"), _saw(shown.marks, "mark"))),
        Item(
            "pathology",
            "Pathology",
            _first(_saw(shown.slides, "slide"), _saw(shown.documents, "document"), _typed(filled, *_PATHOLOGY)),
        ),
        Item("fitness", "Fitness", _typed(filled, "ps", "cfs", "comorbidity")),
        Item("views", "Patient's views", _typed(filled, "views", "views_known")),
        Item("trial", "Trial", _typed(filled, "trial")),
        Item("plan", "Plan", _typed(filled, "decision")),
        Item("owner", "Owner", "an action has an owner" if owned else ""),
    ]


# What a pathologist says, on any of the site blocks.
_PATHOLOGY = ("histology", "grade", "mmr", "er", "grade_group", "breslow_mm", "entity", "idh", "b_score", "grade_who")


def unticked(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if not item.is_ticked]


def _saw(count: int, what: str) -> str:
    if count == 0:
        return ""
    many = what if what == "series" or count == 1 else f"{what}s"
    return f"{count} {many} shown" if what != "mark" else f"{count} {many} drawn"


def _typed(filled: set[str], *names: str) -> str:
    return "typed" if filled & set(names) else ""


def _first(*said: str) -> str:
    return next(filter(None, said), "")
