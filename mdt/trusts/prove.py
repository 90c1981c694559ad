"""Proving a source by traffic, not by configuration: an echo, and a search that finds nothing."""

import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from mdt.trusts.abilities import EVERY, WORDS, Ability
from mdt.trusts.errors import Phase, Refused, SourceError
from mdt.trusts.matching import remarks_on
from mdt.trusts.source import ImagingSource, StudyAnswer, StudyQuery

# A UID of our own root that no study has: a search for it costs an archive nothing and shows nobody's data.
_NO_STUDY = "2.25.302020202020202020202020202020202020"
_NOBODY = "NOBODY-302020"
_SEARCHES: dict[Ability, StudyQuery] = {
    "patient-id": StudyQuery(patient_id=_NOBODY),
    "other-ids": StudyQuery(other_patient_id=_NOBODY),
    "demographics": StudyQuery(patient_name=f"{_NOBODY}^{_NOBODY}", birth_date=date(1870, 1, 1)),
}


@dataclass(frozen=True)
class Proof:
    """What came of it; `phase` and `detail` say how far it got and why not further.

    `asked_by` is what it is asked by, `remarks` what it made of that: keys it ignores, searches it refuses.
    """

    ods: str
    kind: str
    ok: bool
    phase: Phase | None
    detail: str
    seconds: float
    asked_by: tuple[Ability, ...] = EVERY
    remarks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"asked_by": list(self.asked_by), "remarks": list(self.remarks)}


def prove(ods: str, kind: str, opening: Callable[[], ImagingSource], asked_by: tuple[Ability, ...] = EVERY) -> Proof:
    """Open, echo, search in every way it is said to be asked by. Never raises what a source does."""
    started = time.monotonic()
    phase: Phase | None = None
    detail = "It answered an echo and a search."
    remarks: list[str] = []
    try:
        source = opening()
        try:
            source.echo()
            source.find_studies(StudyQuery(study_uid=_NO_STUDY))
            remarks = _remarks(source, asked_by)
        finally:
            source.close()
    except SourceError as error:
        phase, detail = error.phase, str(error)
    seconds = round(time.monotonic() - started, 3)
    return Proof(ods, kind, phase is None, phase, detail, seconds, asked_by, tuple(remarks))


def _remarks(source: ImagingSource, asked_by: Collection[Ability]) -> list[str]:
    """Look for somebody whom no archive has."""
    answers: list[StudyAnswer] = []
    refused: list[str] = []
    for ability, query in _SEARCHES.items():
        if ability not in asked_by:
            continue
        try:
            answers.append(source.find_studies(query))
        except Refused as refusal:
            refused.append(f"It refuses to be asked by {WORDS[ability]}: {refusal}")
    return remarks_on(answers) + refused
