"""Proving a source by traffic, not by configuration: an echo, and a search that finds nothing."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from mdt.trusts.errors import Phase, SourceError
from mdt.trusts.source import ImagingSource, StudyQuery

# A UID of our own root that no study has: a search for it costs an archive nothing and shows nobody's data.
_NO_STUDY = "2.25.302020202020202020202020202020202020"


@dataclass(frozen=True)
class Proof:
    """What came of it; `phase` and `detail` say how far it got and why not further."""

    ods: str
    kind: str
    ok: bool
    phase: Phase | None
    detail: str
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def prove(ods: str, kind: str, opening: Callable[[], ImagingSource]) -> Proof:
    """Open, echo, search. Never raises what a source does."""
    started = time.monotonic()
    phase: Phase | None = None
    detail = "It answered an echo and a search."
    try:
        source = opening()
        try:
            source.echo()
            source.find_studies(StudyQuery(study_uid=_NO_STUDY))
        finally:
            source.close()
    except SourceError as error:
        phase, detail = error.phase, str(error)
    return Proof(ods, kind, phase is None, phase, detail, round(time.monotonic() - started, 3))
