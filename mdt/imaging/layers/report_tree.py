"""The content tree of a structured report, walked once: every item with those above it, and references resolved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes

_DEEPEST, _MOST_ITEMS = 40, 50_000


@dataclass(frozen=True)
class Node:
    """One content item and the items above it, the root first."""

    item: Dataset
    above: tuple[Dataset, ...]

    @property
    def parent(self) -> Dataset:
        return self.above[-1] if self.above else self.item


def walk(root: Dataset) -> Iterator[Node]:
    """Every item, in the order in which it is written; not below a depth that no report needs."""
    waiting: list[Node] = [Node(root, ())]
    count = 0
    while waiting and count < _MOST_ITEMS:
        node = waiting.pop()
        count += 1
        yield node
        if len(node.above) < _DEEPEST:
            above = (*node.above, node.item)
            waiting.extend(Node(child, above) for child in reversed(children(node.item)))


def children(item: Dataset) -> list[Dataset]:
    return attributes.items(item, "ContentSequence")


def resolved(root: Dataset, item: Dataset) -> Dataset:
    """The item itself, or that to which it refers by its place in the tree (0040,DB73); an empty one where none is."""
    path = attributes.numbers(item, "ReferencedContentItemIdentifier")
    if path is None:
        return item
    found = root
    for ordinal in path[1 : _DEEPEST + 1]:
        below = children(found)
        if not 1 <= ordinal <= len(below):
            return Dataset()
        found = below[int(ordinal) - 1]
    return found


def kind(item: Dataset) -> str:
    return attributes.text(item, "ValueType")


def code(item: Dataset, keyword: str = "ConceptNameCodeSequence") -> str:
    """The code value of a concept."""
    return attributes.text(attributes.first(item, keyword) or Dataset(), "CodeValue")


def meaning(item: Dataset, keyword: str = "ConceptNameCodeSequence") -> str:
    concept = attributes.first(item, keyword) or Dataset()
    return (attributes.text(concept, "CodeMeaning") or attributes.text(concept, "CodeValue"))[:80]


def among(items: Sequence[Dataset], *codes: str) -> Dataset | None:
    """The first whose concept is one of these codes."""
    return next((item for item in items if code(item) in codes), None)
