"""The attributes a search may match and give back (PS3.18 tables 10.6.1-5 and 10.6.3-3 to -5): those the record keeps.

An attribute marked UNKNOWN is one the standard wants in every answer and the record does not keep: it is empty.
"""

from dataclasses import dataclass
from typing import Literal

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

Level = Literal["study", "series", "instance"]
LEVELS: tuple[Level, ...] = ("study", "series", "instance")

KEPT, UNKNOWN, MATCHED, ON_REQUEST = "kept", "unknown", "matched", "on request"


@dataclass(frozen=True)
class Field:
    """One attribute of one level. `given`: KEPT in every answer, ON_REQUEST, UNKNOWN (empty), MATCHED but not given."""

    keyword: str
    level: Level
    given: str = KEPT
    matchable: bool = True

    @property
    def tag(self) -> str:
        return f"{tag_for_keyword(self.keyword):08X}"

    @property
    def vr(self) -> str:
        return dictionary_VR(self.keyword)


def _of(level: Level, keywords: str, given: str = KEPT, *, matchable: bool = True) -> list[Field]:
    return [Field(keyword, level, given, matchable) for keyword in keywords.split()]


FIELDS = (
    *_of("study", "StudyDate StudyTime AccessionNumber ModalitiesInStudy"),
    *_of("study", "PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID"),
    *_of("study", "InstanceAvailability RetrieveURL", matchable=False),
    *_of("study", "NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances", matchable=False),
    *_of("study", "ReferringPhysicianName StudyID", UNKNOWN, matchable=False),
    *_of("study", "StudyDescription", ON_REQUEST),
    *_of("study", "IssuerOfPatientID OtherPatientIDsSequence", ON_REQUEST, matchable=False),
    *_of("study", "OtherPatientIDs OtherPatientIDsSequence.PatientID", MATCHED),
    *_of("series", "Modality SeriesDescription SeriesInstanceUID SeriesNumber"),
    *_of("series", "RetrieveURL NumberOfSeriesRelatedInstances", matchable=False),
    *_of("series", "BodyPartExamined", ON_REQUEST),
    *_of("instance", "SOPClassUID SOPInstanceUID InstanceNumber"),
    *_of("instance", "InstanceAvailability RetrieveURL", matchable=False),
    *_of("instance", "NumberOfFrames Rows Columns BitsAllocated", matchable=False),
    *_of("instance", "AvailableTransferSyntaxUID", ON_REQUEST),
)


def canonical(name: str) -> str | None:
    """The keyword path of `PatientName`, `00100010` or `OtherPatientIDsSequence.00100020`; None for what is none."""
    words = []
    for part in name.split("."):
        is_tag = len(part) == 8 and all(digit in "0123456789abcdefABCDEF" for digit in part)
        word = keyword_for_tag(int(part, 16)) if is_tag else part
        if not word or tag_for_keyword(word) is None:
            return None
        words.append(word)
    return ".".join(words)


def is_private_tag(name: str) -> bool:
    """A tag that is in no dictionary of ours, but a tag."""
    return len(name) == 8 and all(digit in "0123456789abcdefABCDEF" for digit in name)


def reaching(level: Level) -> list[Field]:
    """What belongs to this level and those above it."""
    return [field for field in FIELDS if LEVELS.index(field.level) <= LEVELS.index(level)]
