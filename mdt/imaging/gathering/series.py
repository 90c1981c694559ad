"""The rows of series while they are gathered: what is expected, what is here, what is missing between."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mdt.core.announce import after_commit
from mdt.core.db import Database
from mdt.imaging.announcements import SeriesGathered
from mdt.imaging.counts import count_again
from mdt.imaging.models import Instance, Pack, Refusal, Series
from mdt.imaging.standing.completeness import Slice, Wholeness, wholeness
from mdt.imaging.standing.duplicates import Image, duplicates
from mdt.record.models import ARCHIVE, Holder, Study
from mdt.trusts.source import FoundSeries, FoundStudy, RefusedFile

_ROWS = 500


@dataclass(frozen=True)
class Listed:
    """A study as one trust lists it: its series with how many instances each has there.

    One that is not linked is counted and no more.
    """

    study_id: str
    study: FoundStudy
    series: tuple[tuple[FoundSeries, int], ...]
    linked: bool

    def rank(self, series: FoundSeries) -> tuple[str, ...]:
        """Newest study first, and in it the first series first; an undated study comes last."""
        day = self.study.date.isoformat() if self.study.date else ""
        return (day, self.study.time, self.study.study_uid, f"{max(0, 999_999 - (series.number or 0)):06}")


def expect(session: Session, trust_ods: str, listed: Iterable[Listed]) -> None:
    """Make the series' rows before anything of them comes, so that one of which nothing comes is seen to be missing."""
    for one in listed:
        study = session.get_one(Study, one.study_id)
        study.modalities = sorted(
            {*study.modalities, *(series.modality for series, _ in one.series if series.modality)}
        )
        holder = session.scalar(
            select(Holder)
            .where(Holder.study_id == study.id, Holder.trust_ods == trust_ods, Holder.origin == ARCHIVE)
            .with_for_update()
        )
        if holder is not None:
            holder.series = len(one.series) if holder.series is None else holder.series
            holder.instances = sum(count for _, count in one.series) if holder.instances is None else holder.instances
        for found, count in one.series if one.linked else ():
            row = session.scalar(select(Series).where(Series.series_uid == found.series_uid))
            if row is None:
                row = Series(study_id=study.id, series_uid=found.series_uid, gaps=[])
                session.add(row)
            if row.study_id != study.id:
                continue
            row.modality = row.modality or found.modality
            row.number = found.number if row.number is None else row.number
            row.description = row.description or found.description
            row.body_part = row.body_part or found.body_part
            row.expected = max(row.expected or 0, count)
        session.flush()


def finish(session: Session, series_uid: str, *, expected: int, answered: Collection[str]) -> int:
    """Say whether a series is whole, and that its frames can be packed. Returns how many instances are here.

    `expected` is the largest count heard in this round. An older, larger one holds while a holder is silent.
    """
    series = session.scalar(select(Series).where(Series.series_uid == series_uid).with_for_update())
    if series is None:
        return 0
    holders = session.execute(select(Holder.trust_ods, Holder.origin).where(Holder.study_id == series.study_id)).all()
    if any(ods not in answered or origin != ARCHIVE for ods, origin in holders):  # a disc cannot be asked again
        expected = max(expected, series.expected or 0)
    judged = judge_series(session, series.id, expected)
    count_again(session, [series.id])
    series.expected, series.gaps, series.duplicates = expected, list(judged.gaps), list(judged.duplicates)
    study = session.get_one(Study, series.study_id)
    study.modalities = sorted({*study.modalities, *([series.modality] if series.modality else [])})
    if series.id in unpacked(session, series.id):
        after_commit(session, SeriesGathered(series.id))
    return judged.received


def unpacked(session: Session, series_id: str | None = None, *, beginning: str = "") -> list[str]:
    """Series (or this one, or those whose id begins so) with images that no pack holds yet.

    Told by counting, never by times: an object may be read before a pack is built and be there only after it.
    """
    wanted = (
        select(Series.id)
        .outerjoin(Pack, Pack.series_id == Series.id)
        .where(Series.frames > 0, or_(Pack.id.is_(None), Pack.frames != Series.frames))
    )
    if series_id is not None:
        wanted = wanted.where(Series.id == series_id)
    if beginning:  # ids are hexadecimal, and no digit comes after "f"
        wanted = wanted.where(Series.id >= beginning, Series.id < beginning + "g")
    return list(session.scalars(wanted))


def judge_series(session: Session, series_id: str, expected: int | None) -> Wholeness:
    """How whole a series is by what is here of it. Reads a few rows at a time: there may be ten thousand."""
    rows = session.execute(
        select(Instance.number, Instance.header).where(Instance.series_id == series_id).order_by(Instance.number)
    ).yield_per(_ROWS)
    received, slices, unplaced, images = 0, [], set(), []
    for number, header in rows:
        received += 1
        frames = header.get("frames") or []
        place = frames[0] if len(frames) == 1 else {}
        position, orientation = place.get("position"), place.get("orientation")
        if position and orientation:
            slices.append(Slice(number, tuple(position), tuple(orientation)))
        elif number is not None and not position:
            unplaced.add(number)
        at = (*position, *orientation) if position and orientation else None
        images.append(Image(number, header.get("content"), at, _kind(header)))
    return wholeness(expected, received, slices, unplaced, duplicates(images))


def _kind(header: dict[str, Any]) -> tuple[object, ...]:
    """What else tells two images of one place apart."""
    return (tuple(header.get("image_type") or ()), *(header.get(name) for name in ("acquisition", "temporal", "echo")))


def kept_counts(db: Database, study_ids: Collection[str]) -> dict[str, int]:
    """How many instances of each series of these studies are here, by SeriesInstanceUID."""
    wanted = (
        select(Series.series_uid, func.count(Instance.id))
        .outerjoin(Instance, Instance.series_id == Series.id)
        .where(Series.study_id.in_(study_ids))
        .group_by(Series.series_uid)
    )
    with db.reading() as session:
        return {uid: here for uid, here in session.execute(wanted)}  # noqa: C416 - rows, by their types


def keep_refusals(session: Session, trust_ods: str, refusals: Iterable[RefusedFile], *, now: datetime) -> None:
    """Remember what a source holds that nobody can read; each file once."""
    for refused in refusals:
        there = session.scalar(
            select(Refusal).where(
                Refusal.trust_ods == trust_ods, Refusal.study_id.is_(None), Refusal.name == refused.name
            )
        )
        if there is None:
            session.add(Refusal(trust_ods=trust_ods, study_id=None, name=refused.name, why=refused.why, at=now))
        else:
            there.why = refused.why
    session.flush()
