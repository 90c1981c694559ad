"""Standardised uptake of PET: right where everything it needs is there, and refused with the reason where it is not."""

from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from mdt.imaging.pixels.suv import suv
from tests.unit.objects import SHARED, an_object, frames_of, item, ramp, save

HALF_LIFE = 6586.2


def a_pet(*, tracer: dict[str, Any] | None = None, **changes: Any) -> Dataset:
    """70 kg, 350 MBq at 09:00, scanned from 10:00; a bed position of its own at 10:20."""
    given = {
        "RadionuclideTotalDose": 350e6,
        "RadionuclideHalfLife": HALF_LIFE,
        "RadiopharmaceuticalStartTime": "090000",
    }
    dataset = an_object(
        ramp("int16"),
        Modality="PT",
        Units="BQML",
        CorrectedImage=["ATTN", "DECY", "SCAT"],
        DecayCorrection="START",
        PatientWeight=70,
        SeriesDate="20261102",
        SeriesTime="100000",
        AcquisitionDate="20261102",
        AcquisitionTime="102000.5",
        RadiopharmaceuticalInformationSequence=[item(**(given | (tracer or {})))],
    )
    for keyword, value in changes.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return dataset


def of(dataset: Dataset) -> dict[str, Any]:
    found = suv(dataset)
    assert found is not None
    return found


AN_HOUR = 70_000 / (350e6 * 0.5 ** (3600 / HALF_LIFE))


def test_activity_is_set_against_what_was_left_of_the_dose_when_the_scan_began() -> None:
    found = of(a_pet())
    assert found["factor"] == pytest.approx(AN_HOUR, rel=1e-9)
    assert (found["type"], found["why"]) == ("SUVbw", None)


def test_corrected_to_the_injection_it_is_set_against_the_whole_dose() -> None:
    assert of(a_pet(DecayCorrection="ADMIN"))["factor"] == pytest.approx(70_000 / 350e6)


def test_a_series_time_after_the_acquisition_is_that_of_some_processing() -> None:
    """The scan's start is then told by the maker, or worked out from the frame's reference time."""
    late: dict[str, Any] = {"SeriesTime": "183000"}
    assert "cannot be told" in of(a_pet(**late))["why"]
    worked_out = of(a_pet(**late, FrameReferenceTime=1_289_500 - 0.0, ActualFrameDuration=178_000))
    assert worked_out["factor"] == pytest.approx(AN_HOUR, rel=1e-3)
    general_electric = a_pet(**late)
    general_electric.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x0D, "DT", "20261102100000.00")
    assert of(general_electric)["factor"] == pytest.approx(AN_HOUR, rel=1e-9)


def test_an_injection_may_have_a_date_of_its_own_or_be_before_midnight() -> None:
    whole = {"RadiopharmaceuticalStartDateTime": "20261102090000.00", "RadiopharmaceuticalStartTime": "235959"}
    assert of(a_pet(tracer=whole))["factor"] == pytest.approx(AN_HOUR)
    night = a_pet(tracer={"RadiopharmaceuticalStartTime": "233000"}, SeriesTime="003000", AcquisitionTime="004000")
    assert of(night)["factor"] == pytest.approx(AN_HOUR)


def test_counts_need_the_factor_of_their_maker() -> None:
    counts = a_pet(Units="CNTS")
    assert of(counts)["why"] == "Its values are counts, and it brings no factor that makes activity of them."
    block = counts.private_block(0x7053, "Philips PET Private Group", create=True)
    block.add_new(0x09, "DS", "0.5")
    assert of(counts)["factor"] == pytest.approx(0.5 * AN_HOUR)
    block.add_new(0x00, "DS", "0.00025")
    assert of(counts)["factor"] == pytest.approx(0.00025)
    block[0x00].value = "0"
    assert of(counts)["factor"] == pytest.approx(0.5 * AN_HOUR), "nought is no factor"


def test_what_is_uptake_already_stays_what_it_is() -> None:
    assert of(a_pet(Units="GML")) == {"factor": 1.0, "type": "SUVbw", "why": None}
    assert of(a_pet(Units="GML", SUVType="LBM"))["type"] == "SUVlbm"
    assert of(a_pet(Units="CM2ML"))["type"] == "SUVbsa"
    assert of(a_pet(Units="GML", SUVType="XYZ"))["factor"] is None


REFUSED: dict[str, dict[str, Any]] = {
    "It does not say its units (0054,1001).": {"Units": None},
    "Its units (PROPCNTS) are not activity.": {"Units": "PROPCNTS"},
    "It was not corrected for attenuation (0028,0051).": {"CorrectedImage": ["DECY"]},
    "It was not corrected for decay (0028,0051).": {"DecayCorrection": "NONE"},
    "It does not say to which time it was corrected for decay (0054,1102).": {"DecayCorrection": None},
    "The patient's weight (0010,1030) is not given.": {"PatientWeight": 0},
    "The patient's weight (0010,1030) of 70000 kg cannot be right.": {"PatientWeight": 70000},
    "The dose given (0018,1074) is missing.": {"tracer": {"RadionuclideTotalDose": 0}},
    "The dose given (0018,1074) of 350 Bq cannot be right.": {"tracer": {"RadionuclideTotalDose": 350}},
    "The tracer's half-life (0018,1075) is missing.": {"tracer": {"RadionuclideHalfLife": 0}},
    "The time of its acquisition (0008,0022, 0008,0032) is missing.": {"AcquisitionTime": None},
    "The times of its series and of its acquisition do not fit each other.": {"SeriesDate": "20261001"},
    "The time of injection (0018,1078, 0018,1072) is missing.": {"tracer": {"RadiopharmaceuticalStartTime": ""}},
    "The time of injection (0018,1078, 0018,1072) does not fit the time of the scan.": {
        "tracer": {"RadiopharmaceuticalStartDateTime": "20261031090000"}
    },
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_is_missing_is_named(sentence: str) -> None:
    assert of(a_pet(**REFUSED[sentence])) == {"factor": None, "type": "SUVbw", "why": sentence}


def test_it_stands_in_the_index_of_frames(tmp_path: Path) -> None:
    entries, _ = frames_of(save(a_pet(RescaleSlope=0.25, RescaleIntercept=0), tmp_path / "a.dcm"), tmp_path)
    assert entries[0]["suv"]["factor"] == pytest.approx(AN_HOUR)
    ct, _ = frames_of(save(an_object(ramp("int16")), tmp_path / "b.dcm"), tmp_path)
    assert ct[0]["suv"] is None


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not on this machine")
def test_real_images_agree_with_the_factor_their_maker_wrote() -> None:
    """A Philips image in Bq/ml brings both of its factors: their quotient is ours, to the digits they have."""
    philips = dcmread(SHARED / "odd" / "136-PrivateMDNTags.dcm", stop_before_pixels=True, force=True)
    block = philips.private_block(0x7053, "Philips PET Private Group")
    assert of(philips)["factor"] == pytest.approx(float(block[0x00].value) / float(block[0x09].value), rel=0.03)
    siemens = dcmread(SHARED / "odd" / "148-2020-11-16-SalimKanounAnonymization.dcm", stop_before_pixels=True)
    assert of(siemens)["factor"] == pytest.approx(82_000 / (290e6 * 0.5 ** (4338 / 6586.2)))
    weightless = dcmread(SHARED / "odd" / "139-2021-02-19-MalaterreCP246.dcm", stop_before_pixels=True)
    assert of(weightless)["why"] == "The patient's weight (0010,1030) is not given."
