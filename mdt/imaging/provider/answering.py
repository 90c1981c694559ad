"""What a search found as DICOM JSON (PS3.18 10.6.3.3): the attributes of its level and, across studies, those above."""

from collections.abc import Callable
from typing import Any

from mdt.imaging.provider.asking import Question
from mdt.imaging.provider.catalogue import Match
from mdt.imaging.provider.fields import KEPT, UNKNOWN, Field, reaching

NHS = "NHS"  # who issues an NHS number, as (0010,0021) names it

Address = Callable[[str, str | None, str | None], str]

_ALWAYS = frozenset({"StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"})


def as_json(match: Match, asked: Question, *, within_study: bool, address: Address) -> dict[str, Any]:
    """One match. `address` makes the URL of a study, series or object; `within_study` leaves out what its path says."""
    answer: dict[str, Any] = {}
    for field in reaching(asked.level):
        own = field.level == asked.level
        usual = field.given in (KEPT, UNKNOWN) and (own or not within_study or field.keyword in _ALWAYS)
        if not usual and field.keyword not in asked.include:
            continue
        if field.keyword in ("RetrieveURL", "InstanceAvailability") and not own:
            continue
        value = [] if field.given == UNKNOWN else _value(field, match, address)
        answer[field.tag] = {"vr": field.vr, **({"Value": value} if value else {})}
    return dict(sorted(answer.items()))


def _value(field: Field, match: Match, address: Address) -> list[Any]:
    found = _OF[field.keyword](match) if field.keyword in _OF else None
    if field.keyword == "RetrieveURL":
        found = address(
            match.study.study_uid,
            match.series_of.series_uid if match.series_of else None,
            match.instance.sop_uid if match.instance else None,
        )
    if isinstance(found, list):
        return found
    return [] if found is None or found == "" else [found]


def _availability(match: Match) -> str:
    here = match.instances if match.series_of is None else match.in_series
    return "ONLINE" if here else "UNAVAILABLE"


def _day(day: Any) -> str | None:
    return day.strftime("%Y%m%d") if day is not None else None


def _others(match: Match) -> list[dict[str, Any]]:
    return [
        {"00100020": {"vr": "LO", "Value": [value]}, "00100022": {"vr": "CS", "Value": ["TEXT"]}}
        for value in match.other_ids
    ]


def _header(key: str) -> Callable[[Match], Any]:
    return lambda match: match.instance.header.get(key) if match.instance else None


def _series(key: str) -> Callable[[Match], Any]:
    return lambda match: getattr(match.series_of, key)


def _instance(key: str) -> Callable[[Match], Any]:
    return lambda match: getattr(match.instance, key)


_OF: dict[str, Callable[[Match], Any]] = {
    "StudyDate": lambda match: _day(match.study.study_date),
    "StudyTime": lambda match: match.study.study_time,
    "AccessionNumber": lambda match: match.study.accession,
    "ModalitiesInStudy": lambda match: list(match.modalities),
    "PatientName": lambda match: {"Alphabetic": f"{match.patient.family}^{match.patient.given}".rstrip("^")},
    "PatientID": lambda match: match.patient.nhs_number,
    "IssuerOfPatientID": lambda match: NHS,
    "OtherPatientIDsSequence": _others,
    "PatientBirthDate": lambda match: _day(match.patient.birth_date),
    "PatientSex": lambda match: match.patient.sex,
    "StudyInstanceUID": lambda match: match.study.study_uid,
    "StudyDescription": lambda match: match.study.description,
    "InstanceAvailability": _availability,
    "NumberOfStudyRelatedSeries": lambda match: match.series,
    "NumberOfStudyRelatedInstances": lambda match: match.instances,
    "Modality": _series("modality"),
    "SeriesDescription": _series("description"),
    "SeriesInstanceUID": _series("series_uid"),
    "SeriesNumber": _series("number"),
    "BodyPartExamined": _series("body_part"),
    "NumberOfSeriesRelatedInstances": lambda match: match.in_series,
    "SOPClassUID": _instance("sop_class_uid"),
    "SOPInstanceUID": _instance("sop_uid"),
    "InstanceNumber": _instance("number"),
    "AvailableTransferSyntaxUID": _instance("transfer_syntax_uid"),
    "NumberOfFrames": lambda match: (match.instance.frames or None) if match.instance else None,
    "Rows": _header("rows"),
    "Columns": _header("columns"),
    "BitsAllocated": _header("bits"),
}
