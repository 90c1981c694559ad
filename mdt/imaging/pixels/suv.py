"""Standardised uptake of PET (QIBA's "SUV vendor-neutral pseudo-code"; PS3.3 C.8.9): by which factor values become SUV.

The factor multiplies rescaled values. Where anything it needs is missing or does not fit, there is none, and why.
"""

import math
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from pydicom.dataset import Dataset
from pydicom.valuerep import DT

from mdt.core.errors import MdtError
from mdt.imaging.files import attributes
from mdt.trusts import listing

BODY_WEIGHT = "SUVbw"

_ALREADY = {"BW": BODY_WEIGHT, "": BODY_WEIGHT, "LBM": "SUVlbm", "LBMJAMES128": "SUVlbm", "LBMJANMA": "SUVlbm"}
_ALREADY |= {"BSA": "SUVbsa", "IBW": "SUVibw"}
_PHILIPS, _GE = "Philips PET Private Group", "GEMS_PETD_01"
_DAY = timedelta(days=1)
_MOST_HALF_LIVES = 12
_LEAST_DOSE = 1e5  # Bq; less is a dose in MBq where Bq belongs
_WEIGHTS = (0.3, 400.0)  # kg


class _Missing(MdtError):
    """Something the factor needs; the sentence says what."""


@dataclass(frozen=True)
class Uptake:
    """`factor` is None where there is no SUV, and then `why` says why not."""

    factor: float | None
    type: str = BODY_WEIGHT
    why: str | None = None


def suv(dataset: Dataset) -> dict[str, Any] | None:
    """`factor`, `type` and `why` of a PET image; None for what is no PET image."""
    if attributes.text(dataset, "Modality") != "PT":
        return None
    try:
        return asdict(_uptake(dataset))
    except _Missing as missing:
        return asdict(Uptake(None, why=str(missing)))


def _uptake(dataset: Dataset) -> Uptake:
    units = attributes.text(dataset, "Units")
    if units == "GML":
        said = attributes.text(dataset, "SUVType")
        if said not in _ALREADY:
            raise _Missing(f"Its values are a standardised uptake of a kind that is not known ({said[:16]}).")
        return Uptake(1.0, _ALREADY[said])
    if units == "CM2ML":
        return Uptake(1.0, "SUVbsa")
    if units == "BQML":
        return Uptake(_by_body_weight(dataset))
    if units == "CNTS":
        return Uptake(_of_counts(dataset))
    raise _Missing(f"Its units ({units[:16]}) are not activity." if units else "It does not say its units (0054,1001).")


def _of_counts(dataset: Dataset) -> float:
    """Philips stores counts, with its own factor to SUV, or to Bq/ml."""
    if factor := _private_number(dataset, 0x7053, _PHILIPS, 0x00):
        return factor
    if activity := _private_number(dataset, 0x7053, _PHILIPS, 0x09):
        return activity * _by_body_weight(dataset)
    raise _Missing("Its values are counts, and it brings no factor that makes activity of them.")


def _private_number(dataset: Dataset, group: int, creator: str, element: int) -> float | None:
    try:
        found = float(attributes.private_text(dataset, group, creator, element))
    except ValueError:
        return None
    return found if math.isfinite(found) and found > 0 else None


def _by_body_weight(dataset: Dataset) -> float:
    """Grams by the activity that was left of the dose when the image's activity is true."""
    corrected = attributes.texts(dataset, "CorrectedImage")
    if "ATTN" not in corrected:
        raise _Missing("It was not corrected for attenuation (0028,0051).")
    decay = attributes.text(dataset, "DecayCorrection")
    if decay == "NONE" or "DECY" not in corrected:
        raise _Missing("It was not corrected for decay (0028,0051).")
    if decay not in ("START", "ADMIN"):
        raise _Missing("It does not say to which time it was corrected for decay (0054,1102).")
    weight = attributes.number(dataset, "PatientWeight")
    if not weight:
        raise _Missing("The patient's weight (0010,1030) is not given.")
    if not _WEIGHTS[0] <= weight <= _WEIGHTS[1]:
        raise _Missing(f"The patient's weight (0010,1030) of {weight:g} kg cannot be right.")
    tracer = attributes.first(dataset, "RadiopharmaceuticalInformationSequence") or Dataset()
    dose = attributes.number(tracer, "RadionuclideTotalDose")
    if not dose or dose <= 0:
        raise _Missing("The dose given (0018,1074) is missing.")
    if dose < _LEAST_DOSE:
        raise _Missing(f"The dose given (0018,1074) of {dose:g} Bq cannot be right.")
    return weight * 1000 / (dose if decay == "ADMIN" else dose * _left(dataset, tracer))


def _left(dataset: Dataset, tracer: Dataset) -> float:
    """The part of the dose that has not decayed when the scan starts."""
    half_life = attributes.number(tracer, "RadionuclideHalfLife")
    if not half_life or half_life <= 0:
        raise _Missing("The tracer's half-life (0018,1075) is missing.")
    scan = _scan_start(dataset, half_life)
    waited = (scan - _injected(tracer, scan)).total_seconds()
    if not 0 <= waited <= half_life * _MOST_HALF_LIVES:
        raise _Missing("The time of injection (0018,1078, 0018,1072) does not fit the time of the scan.")
    return float(0.5 ** (waited / half_life))


def _scan_start(dataset: Dataset, half_life: float) -> datetime:
    """What "START" means. A series time after the acquisition is that of some processing."""
    series, acquired = _moment(dataset, "Series"), _moment(dataset, "Acquisition")
    if acquired is None:
        raise _Missing("The time of its acquisition (0008,0022, 0008,0032) is missing.")
    if series is not None and series <= acquired:
        if acquired - series > _DAY:
            raise _Missing("The times of its series and of its acquisition do not fit each other.")
        return series
    if said := _datetime(attributes.private_text(dataset, 0x0009, _GE, 0x0D)):
        return said
    reference = attributes.number(dataset, "FrameReferenceTime")
    duration = attributes.number(dataset, "ActualFrameDuration")
    if not reference or reference <= 0 or not duration or duration <= 0:
        raise _Missing("The time at which its scan started cannot be told.")
    rate = math.log(2) / half_life
    decayed = rate * duration / 1000
    average = math.log(decayed / -math.expm1(-decayed)) / rate  # when, in the frame, the rate was its average
    return acquired - timedelta(milliseconds=reference) + timedelta(seconds=average)


def _injected(tracer: Dataset, scan: datetime) -> datetime:
    if whole := _datetime(attributes.text(tracer, "RadiopharmaceuticalStartDateTime")):
        return whole
    clock = attributes.text(tracer, "RadiopharmaceuticalStartTime")
    same_day = _datetime(f"{scan:%Y%m%d}{clock}") if clock else None
    if same_day is None:
        raise _Missing("The time of injection (0018,1078, 0018,1072) is missing.")
    return same_day if same_day <= scan else same_day - _DAY  # given before midnight


def _moment(dataset: Dataset, of: str) -> datetime | None:
    day = listing.day(attributes.text(dataset, f"{of}Date"))
    clock = attributes.text(dataset, f"{of}Time")
    return _datetime(f"{day:%Y%m%d}{clock}") if day and clock else None


def _datetime(text: str) -> datetime | None:
    """A DICOM date and time. Zones are left out: all times of one scan are those of one clock."""
    try:
        found = DT(text) if len(text) >= 12 else None
    except ValueError:
        return None
    return found.replace(tzinfo=None) if found else None
