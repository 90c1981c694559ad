"""The prior somebody would hang beside a study: of the same kind and the same part of the body, the nearest before it.

Whichever trust holds it. Pure; server and browser agree because the browser is told (`docs/wire.md` section 1).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mdt.imaging.looking import regions

# What a study is called by the modalities in it; the first line that fits.
_KINDS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"PT", "CT"}), "PET-CT"),
    (frozenset({"PT", "MR"}), "PET-MR"),
    (frozenset({"PT"}), "PET"),
    (frozenset({"NM"}), "Nuclear medicine"),
    (frozenset({"MG"}), "Mammogram"),
    (frozenset({"CT"}), "CT"),
    (frozenset({"MR"}), "MRI"),
    (frozenset({"DX"}), "XR"),
    (frozenset({"CR"}), "XR"),
    (frozenset({"RG"}), "XR"),
    (frozenset({"US"}), "US"),
    (frozenset({"XA"}), "Angiogram"),
    (frozenset({"RF"}), "Fluoroscopy"),
    (frozenset({"SM"}), "Slide"),
)

# Of another kind, and worth hanging beside it when there is none of its own.
_NEXT_BEST: Mapping[str, frozenset[str]] = {
    "CT": frozenset({"PET-CT"}),
    "PET-CT": frozenset({"CT", "PET"}),
    "PET": frozenset({"PET-CT"}),
    "PET-MR": frozenset({"PET-CT", "MRI"}),
    "MRI": frozenset({"PET-MR"}),
}

# Images made to guide a hand or a beam, not to compare with.
_ASIDE = re.compile(r"biops|guid(?:ed|ance)|drain|ablat|planning|radiotherapy|\brt plan", re.IGNORECASE)


@dataclass(frozen=True)
class SeriesSaid:
    """What a series says of itself; `laterality` is L, R, B for both, or nothing."""

    modality: str = ""
    body_part: str = ""
    protocol: str = ""
    description: str = ""
    laterality: str = ""


@dataclass(frozen=True)
class StudySaid:
    """What a study says of itself, and which trusts hold it (by name)."""

    study_uid: str
    day: date | None
    time: str = ""
    description: str = ""
    modalities: tuple[str, ...] = ()
    trusts: tuple[str, ...] = ()
    series: tuple[SeriesSaid, ...] = ()


@dataclass(frozen=True)
class Prior:
    """What to hang beside a study, and why in words: "CT chest, 7 months earlier, at Tameside"."""

    study_uid: str
    reason: str


@dataclass(frozen=True)
class _Told:
    """A study as the rule sees it."""

    said: StudySaid
    day: date
    kind: str
    regions: frozenset[str]
    side: str
    words: str  # its description, tidied
    aside: bool
    later_first: tuple[int, ...]


def priors(studies: Iterable[StudySaid]) -> dict[str, Prior]:
    """The prior of every study that has one, by StudyInstanceUID."""
    told = [one for study in studies if (one := _told(study))]
    told.sort(key=lambda one: (one.day, one.said.time))
    found = {}
    earlier: dict[str, list[_Told]] = {}  # by kind: a prior is earlier, so it was met before
    for current in told:
        kinds = (current.kind, *_NEXT_BEST.get(current.kind, ()))
        others = (other for kind in dict.fromkeys(kinds) for other in earlier.get(kind, ()))
        ranked = [(rank, other) for other in others if (rank := _rank(current, other)) is not None]
        earlier.setdefault(current.kind, []).append(current)
        if ranked:
            _, best = min(ranked, key=lambda pair: pair[0])
            found[current.said.study_uid] = Prior(best.said.study_uid, _reason(current, best))
    return found


def kind(modalities: Collection[str]) -> str:
    """What a study with these modalities is called, e.g. PET-CT; empty when there is nothing to look at."""
    return next((name for needed, name in _KINDS if needed <= set(modalities)), "")


def _told(study: StudySaid) -> _Told | None:
    """None for what can be nobody's prior and has none: no date, or nothing to look at."""
    called = kind({*study.modalities, *(series.modality for series in study.series)})
    if study.day is None or not called:
        return None
    parts = regions.of_text(study.description) or _of_series(study.series)
    if called == "Mammogram" and not parts:
        parts = frozenset({"breast"})
    side = regions.side_of_text(study.description) or regions.together(_side(one) for one in study.series)
    return _Told(
        said=study,
        day=study.day,
        kind=called,
        regions=parts,
        side=side if parts & regions.PAIRED else "",
        words=study.description.casefold().strip(),
        aside=bool(_ASIDE.search(study.description)),
        later_first=tuple(-ord(letter) for letter in study.time),
    )


def _of_series(series: Sequence[SeriesSaid]) -> frozenset[str]:
    """Body part first; its protocols and descriptions only where no series names one."""
    by_part = [regions.of_body_part(one.body_part) for one in series]
    by_words = [regions.of_text(f"{one.protocol} {one.description}") for one in series]
    return frozenset().union(*by_part) or frozenset().union(*by_words)


def _side(series: SeriesSaid) -> str:
    return series.laterality or regions.side_of_text(f"{series.protocol} {series.description}")


def _rank(current: _Told, other: _Told) -> tuple[int, ...] | None:
    """Lower is better; None when it is no prior of it. First what it is of, then how near in time."""
    parts = _parts_rank(current, other)
    side = None if parts is None else _side_rank(current.side, other.side)
    if parts is None or side is None or (other.day, other.said.time) >= (current.day, current.said.time):
        return None
    days = (current.day - other.day).days
    return (other.kind != current.kind, other.aside, parts, side, days, *other.later_first)


def _parts_rank(current: _Told, other: _Told) -> int | None:
    """0: it shows all that the current one shows; 1: some of it; None: nothing that anybody says."""
    if not current.regions or not other.regions:
        return 0 if current.words and current.words == other.words else None
    if current.regions <= other.regions:
        return 0
    return 1 if current.regions & other.regions else None


def _side_rank(current: str, other: str) -> int | None:
    """0: the same side, or both; 1: not said, or only one of two; None: the other side."""
    if {current, other} == {"L", "R"}:
        return None
    return 0 if other in (current, "B") else 1


def _reason(current: _Told, best: _Told) -> str:
    parts = best.regions - {"breast"} if best.kind == "Mammogram" else best.regions
    what = f"{best.kind} {regions.in_words(parts)}".strip() if best.regions else best.said.description.strip()
    side = {"L": " left", "R": " right"}.get(best.side, "")
    trusts = list(best.said.trusts)
    where = " and ".join([", ".join(trusts[:-1]), trusts[-1]] if len(trusts) > 1 else trusts)
    return ", ".join(part for part in (what + side, _earlier(current.day, best.day), where and f"at {where}") if part)


def _earlier(day: date, before: date) -> str:
    """How long before: in days, weeks, months or years, as people say it."""
    days = (day - before).days
    if days == 0:
        return "earlier on the same day"
    for most, length, name in ((13, 1, "day"), (69, 7, "week"), (729, 30.4375, "month")):
        if days <= most:
            return _counted(round(days / length), name)
    return _counted(round(days / 365.25), "year")


def _counted(number: int, name: str) -> str:
    return f"{number} {name if number == 1 else name + 's'} earlier"
