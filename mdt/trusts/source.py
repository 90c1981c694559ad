"""What every source of imaging can do, whatever carries it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class ClaimedIdentity:
    """What a trust says about whose study it is, as it says it. `None` means it did not say (not the same as empty).

    Names are already decoded; `family` and `given` come from the first (alphabetic) component group of PN.
    """

    patient_id: str | None = None  # (0010,0020)
    issuer: str | None = None  # (0010,0021)
    other_ids: tuple[str, ...] | None = None  # (0010,1000) and (0010,1002)
    family: str | None = None
    given: str | None = None
    birth_date: date | None = None  # None also when malformed or absent
    sex: str | None = None  # M, F, O
    says_birth_date: bool = True  # False: this peer cannot tell a date of birth in a query answer
    says_other_ids: bool = True


@dataclass(frozen=True)
class FoundStudy:
    """One study as a source lists it; counts are its own, None where it does not give them (0020,1206/1208)."""

    study_uid: str
    claimed: ClaimedIdentity
    date: date | None
    time: str
    description: str
    modalities: tuple[str, ...]
    accession: str
    series: int | None
    instances: int | None


@dataclass(frozen=True)
class FoundSeries:
    """One series as a source lists it (0020,1209 for `instances`)."""

    study_uid: str
    series_uid: str
    modality: str
    number: int | None
    description: str
    body_part: str
    instances: int | None


@dataclass(frozen=True)
class FoundInstance:
    """One instance as a source lists it."""

    sop_uid: str
    sop_class_uid: str
    number: int | None


@dataclass(frozen=True)
class StudyQuery:
    """Matching keys; a None is not asked. Wildcards `*` and `?` are allowed in `patient_name` only."""

    patient_id: str | None = None
    other_patient_id: str | None = None
    patient_name: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    study_uid: str | None = None


@dataclass(frozen=True)
class RefusedFile:
    """Something the source holds that cannot be taken in: its name there, and a sentence that says why."""

    name: str
    why: str


@dataclass(frozen=True)
class StudyAnswer:
    """Studies found, and what the peer could not do: keys by their names in words, anything else as a sentence.

    `ignored` are keys that it matched loosely or not at all, `unsaid` those whose values it does not tell.
    `refusals` lists what the source holds and nobody can read, whoever it belongs to (a folder's broken files): the
    same ones come with every answer, so keep one of each name.
    """

    studies: tuple[FoundStudy, ...]
    remarks: tuple[str, ...] = ()
    refusals: tuple[RefusedFile, ...] = ()
    ignored: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()


class ImagingSource(Protocol):
    """One trust's imaging over one carrier. Every method may raise `Refused` or `NoAnswer` with its phase.

    Retries live in the carrier and nowhere else. Answers are filtered again on our side, because many archives
    ignore keys they do not know; a key the peer cannot answer for is left to the caller and named in `unsaid`.
    """

    def echo(self) -> None:
        """Prove that somebody who speaks our language is there."""

    def find_studies(self, query: StudyQuery) -> StudyAnswer:
        """Studies that match."""

    def peek(self, study_uid: str) -> ClaimedIdentity:
        """The identity written in the header of one retrieved instance: for peers whose answers say less.

        Slower than a query (it moves an object); ask it only for a study whose answer did not say enough.
        """

    def find_series(self, study_uid: str) -> list[FoundSeries]:
        """The series of one study."""

    def find_instances(self, study_uid: str, series_uid: str) -> list[FoundInstance]:
        """The instances of one series."""

    def unlisted(self) -> tuple[str, ...]:
        """In words, what its listings of series and instances since this was last asked may lack."""

    def retrieve(
        self, study_uid: str, series_uid: str, *, spool: Path, only: Collection[str] | None = None
    ) -> Iterator[Path]:
        """Bring a series (or `only` these SOP Instance UIDs), one Part 10 file in `spool` at a time, memory flat.

        The caller owns each yielded file and moves or deletes it. File names are counters, never UIDs.
        """

    def close(self) -> None:
        """Let go of connections."""
