"""From the attributes a source gave, as text, to what it lists. The same for every carrier.

`Attributes` maps a DICOM keyword to its decoded values. An absent keyword means that the peer did not say; an empty
tuple means that it said "nothing". `OtherPatientIDsSequence` holds the Patient IDs of its items.
"""

import re
from collections.abc import Mapping
from datetime import date

from mdt.trusts.source import ClaimedIdentity, FoundInstance, FoundSeries, FoundStudy

Attributes = Mapping[str, tuple[str, ...]]

IDENTITY = (
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "PatientBirthDate",
    "PatientSex",
    "OtherPatientIDs",
)
STUDY = (
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "StudyDescription",
    "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
)
SERIES = (
    "SeriesInstanceUID",
    "Modality",
    "SeriesNumber",
    "SeriesDescription",
    "BodyPartExamined",
    "NumberOfSeriesRelatedInstances",
)
INSTANCE = ("SOPInstanceUID", "SOPClassUID", "InstanceNumber")

_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


def identity(attributes: Attributes, *, whole: bool = False) -> ClaimedIdentity:
    """Whose study it claims to be. `whole`: a full header was read, so that what is absent is known to be absent."""
    name = _said(attributes, "PatientName")
    family, given = split_name(name) if name is not None else (None, None)
    others = attributes.get("OtherPatientIDs", ()) + attributes.get("OtherPatientIDsSequence", ())
    # Archives answer a key they do not know with an empty value, so that an empty answer says nothing.
    says_others = whole or any(others)
    sex = text(attributes, "PatientSex").upper()
    return ClaimedIdentity(
        patient_id=_said(attributes, "PatientID"),
        issuer=_said(attributes, "IssuerOfPatientID"),
        other_ids=tuple(dict.fromkeys(other for other in others if other)) if says_others else None,
        family=family,
        given=given,
        birth_date=day(text(attributes, "PatientBirthDate")),
        sex=sex if sex in ("M", "F", "O") else None,
        says_birth_date=whole or bool(text(attributes, "PatientBirthDate")),
        says_other_ids=says_others,
    )


def study(attributes: Attributes) -> FoundStudy:
    """One study of a query's answer."""
    return FoundStudy(
        study_uid=text(attributes, "StudyInstanceUID"),
        claimed=identity(attributes),
        date=day(text(attributes, "StudyDate")),
        time=text(attributes, "StudyTime"),
        description=text(attributes, "StudyDescription"),
        modalities=tuple(m for m in attributes.get("ModalitiesInStudy", ()) if m),
        accession=text(attributes, "AccessionNumber"),
        series=count(text(attributes, "NumberOfStudyRelatedSeries")),
        instances=count(text(attributes, "NumberOfStudyRelatedInstances")),
    )


def series(attributes: Attributes, study_uid: str) -> FoundSeries:
    """One series of a query's answer."""
    return FoundSeries(
        study_uid=study_uid,
        series_uid=text(attributes, "SeriesInstanceUID"),
        modality=text(attributes, "Modality"),
        number=whole_number(text(attributes, "SeriesNumber")),
        description=text(attributes, "SeriesDescription"),
        body_part=text(attributes, "BodyPartExamined"),
        instances=count(text(attributes, "NumberOfSeriesRelatedInstances")),
    )


def instance(attributes: Attributes) -> FoundInstance:
    """One instance of a query's answer; `sop_class_uid` is empty when the peer does not say."""
    return FoundInstance(
        sop_uid=text(attributes, "SOPInstanceUID"),
        sop_class_uid=text(attributes, "SOPClassUID"),
        number=whole_number(text(attributes, "InstanceNumber")),
    )


def text(attributes: Attributes, keyword: str) -> str:
    """The first value, or an empty text."""
    values = attributes.get(keyword, ())
    return values[0] if values else ""


def split_name(name: str) -> tuple[str, str]:
    """Family and given name of the alphabetic group of a PN."""
    parts = name.split("=", maxsplit=1)[0].split("^")
    return parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""


def day(value: str) -> date | None:
    """A DA, also in the old form with full stops. None when absent or malformed."""
    digits = value.replace(".", "") if re.fullmatch(r"[0-9]{4}\.[0-9]{2}\.[0-9]{2}", value) else value
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if re.fullmatch(r"[0-9]{8}", digits) else None
    except ValueError:
        return None


def whole_number(value: str) -> int | None:
    """An IS. None when absent or malformed."""
    return int(value) if re.fullmatch(r"[+-]?[0-9]{1,11}", value) else None


def count(value: str) -> int | None:
    """A number of related objects; a negative one says nothing."""
    number = whole_number(value)
    return number if number is not None and number >= 0 else None


def is_uid(value: str) -> bool:
    """Whether it can be a UID (leading zeros are borne: real archives have them)."""
    return len(value) <= 64 and _UID.fullmatch(value) is not None


def _said(attributes: Attributes, keyword: str) -> str | None:
    return text(attributes, keyword) if keyword in attributes else None
