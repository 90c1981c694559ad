"""Images that are here more than once under different UIDs: a study sent twice, or given new UIDs on its way.

The same place alone is no duplicate: echoes, phases and diffusion weights share theirs. Nor is the same content alone:
the empty slices at the end of a scan are all alike.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Image:
    """One single-frame image. `content` names its pixels, `place` where they lie, `kind` what else tells it apart."""

    number: int | None
    content: str | None
    place: tuple[float, ...] | None = None
    kind: tuple[object, ...] = ()


def duplicates(images: Iterable[Image]) -> list[str]:
    """In sentences: images with the same content at the same place, and other images numbered and placed alike."""
    by_content: dict[tuple[object, ...], list[Image]] = defaultdict(list)
    by_place: dict[tuple[object, ...], list[Image]] = defaultdict(list)
    for one in images:
        if one.content is not None:
            by_content[one.content, one.place].append(one)
        if one.place is not None and one.number is not None:
            by_place[one.place, one.number, one.kind].append(one)
    same = [group for group in by_content.values() if len(group) > 1]
    alike = [group for group in by_place.values() if len({one.content for one in group}) > 1]
    found = []
    if same:
        found.append(f"{_images(same)} more than once with the same content{_numbers(same)}")
    if alike:
        found.append(f"{_images(alike)} more than once with different content{_numbers(alike)}")
    return found


def _images(groups: list[list[Image]]) -> str:
    return "1 image is here" if len(groups) == 1 else f"{len(groups)} images are here"


def _numbers(groups: list[list[Image]]) -> str:
    """Of the first of each group, as ranges."""
    numbers = sorted({one.number for group in groups for one in group[:1] if one.number is not None})
    if not numbers:
        return ""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    words = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f" ({'instance' if len(numbers) == 1 else 'instances'} {listed})"
