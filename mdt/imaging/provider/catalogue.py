"""The record searched, for somebody who may see certain patients: their studies, series and objects, nobody else's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from mdt.core.errors import NotFound
from mdt.imaging.models import Instance, Series
from mdt.imaging.provider.asking import Question
from mdt.imaging.provider.conditions import clause
from mdt.imaging.queries import NO_SUCH_IMAGING
from mdt.record.clashes import STRONG
from mdt.record.models import Link, LocalIdentifier, Patient, Study

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """The ids of the patients that may be seen: a query that never changes, and what it is asked with this time."""

    query: Select[str]
    params: Params


@dataclass(frozen=True)
class Match:
    """One study, series or object found; `series` and `instances` are how many of them are here."""

    study: Study
    patient: Patient
    series_of: Series | None
    instance: Instance | None
    modalities: tuple[str, ...]
    series: int
    instances: int
    in_series: int
    other_ids: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A page of matches in an order that stays, and how many more there are after it."""

    matches: list[Match]
    more: int


@dataclass(frozen=True)
class Object:
    """One object that may be handed out, with what names it and what is known without opening it."""

    study_id: str
    series_id: str
    instance_id: str
    patient_id: str
    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class_uid: str
    syntax: str
    sha256: str
    bytes: int
    frames: int


def search(session: Session, seen: Seen, asked: Question, *, study_uid: str | None, series_uid: str | None) -> Found:
    """Answer a search within everything, one study or one series."""
    wanted = _wanted(seen, asked, session.get_bind().dialect.name)
    if study_uid is not None:
        wanted = wanted.where(Study.study_uid == study_uid)
    if series_uid is not None:
        wanted = wanted.where(Series.series_uid == series_uid)
    rows = session.execute(wanted.offset(asked.offset).limit(asked.limit + 1), seen.params).all()
    more = 0
    if len(rows) > asked.limit:
        count = select(func.count()).select_from(wanted.order_by(None).subquery())
        everything = session.scalar(count, seen.params) or 0
        more = everything - asked.offset - asked.limit
    return Found(_matches(session, rows[: asked.limit]), more)


def objects(
    session: Session, seen: Seen, study_uid: str, series_uid: str | None = None, sop_uid: str | None = None
) -> list[Object]:
    """The objects of a study, a series, or one object, in order; raises NotFound where there is none to be seen."""
    named = {"study": study_uid, "series": series_uid, "sop": sop_uid}
    given = {name: uid for name, uid in named.items() if uid is not None}
    wanted = _objects(seen.query, frozenset(given))
    found = [Object(*row) for row in session.connection().execute(wanted, {**given, **seen.params})]
    if not found:
        raise NotFound(NO_SUCH_IMAGING)
    return found


@cache
def _objects(seen: Select[str], given: frozenset[str]) -> Any:
    """Built once for each depth: it is asked for every frame."""
    strong = (Link.study_id == Study.id, Link.status.in_(STRONG), Link.patient_id.in_(seen))
    owner = select(func.min(Link.patient_id)).where(*strong).correlate(Study).scalar_subquery()
    columns = (
        Study.id, Series.id, Instance.id, owner, Study.study_uid, Series.series_uid, Instance.sop_uid,
        Instance.sop_class_uid, Instance.transfer_syntax_uid, Instance.sha256, Instance.bytes, Instance.frames,
    )  # fmt: skip
    of = {"study": Study.study_uid, "series": Series.series_uid, "sop": Instance.sop_uid}
    return (
        select(*columns)
        .join(Series, Series.study_id == Study.id)
        .join(Instance, Instance.series_id == Series.id)
        .where(select(Link.id).where(*strong).correlate(Study).exists())
        .where(*(of[name] == bindparam(name) for name in sorted(given)))
        .order_by(*_in_study(), *_in_series())
    )


def _wanted(seen: Seen, asked: Question, dialect: str) -> Select[Any]:
    """Every study by one link to its patient, so that a search for one patient begins with that patient's.

    There is never more than one patient: a study claimed for two people is linked to nobody.
    """
    wanted: Any = select(Study, Patient)
    if asked.level == "series":
        wanted = select(Study, Patient, Series)
    elif asked.level == "instance":
        wanted = select(Study, Patient, Series, Instance)
    other = aliased(Link)
    before = select(other.id).where(
        other.patient_id == Link.patient_id,
        other.study_id == Link.study_id,
        other.id < Link.id,
        other.status.in_(STRONG),
    )
    wanted = (
        wanted.select_from(Link)
        .join(Study, Study.id == Link.study_id)
        .join(Patient, Patient.id == Link.patient_id)
        .where(Link.status.in_(STRONG), Link.patient_id.in_(seen.query), ~before.exists())
    )
    order: list[Any] = [Study.study_date.desc().nulls_last(), Study.study_time.desc(), Study.study_uid]
    if asked.level != "study":
        wanted = wanted.join(Series, Series.study_id == Study.id)
        order += _in_study()
    if asked.level == "instance":
        wanted = wanted.join(Instance, Instance.series_id == Series.id)
        order += _in_series()
    return wanted.where(*(clause(condition, dialect) for condition in asked.conditions)).order_by(*order)


def _in_study() -> list[Any]:
    return [Series.number.nulls_last(), Series.series_uid]


def _in_series() -> list[Any]:
    return [Instance.number.nulls_last(), Instance.sop_uid]


def _matches(session: Session, rows: Sequence[Any]) -> list[Match]:
    counts = _counts(session, {row[0].id for row in rows})
    others = _other_ids(session, {row[1].id for row in rows})
    return [
        Match(
            study=row[0],
            patient=row[1],
            series_of=row[2] if len(row) > 2 else None,
            instance=row[3] if len(row) > 3 else None,
            modalities=tuple(row[0].modalities),
            series=counts.get(row[0].id, (0, 0))[0],
            instances=counts.get(row[0].id, (0, 0))[1],
            in_series=row[2].received if len(row) > 2 else 0,
            other_ids=others.get(row[1].id, ()),
        )
        for row in rows
    ]


def _counts(session: Session, study_ids: set[str]) -> dict[str, tuple[int, int]]:
    """How many series with objects, and how many objects, there are here of each of these studies."""
    counted = (
        select(Series.study_id, func.count(), func.sum(Series.received))
        .where(Series.study_id.in_(study_ids), Series.received > 0)
        .group_by(Series.study_id)
    )
    return {key: (series, int(instances)) for key, series, instances in session.execute(counted)}


def _other_ids(session: Session, patients: set[str]) -> dict[str, tuple[str, ...]]:
    known = select(LocalIdentifier.patient_id, LocalIdentifier.value, LocalIdentifier.issuer)
    found: dict[str, tuple[str, ...]] = {}
    for patient_id, value, _ in session.execute(known.where(LocalIdentifier.patient_id.in_(patients))):
        found[patient_id] = (*found.get(patient_id, ()), value)
    return found
