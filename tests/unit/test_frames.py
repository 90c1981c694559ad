"""What is said of a frame: what its values mean, how it is best seen, where it lies, how it was compressed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.unit.objects import an_object, frames_of, item, ramp, save

AXIAL = [1, 0, 0, 0, 1, 0]


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """What is said of the first frame, or of each, of an object with these attributes."""

    def ask(pixels: Any = None, *, each: bool = False, syntax: str = "1.2.840.10008.1.2.1", **attributes: Any) -> Any:
        dataset = an_object(ramp("uint16") if pixels is None else pixels, **attributes)
        entries, _ = frames_of(save(dataset, tmp_path / "object.dcm", syntax), tmp_path)
        return entries if each else entries[0]

    return ask


def test_windows(said: Any) -> None:
    both = said(WindowCenter=[40, -600], WindowWidth=[400, 1500])
    assert (both["centre"], both["width"], both["voi_function"]) == ([40, -600], [400, 1500], "LINEAR")
    broken = said(WindowCenter=[40, 50], WindowWidth=[0.5, 80])
    assert (broken["centre"], broken["width"]) == ([50], [80]), "LINEAR needs a width of 1"
    exact = said(WindowCenter=0.2, WindowWidth=0.5, VOILUTFunction="LINEAR_EXACT")
    assert (exact["width"], exact["voi_function"]) == ([0.5], "LINEAR_EXACT")
    none = said()
    assert (none["centre"], none["width"]) == ([], [])


def test_filling_is_not_counted_where_a_window_is_worked_out(said: Any) -> None:
    pixels = ramp("int16", low=100, high=300)
    pixels[:, :10] = -2000
    padded = said(pixels, PixelPaddingValue=-2000)
    assert padded["padding"] == [-2000, -2000]
    assert padded["range"][0] >= 100
    assert said(pixels, PixelPaddingValue=-2000, PixelPaddingRangeLimit=-1500)["padding"] == [-2000, -1500]
    assert said(pixels)["range"][0] == -2000
    assert said()["padding"] is None


def test_a_voi_table_is_a_window_over_its_range_with_its_curve(said: Any) -> None:
    entries = np.arange(256, dtype="<u2")[::-1]
    table = [item(LUTDescriptor=[256, 1000, 8], LUTData=entries.tobytes())]
    entry = said(VOILUTSequence=table)
    assert (entry["centre"], entry["width"], entry["voi_function"]) == ([1128], [256], "LINEAR")
    curve = entry["voi_lut"]
    assert (curve["first"], curve["last"], len(curve["points"])) == (1000, 1255, 256)
    assert (curve["points"][0], curve["points"][51], curve["points"][255]) == (1, 0.8, 0)
    halves = [item(LUTDescriptor=[256, 1000, 8], LUTData=entries.astype("u1").tobytes())]
    assert said(VOILUTSequence=halves)["voi_lut"] == curve, "two entries in each word"
    assert "voi_lut" not in said(VOILUTSequence=table, WindowCenter=40, WindowWidth=400)
    broken = [item(LUTDescriptor=[256, 1000, 8], LUTData=bytes(20))]
    assert said(VOILUTSequence=broken)["centre"] == []
    long = [item(LUTDescriptor=[4096, 0, 12], LUTData=np.arange(4096, dtype="<u2").tobytes())]
    points = said(VOILUTSequence=long)["voi_lut"]["points"]
    assert len(points) == 1024
    assert points == pytest.approx(np.linspace(0, 1, 1024).tolist(), abs=1e-4)
    table[0]["LUTDescriptor"].VR = "US"
    table[0].LUTDescriptor = [256, 65436, 8]
    entry = said(ramp("int16"), VOILUTSequence=table)
    assert (entry["centre"], entry["width"]) == ([28], [256]), "minus 100 written as an unsigned number"


def test_what_values_mean(said: Any) -> None:
    hounsfield = said(RescaleSlope=1, RescaleIntercept=-1024)
    assert (hounsfield["slope"], hounsfield["intercept"], hounsfield["units"]) == (1, -1024, "HU")
    pet = said(Modality="PT", Units="BQML", RescaleSlope=0.25, RescaleIntercept=0)
    assert (pet["slope"], pet["units"]) == (0.25, "BQML")
    unspecified = said(Modality="MR", RescaleSlope=2, RescaleIntercept=0, RescaleType="US")
    assert (unspecified["slope"], unspecified["units"]) == (2, "")
    dose = said(ramp("uint32"), Modality="RTDOSE", DoseGridScaling=1e-6, DoseUnits="GY")
    assert (dose["slope"], dose["units"], dose["encoding"], dose["bits"]) == (1e-6, "GY", "raw", 32)
    nothing = said(Modality="MR")
    assert (nothing["slope"], nothing["intercept"], nothing["units"]) == (1, 0, "")


def test_a_modality_table_is_applied(tmp_path: Path) -> None:
    table = item(
        LUTDescriptor=[4, 10, 16], ModalityLUTType="OD", LUTData=np.array([100, 200, 300, 400], "<u2").tobytes()
    )
    pixels = np.array([[9, 10, 11], [12, 13, 14]], "uint16")
    path = save(an_object(pixels, ModalityLUTSequence=[table]), tmp_path / "a.dcm")
    entries, frames = frames_of(path, tmp_path)
    assert frames[0].tolist() == [[100, 100, 200], [300, 400, 400]]
    assert (entries[0]["slope"], entries[0]["intercept"], entries[0]["units"]) == (1, 0, "OD")


def test_monochrome1_stays_as_it_is_and_says_so(tmp_path: Path) -> None:
    pixels = ramp("uint16")
    path = save(an_object(pixels, PhotometricInterpretation="MONOCHROME1"), tmp_path / "a.dcm")
    entries, frames = frames_of(path, tmp_path)
    assert entries[0]["photometric"] == "MONOCHROME1"
    assert np.array_equal(frames[0], pixels)


def test_where_a_length_comes_from(said: Any) -> None:
    cross = said(PixelSpacing=[0.7, 0.8])
    assert (cross["spacing"], cross["spacing_source"]) == ([0.7, 0.8], "PixelSpacing")
    detector = said(Modality="DX", ImagerPixelSpacing=[0.14, 0.14])
    assert detector["spacing_source"] == "ImagerPixelSpacing"
    copied = said(Modality="DX", ImagerPixelSpacing=[0.14, 0.14], PixelSpacing=[0.14, 0.14])
    assert copied["spacing_source"] == "ImagerPixelSpacing", "equal means that nobody calibrated it"
    calibrated = said(Modality="DX", ImagerPixelSpacing=[0.14, 0.14], PixelSpacing=[0.12, 0.12])
    assert (calibrated["spacing"], calibrated["spacing_source"]) == ([0.12, 0.12], "PixelSpacing")
    scanned = said(Modality="OT", NominalScannedPixelSpacing=[0.2, 0.2])
    assert scanned["spacing_source"] == "NominalScannedPixelSpacing"
    by_hand = {"PixelSpacingCalibrationType": "FIDUCIAL", "PixelSpacingCalibrationDescription": "25 mm ball"}
    stated = said(Modality="DX", ImagerPixelSpacing=[0.14, 0.14], PixelSpacing=[0.14, 0.14], **by_hand)
    assert stated["spacing_source"] == "PixelSpacing", "equal, but somebody says that it was calibrated"
    assert (stated["calibration"]["type"], stated["calibration"]["description"]) == ("FIDUCIAL", "25 mm ball")
    magnified = said(Modality="MG", ImagerPixelSpacing=[0.07, 0.07], EstimatedRadiographicMagnificationFactor=1.08)
    assert magnified["spacing"] == [0.07, 0.07], "marks lie at the detector; what they measure is divided"
    assert magnified["calibration"] == {
        "projection": True,
        "type": None,
        "description": None,
        "magnification": 1.08,
    }
    assert cross["calibration"] is None
    unknown = said(PixelSpacing=[0, 0.8])
    assert (unknown["spacing"], unknown["spacing_source"]) == (None, None)


def region(dy: float, dx: float, **changes: Any) -> Dataset:
    given = {
        "RegionSpatialFormat": 1,
        "RegionDataType": 1,
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": dx,
        "PhysicalDeltaY": dy,
    }
    return item(**(given | changes))


def test_ultrasound_is_measured_by_its_regions(said: Any) -> None:
    tissue, doppler = region(0.02, 0.03), region(0.5, 0.1, RegionSpatialFormat=3, RegionDataType=4)
    one = said(Modality="US", SequenceOfUltrasoundRegions=[tissue, doppler])
    assert one["spacing"] == pytest.approx([0.2, 0.3])
    assert one["spacing_source"] == "UltrasoundRegion"
    two = said(Modality="US", SequenceOfUltrasoundRegions=[tissue, region(0.04, 0.04)])
    assert two["spacing"] is None, "two calibrations: there is no one spacing"
    boxed = region(0.02, 0.03, RegionLocationMinX0=1, RegionLocationMinY0=2, RegionLocationMaxX1=30)
    assert said(Modality="US", SequenceOfUltrasoundRegions=[boxed])["calibration"]["regions"][0]["box"] is None
    boxed.RegionLocationMaxY1 = 40
    both = said(Modality="US", SequenceOfUltrasoundRegions=[boxed, doppler])["calibration"]["regions"]
    assert both[0]["box"] == [1, 2, 30, 40]
    assert (both[1]["spacing"], both[1]["per_pixel"], both[0]["units"]) == (None, [0.5, 0.1], ["cm", "cm"])


def test_an_orientation_that_is_none_is_not_believed(said: Any) -> None:
    assert said(ImageOrientationPatient=AXIAL, ImagePositionPatient=[1, 2, 3])["orientation"] == AXIAL
    for broken in ([0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0], [2, 0, 0, 0, 1, 0]):
        assert said(ImageOrientationPatient=broken)["orientation"] is None


def test_a_radiograph_says_where_its_rows_and_columns_lead(said: Any) -> None:
    assert said(Modality="DX", PatientOrientation=["L", "F"])["directions"] == ["L", "F"]
    assert said(Modality="MG", PatientOrientation=["A", "FR"])["directions"] == ["A", "FR"]
    for broken in ("", "L", ["L", ""], ["LEFT", "FOOT"], ["CR", "V"]):
        assert said(Modality="DX", PatientOrientation=broken)["directions"] is None
    lying = said(PatientOrientation=["L", "P"], ImageOrientationPatient=AXIAL, ImagePositionPatient=[0, 0, 0])
    assert lying["directions"] is None, "an image in a plane has better than letters"


def enhanced() -> dict[str, Any]:
    shared = Dataset()
    shared.PixelMeasuresSequence = [item(PixelSpacing=[0.5, 0.6], SliceThickness=3)]
    shared.PlaneOrientationSequence = [item(ImageOrientationPatient=AXIAL)]
    frames = []
    for z in range(3):
        own = Dataset()
        own.PlanePositionSequence = [item(ImagePositionPatient=[0, 0, 5 * z])]
        own.PixelValueTransformationSequence = [item(RescaleSlope=z + 1, RescaleIntercept=-z, RescaleType="HU")]
        own.FrameVOILUTSequence = [item(WindowCenter=40 + z, WindowWidth=400)]
        own.FrameAnatomySequence = [item(FrameLaterality="L" if z else "U")]
        frames.append(own)
    return {"SharedFunctionalGroupsSequence": [shared], "PerFrameFunctionalGroupsSequence": frames}


def test_each_frame_of_an_enhanced_object_has_its_own_place_and_meaning(said: Any) -> None:
    entries = said(ramp("uint16", 30, 20).reshape(3, 10, 20), each=True, **enhanced())
    assert [entry["frame"] for entry in entries] == [1, 2, 3]
    assert [entry["position"] for entry in entries] == [[0, 0, 0], [0, 0, 5], [0, 0, 10]]
    assert [entry["slope"] for entry in entries] == [1, 2, 3]
    assert [entry["intercept"] for entry in entries] == [0, -1, -2]
    assert [entry["centre"] for entry in entries] == [[40], [41], [42]]
    assert [entry["laterality"] for entry in entries] == [None, "L", "L"]
    assert {tuple(entry["spacing"]) for entry in entries} == {(0.5, 0.6)}
    assert {entry["thickness"] for entry in entries} == {3}
    assert all(entry["orientation"] == AXIAL for entry in entries)


def test_the_planes_of_a_dose_grid_follow_its_offsets(said: Any) -> None:
    entries = said(
        ramp("uint32", 30, 20).reshape(3, 10, 20),
        each=True,
        Modality="RTDOSE",
        ImagePositionPatient=[10, 20, 30],
        ImageOrientationPatient=AXIAL,
        GridFrameOffsetVector=[0, 2.5, 5],
    )
    assert [entry["position"] for entry in entries] == [[10, 20, 30], [10, 20, 32.5], [10, 20, 35]]


def test_reconstructed_nuclear_medicine_stands_where_its_detector_says(said: Any) -> None:
    """PS3.3 C.8.4.15: the first slice's place is the detector's, the next ones lie along the normal."""
    detector = item(ImagePositionPatient=[0, 0, 100], ImageOrientationPatient=AXIAL)
    entries = said(
        ramp("uint16", 30, 20).reshape(3, 10, 20),
        each=True,
        Modality="NM",
        Units="CNTS",
        DetectorInformationSequence=[detector],
        SpacingBetweenSlices=4.0,
        PixelSpacing=[4.8, 4.8],
    )
    assert [entry["position"] for entry in entries] == [[0, 0, 100], [0, 0, 104], [0, 0, 108]]
    assert all(entry["orientation"] == AXIAL for entry in entries)
    assert {entry["units"] for entry in entries} == {"CNTS"}
    assert {entry["suv"] for entry in entries} == {None}


def test_the_time_of_a_cine(said: Any) -> None:
    cine = ramp("uint8", 30, 20).reshape(3, 10, 20)
    assert said(cine, FrameTime=33.3)["seconds"] == pytest.approx(0.0333)
    assert said(cine, CineRate=25)["seconds"] == pytest.approx(0.04)
    vector = said(cine, each=True, FrameTimeVector=[0, 30, 60])
    assert [entry["seconds"] for entry in vector] == [0.03, 0.06, 0.06]
    assert said(cine, FrameTime=0)["seconds"] is None
    assert said(FrameTime=33.3)["seconds"] is None, "a single frame does not move"


def test_what_was_lost_is_said(said: Any) -> None:
    assert not said()["lossy"]
    header = said(LossyImageCompression="01", LossyImageCompressionRatio=[4, 2.5])
    assert (header["lossy"], header["lossy_ratio"]) == (True, 10)
    assert said(LossyImageCompression="00")["lossy_ratio"] is None
