"""How much of each series is here: one result for the case page, the board, the room and the command."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from mdt.core.among import among
from mdt.imaging.models import Instance, Refusal, Series
from mdt.imaging.standing.completeness import Unreadable, Wholeness

# Rows, not objects that can be changed: there may be thousands.
_SERIES = (
    select(*Series.__table__.columns)
    .where(among(Series.study_id, "studies"))
    .order_by(Series.number.is_(None), Series.number, Series.series_uid)
)


@dataclass(frozen=True)
class SeriesHere:
    """One series, how many frames of it can be shown, its size as received, and how whole it is.

    `series` has the columns of its row.
    """

    series: Row[Any]
    frames: int
    bytes: int
    whole: Wholeness

    @property
    def name(self) -> str:
        """As a person would call it: `Series 2 (CT, Axial)`."""
        return series_name(self.series.number, self.series.modality, self.series.description)


def of_series(
    session: Session, study_ids: Collection[str], *, with_unreadable: bool = True
) -> dict[str, list[SeriesHere]]:
    """The series of these studies in order of their numbers, by study id. Three queries, however many they are.

    One of them without what cannot be read, which makes no series incomplete.
    """
    rows = session.execute(_SERIES, {"studies": list(study_ids)}).all()
    unreadable = _unreadable(session, study_ids) if with_unreadable else defaultdict(list)
    found: dict[str, list[SeriesHere]] = {study_id: [] for study_id in study_ids}
    for one in rows:
        odd = tuple(unreadable[one.series_uid])
        whole = Wholeness(one.expected, one.received, tuple(one.gaps), tuple(one.duplicates), odd)
        found[one.study_id].append(SeriesHere(one, one.frames, one.bytes, whole))
    return found


def series_name(number: int | None, modality: str, description: str) -> str:
    said = f"Series {number}" if number is not None else "A series without a number"
    about = ", ".join(text for text in (modality, description) if text)
    return f"{said} ({about})" if about else said


def _unreadable(session: Session, study_ids: Collection[str]) -> dict[str, list[Unreadable]]:
    """By SeriesInstanceUID: what is here and cannot be shown, then what was refused."""
    found: dict[str, list[Unreadable]] = defaultdict(list)
    here = (
        select(Series.series_uid, Instance.sop_uid, Instance.problem)
        .join(Instance, Instance.series_id == Series.id)
        .where(among(Series.study_id, study_ids), Instance.problem.is_not(None))
        .order_by(Instance.number, Instance.sop_uid)
    )
    refused = (
        select(Refusal.series_uid, Refusal.name, Refusal.why)
        .where(among(Refusal.study_id, study_ids), Refusal.series_uid.is_not(None))
        .order_by(Refusal.name)
    )
    for wanted in (here, refused):
        for series_uid, name, why in session.execute(wanted):
            found[series_uid].append(Unreadable(name, why))
    return found
