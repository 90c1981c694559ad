"""Lesions followed across studies and meetings: read from the marks that are kept, and from nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from mdt.live import calibration, recist
from mdt.live.marks import TOOLS
from mdt.live.recist import Seen

Json = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A kept mark of a lesion, and the meeting (its day) that it was kept in."""

    mark: Json
    meeting: date


@dataclass(frozen=True)
class Study:
    """A study as a point in time."""

    uid: str
    day: date | None
    description: str


Frames = Callable[[Json], tuple[Json, str] | None]  # the frame a mark lies on and its modality; None where unknown


@dataclass(frozen=True)
class _Cell:
    seen: Seen
    axes: calibration.Axes | None
    drawn: Drawn
    note: str


def followed(drawn: Iterable[Drawn], studies: list[Study], frame_of: Frames) -> Json:
    """A patient's lesions by study, the oldest first, and what RECIST 1.1 makes of them (`docs/wire.md`)."""
    latest: dict[tuple[str, str], Drawn] = {}
    for one in sorted(drawn, key=lambda one: (one.meeting, one.mark["at"])):
        if one.mark.get("lesion") and not one.mark.get("removed"):
            latest[_key(one.mark), one.mark["study"]] = one
    marked = {study for _, study in latest}
    dated = sorted(
        (study for study in studies if study.uid in marked and study.day), key=lambda study: (study.day, study.uid)
    )
    cells = {place: _cell(one, frame_of) for place, one in latest.items()}
    roles = _roles(cells, dated)
    points = [[_as(cell.seen, roles) for (_, study), cell in cells.items() if study == one.uid] for one in dated]
    said = recist.assess(points)
    return {
        "points": [
            {"study": one.uid, "day": str(one.day), "description": one.description, **_told(found)}
            for one, found in zip(dated, said, strict=True)
        ],
        "lesions": [_lesion(key, roles, cells, dated) for key in sorted(roles, key=lambda key: _order(roles[key]))],
        "warnings": [*recist.warnings(points), *_doubts(cells, dated, studies)],
    }


def _key(mark: Json) -> str:
    return str(mark["lesion"]["name"]).casefold()


def _cell(one: Drawn, frame_of: Frames) -> _Cell:
    mark, lesion = one.mark, one.mark["lesion"]
    axes, note = None, ""
    if lesion["state"] == "measured" and TOOLS[mark["tool"]].measures in ("length", "axes"):
        axes, note = _measured(mark, frame_of)
    diameter = None
    if axes is not None and axes.unit == "mm":
        value = axes.short if lesion["node"] and axes.short is not None else axes.long
        diameter = round(value, 1)
        if lesion["node"] and axes.short is None:
            note = "one axis only: it is taken for the short one"
    seen = Seen(lesion["name"], lesion["role"], lesion["organ"], lesion["node"], lesion["state"], diameter)
    return _Cell(seen, axes, one, note)


def _measured(mark: Json, frame_of: Frames) -> tuple[calibration.Axes | None, str]:
    if "plane" in mark:
        return calibration.axes(mark["points"], None, ""), ""
    found = frame_of(mark)
    if found is None:
        return None, "its image is not here"
    axes = calibration.axes(mark["points"], *found)
    return axes, "; ".join(["uncalibrated"] * (axes.unit == "px") + list(axes.notes))


def _roles(cells: dict[tuple[str, str], _Cell], dated: list[Study]) -> dict[str, Seen]:
    """What each lesion is said to be where it was first seen: that holds for all of its studies."""
    first: dict[str, Seen] = {}
    for study in dated:
        for (key, uid), cell in cells.items():
            if uid == study.uid:
                first.setdefault(key, cell.seen)
    return first


def _as(seen: Seen, roles: dict[str, Seen]) -> Seen:
    role = roles[seen.name.casefold()]
    return Seen(role.name, role.role, role.organ, role.node, seen.state, seen.diameter)


def _order(seen: Seen) -> tuple[int, str]:
    return ("target", "non-target", "new").index(seen.role), seen.name.casefold()


def _lesion(key: str, roles: dict[str, Seen], cells: dict[tuple[str, str], _Cell], dated: list[Study]) -> Json:
    role = roles[key]
    return {
        "name": role.name,
        "role": role.role,
        "organ": role.organ,
        "node": role.node,
        "seen": {study.uid: _shown(cells[key, study.uid]) for study in dated if (key, study.uid) in cells},
    }


def _shown(cell: _Cell) -> Json:
    mark, axes = cell.drawn.mark, cell.axes
    return {
        "state": cell.seen.state,
        "size": cell.seen.size,
        "unit": axes.unit if axes else None,
        "long": axes and round(axes.long, 1),
        "short": round(axes.short, 1) if axes and axes.short is not None else None,
        "note": cell.note,
        "meeting": str(cell.drawn.meeting),
        "by": mark["author"]["name"],
        "mark": {name: mark[name] for name in ("id", "study", "series", "sop", "frame", "plane") if name in mark},
    }


def _told(found: recist.Assessment) -> Json:
    return {
        "sum": found.sum,
        "from_baseline": found.from_baseline,
        "nadir": found.nadir,
        "from_nadir": found.from_nadir,
        "target": found.target,
        "non_target": found.non_target,
        "new": list(found.new),
        "overall": found.overall,
        "why": list(found.why),
    }


def _doubts(cells: dict[tuple[str, str], _Cell], dated: list[Study], studies: list[Study]) -> list[str]:
    named = {study.uid: study for study in studies}
    said = []
    for (_, uid), cell in sorted(cells.items()):
        study = named.get(uid)
        if study is None or study.day is None:
            said.append(f"{cell.seen.name}: marked in a study whose date is not known; it is left out.")
        elif cell.note and study in dated:
            said.append(f"{cell.seen.name}, {study.day:%d-%b-%Y}: {cell.note}.")
    return said
