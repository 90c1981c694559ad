"""Which studies came with something written about them: a text report, or a document."""

from collections.abc import Collection

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from mdt.core.among import among
from mdt.imaging.models import NOTABLE, Instance, Series

_SR = "1.2.840.10008.5.1.4.1.1.88."
# Basic text, enhanced, comprehensive and comprehensive 3D SR (PS3.3 A.35); a PDF or CDA that is carried whole (A.45).
# Dose reports, key objects and what CAD found are no report of a person.
WRITTEN = (*(f"{_SR}{last}" for last in ("11", "22", "33", "34")), *(f"1.2.840.10008.5.1.4.1.1.104.{n}" for n in "12"))


def with_reports(session: Session, study_ids: Collection[str]) -> set[str]:
    """Of these studies, those of which something written is here. The caller may see them."""
    report = (Instance.series_id == Series.id, text(f"({NOTABLE})"), Instance.sop_class_uid.in_(WRITTEN))
    written = select(Series.study_id).where(among(Series.study_id, study_ids), exists().where(*report))
    return set(session.scalars(written.distinct()))
