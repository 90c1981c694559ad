"""What of the imaging a face may hand out, and whose it is. The face asks whether its actor may see that patient."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.errors import NotFound
from mdt.imaging.models import Instance, Layer, Pack, Series
from mdt.record.clashes import STRONG
from mdt.record.models import Link, Study

NO_SUCH_IMAGING = "There is no such imaging, or none of your teams has listed its patient."


@dataclass(frozen=True)
class Owned:
    """Which study something belongs to, and the patients it is linked to, surely or by a person's decision."""

    study_id: str
    patients: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A document in the store, and what it is called."""

    owned: Owned
    sha256: str
    title: str
    type: str


def series(session: Session, series_id: str) -> Owned:
    """Whose a series is; raises NotFound."""
    found = session.get(Series, series_id)
    if found is None:
        raise NotFound(NO_SUCH_IMAGING)
    return _owned(session, found.study_id)


def document(session: Session, instance_id: str) -> Document:
    """An object that is a document; raises NotFound."""
    found = session.get(Instance, instance_id)
    about = found.header.get("document") if found else None
    if found is None or about is None:
        raise NotFound(NO_SUCH_IMAGING)
    owned = _owned(session, session.get_one(Series, found.series_id).study_id)
    return Document(owned, about["sha256"], about["title"], about["type"])


def layer(session: Session, instance_id: str, leaf: str) -> Owned:
    """Whose the leaf of a layer is; raises NotFound."""
    found = session.scalar(select(Layer).where(Layer.instance_id == instance_id, Layer.leaf == leaf))
    if found is None:
        raise NotFound(NO_SUCH_IMAGING)
    return _owned(session, found.study_id)


def _owned(session: Session, study_id: str) -> Owned:
    linked = select(Link.patient_id).where(Link.study_id == study_id, Link.status.in_(STRONG))
    return Owned(study_id, tuple(session.scalars(linked.distinct().order_by(Link.patient_id))))


@dataclass(frozen=True)
class Packed:
    """Where the frames of a series are, to be looked at."""

    series_id: str
    version: str


def packed(session: Session, patient_id: str, series_uids: set[str]) -> dict[str, Packed]:
    """By SeriesInstanceUID, those of a patient's own series that can be looked at."""
    own = select(Link.study_id).where(Link.patient_id == patient_id, Link.status.in_(STRONG))
    wanted = (
        select(Series.series_uid, Series.id, Pack.version)
        .join(Pack, Pack.series_id == Series.id)
        .where(Series.series_uid.in_(series_uids), Series.study_id.in_(own))
    )
    return {uid: Packed(series_id, version) for uid, series_id, version in session.execute(wanted)}


def studies(session: Session, patient_id: str, study_uids: set[str]) -> list[Study]:
    """Those of a patient's own studies."""
    own = select(Link.study_id).where(Link.patient_id == patient_id, Link.status.in_(STRONG))
    return list(session.scalars(select(Study).where(Study.study_uid.in_(study_uids), Study.id.in_(own))))
