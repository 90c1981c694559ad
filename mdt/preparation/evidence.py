"""What the images of a view are made of, so that a scene whose imaging has changed since can say so."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.imaging.models import Instance, Series
from mdt.live.fields import Json
from mdt.record.clashes import STRONG
from mdt.record.models import Link, Study

GONE = "its imaging is no longer among this patient’s."
CHANGED = "its images are not the ones it was made with: they were corrected, or more have come."


@dataclass(frozen=True, order=True)
class Reference:
    """An image, or (without `sop`) a whole series that a plane, a volume or a slide is made from."""

    series: str
    sop: str = ""


def references(pane: Any) -> set[Reference]:
    """Everything a pane of a view is made from, whatever its kind."""
    return set(_references(pane))


def of_views(session: Session, patient_id: str, views: Iterable[Json]) -> list[list[str | None]]:
    """For each view, for each of its panes: 32 hexadecimal digits that name the bytes of what it shows.

    None where there is nothing in a pane, or where some of it is not among this patient's imaging.
    """
    wanted = [[references(pane) for pane in view["panes"]] for view in views]
    contents = _contents(session, patient_id, {one for panes in wanted for needs in panes for one in needs})
    return [[_named(needs, contents) for needs in panes] for panes in wanted]


@dataclass(frozen=True)
class Problem:
    """A pane of a scene, counted from 0, that cannot be shown as it was made, and why."""

    pane: int
    why: str


def problems(scene: Json, now: list[str | None]) -> list[Problem]:
    """What of a scene is not as it was; `now` is what `of_views` says of its view."""
    panes = zip(scene["view"]["panes"], scene["seen"], now, strict=True)
    return [
        Problem(at, GONE if today is None else CHANGED)
        for at, (pane, then, today) in enumerate(panes)
        if pane is not None and then != today
    ]


def _references(part: Any) -> Iterator[Reference]:
    if isinstance(part, dict):
        if isinstance(part.get("series"), str):
            yield Reference(part["series"], part["sop"] if isinstance(part.get("sop"), str) else "")
        for inner in part.values():
            yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def _named(needs: set[Reference], contents: dict[Reference, str]) -> str | None:
    if not needs or not needs <= contents.keys():
        return None
    text = "\n".join(f"{one.series} {one.sop} {contents[one]}" for one in sorted(needs))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _contents(session: Session, patient_id: str, wanted: set[Reference]) -> dict[Reference, str]:
    """What each is made of, as far as it is this patient's."""
    images = {one.sop: one for one in wanted if one.sop}
    whole = {one.series: one for one in wanted if not one.sop}
    theirs = (
        select(Series.series_uid, Instance.sop_uid, Instance.sha256)
        .join(Series, Series.id == Instance.series_id)
        .join(Study, Study.id == Series.study_id)
        .where(Study.links.any((Link.patient_id == patient_id) & Link.status.in_(STRONG)))
    )
    found: dict[Reference, str] = {}
    for series, sop, sha256 in session.execute(theirs.where(Instance.sop_uid.in_(images))):
        if images[sop].series == series:
            found[images[sop]] = sha256
    parts: dict[str, list[str]] = {}
    for series, sop, sha256 in session.execute(theirs.where(Series.series_uid.in_(whole))):
        parts.setdefault(series, []).append(f"{sop} {sha256}")
    return found | {whole[series]: "\n".join(sorted(each)) for series, each in parts.items()}
