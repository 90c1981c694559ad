"""Stretches of time: who was there when, which case was open when, and how long the two overlap. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]

GRACE = timedelta(seconds=45)  # a line that comes back within this was never gone


def joined(spans: Iterable[Span], grace: timedelta = GRACE) -> list[Span]:
    """In order and without overlaps, so that two tabs count once; gaps shorter than the grace are closed."""
    whole: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] <= span[1]):
        if whole and start - whole[-1][1] <= grace:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((start, end))
    return whole


def together(one: Sequence[Span], other: Sequence[Span]) -> timedelta:
    """How long both lasted; each without overlaps of its own."""
    both = (min(a[1], b[1]) - max(a[0], b[0]) for a in one for b in other)
    return sum((length for length in both if length > timedelta()), timedelta())


def length(spans: Sequence[Span]) -> timedelta:
    return sum((end - start for start, end in spans), timedelta())


def of_cases(openings: Sequence[tuple[str, datetime]], end: datetime) -> dict[str, list[Span]]:
    """When each case was the open one: from its opening to the next, or to the end."""
    found: dict[str, list[Span]] = {}
    ends = [at for _, at in openings[1:]] + [end]
    for (case, start), until in zip(openings, ends, strict=False):
        found.setdefault(case, []).append((start, max(start, until)))
    return {case: joined(spans, timedelta()) for case, spans in found.items()}
