"""What this chapter tells the others after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GatherAsked:
    """Somebody wants a patient's imaging brought; the row `gather_id` is the truth of it."""

    gather_id: str
    patient_id: str


@dataclass(frozen=True)
class SeriesGrew:
    """A series that is still arriving has so many more frames that those which are here are worth looking at."""

    series_id: str


@dataclass(frozen=True)
class SeriesGathered:
    """All that the trusts hold of a series was asked for; its frames can be packed."""

    series_id: str


@dataclass(frozen=True)
class GatherProgressed:
    """What a gather's rows say of its trusts has changed: at most twice a second, and within a second of the change."""

    gather_id: str
    patient_id: str


@dataclass(frozen=True)
class GatherFinished:
    """Every trust answered or was given up on."""

    gather_id: str
    patient_id: str


@dataclass(frozen=True)
class ImportReady:
    """The files of a disc have been sent, or its import was cancelled: the worker has something to do."""

    import_id: str
