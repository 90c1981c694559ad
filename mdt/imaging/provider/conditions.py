"""A search's conditions as SQL, by the matching of PS3.4 C.2.2.2. Names are compared without case, all else with it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_, select

from mdt.core.errors import Invalid
from mdt.imaging.models import Instance, Series
from mdt.imaging.provider.asking import Condition, Range
from mdt.record.models import LocalIdentifier, Patient, Study

Clause = ColumnElement[bool]

_NUMBER_LIMIT = 1 << 31


def clause(condition: Condition, dialect: str) -> Clause:
    """One condition on Study, Patient, Series and Instance; `dialect` is the database's name."""
    return _CLAUSES[condition.field.keyword](condition, dialect)


def _text(column: Any, *, folded: bool = False) -> Callable[[Condition, str], Clause]:
    return lambda condition, dialect: or_(*(_like(column, text, dialect, folded) for text in condition.one_of))


def _like(column: Any, text: str, dialect: str, folded: bool) -> Clause:
    """`*` is any run of characters, `?` any one; SQLite's LIKE ignores case, so GLOB is asked there."""
    if folded:
        column, text = (func.folded if dialect == "sqlite" else func.lower)(column), text.lower()
    if not set(text) & {"*", "?"}:
        same: Clause = column == text
        return same
    if dialect == "sqlite" and not folded:
        return column.op("GLOB")(text.replace("[", "[[]"))
    escaped = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return column.like(escaped.replace("*", "%").replace("?", "_"), escape="\\")


def _uid(column: Any) -> Callable[[Condition, str], Clause]:
    return lambda condition, _: column.in_(condition.one_of)


def _number(column: Any) -> Callable[[Condition, str], Clause]:
    def compare(condition: Condition, _: str) -> Clause:
        number = int(condition.one_of[0])
        if abs(number) >= _NUMBER_LIMIT:
            raise Invalid(f"{condition.field.keyword} cannot be as large as {number}.")
        return column == number

    return compare


def _day(column: Any) -> Callable[[Condition, str], Clause]:
    def compare(condition: Condition, _: str) -> Clause:
        within = condition.within or Range(None, None)
        bounds = [column >= _date(within.low)] if within.low else []
        return and_(*bounds, *([column <= _date(within.high)] if within.high else []))

    return compare


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _time(column: Any) -> Callable[[Condition, str], Clause]:
    """Times are text of growing precision: a bound covers all that begins as it does."""

    def compare(condition: Condition, _: str) -> Clause:
        within = condition.within or Range(None, None)
        bounds = [column >= within.low] if within.low else []
        if within.high:
            bounds += [func.substr(column, 1, len(within.high)) <= within.high, column != ""]
        return and_(*bounds)

    return compare


def _nhs_number(condition: Condition, dialect: str) -> Clause:
    return or_(*(_like(Patient.nhs_number, text.replace(" ", ""), dialect, False) for text in condition.one_of))


def _local_number(condition: Condition, dialect: str) -> Clause:
    matching = or_(*(_like(LocalIdentifier.value, text, dialect, False) for text in condition.one_of))
    return exists(select(LocalIdentifier.id).where(LocalIdentifier.patient_id == Patient.id, matching))


def _modality_in_study(condition: Condition, dialect: str) -> Clause:
    """The study's list is JSON; each modality stands in it between quotes."""
    listed = cast(Study.modalities, String)
    return or_(*(_like(listed, f'*"{text}"*', dialect, False) for text in condition.one_of))


_CLAUSES: dict[str, Callable[[Condition, str], Clause]] = {
    "StudyDate": _day(Study.study_date),
    "StudyTime": _time(Study.study_time),
    "AccessionNumber": _text(Study.accession),
    "StudyDescription": _text(Study.description),
    "ModalitiesInStudy": _modality_in_study,
    "StudyInstanceUID": _uid(Study.study_uid),
    "PatientName": _text(func.rtrim(Patient.family + "^" + Patient.given, "^"), folded=True),
    "PatientID": _nhs_number,
    "PatientBirthDate": _day(Patient.birth_date),
    "PatientSex": _text(Patient.sex),
    "OtherPatientIDs": _local_number,
    "OtherPatientIDsSequence.PatientID": _local_number,
    "Modality": _text(Series.modality),
    "SeriesDescription": _text(Series.description),
    "SeriesInstanceUID": _uid(Series.series_uid),
    "SeriesNumber": _number(Series.number),
    "BodyPartExamined": _text(Series.body_part),
    "SOPClassUID": _uid(Instance.sop_class_uid),
    "SOPInstanceUID": _uid(Instance.sop_uid),
    "InstanceNumber": _number(Instance.number),
    "AvailableTransferSyntaxUID": _uid(Instance.transfer_syntax_uid),
}
