"""CT, PET and MR slices as DICOM objects (PS3.3 A.3, A.21, A.4)."""

from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from mdt.demo.phantoms.objects import Place, Series, Shot, clock, code, grey, new, plane, window


def ct(
    shot: Shot, series: Series, number: int, hu: NDArray[Any], place: Place, *, signed: bool, contrast: bool
) -> Dataset:
    """CT image IOD. One maker stores signed words, another unsigned ones: both are Hounsfield units after rescale."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.2", "CT", series, number)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    plane(ds, place)
    stored = np.clip(np.rint(hu), -1024, 3071).astype(np.int16)
    intercept = 1024 if signed else -1024
    grey(ds, (stored - np.int16(1024)) if signed else (stored + np.int16(1024)).astype(np.uint16), 12)
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = intercept, 1, "HU"
    window(ds, (40, 400, "MEDIASTINUM"), (-600, 1500, "LUNG"), (450, 1500, "BONE"))
    ds.AcquisitionNumber, ds.KVP, ds.ConvolutionKernel = 1, 120, "B31f"
    ds.AcquisitionDate, ds.AcquisitionTime = ds.ContentDate, ds.ContentTime
    ds.ExposureTime, ds.XRayTubeCurrent, ds.Exposure = 500, 210, 105
    if contrast:
        ds.ContrastBolusAgent, ds.ContrastBolusRoute, ds.ContrastBolusVolume = "Iohexol 300", "IV", 75
    return ds


def pet(
    shot: Shot, series: Series, number: int, suv: NDArray[Any], place: Place, *, slices: int, dose: float
) -> Dataset:
    """PET image IOD with what a viewer needs for SUV by body weight: units, dose, times and decay."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.128", "PT", series, number)
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    plane(ds, place)
    scan = clock(shot) + timedelta(seconds=60 * series.number)
    injected = scan - timedelta(minutes=62)
    decay = 0.5 ** (62 * 60 / 6586.2)
    bq = suv * dose * decay / (shot.weight * 1000)  # Bq/ml, decayed to the start of the scan
    slope = max(float(bq.max()), 1.0) / 32767
    grey(ds, np.rint(bq / slope).astype(np.int16), 16)
    ds.RescaleIntercept, ds.RescaleSlope = 0, f"{slope:.10g}"[:16]
    ds.Units, ds.CountsSource, ds.SeriesType = "BQML", "EMISSION", ["WHOLE BODY", "IMAGE"]
    ds.NumberOfSlices, ds.CorrectedImage = slices, ["NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN"]
    ds.DecayCorrection, ds.CollimatorType = "START", "NONE"
    ds.RandomsCorrectionMethod, ds.AttenuationCorrectionMethod = "DLYD", "measured, CT"
    ds.ScatterCorrectionMethod, ds.ReconstructionMethod = "Model-based", "OSEM 3i21s PSF"
    ds.AcquisitionDate, ds.AcquisitionTime = scan.strftime("%Y%m%d"), scan.strftime("%H%M%S")
    ds.SeriesTime = ds.AcquisitionTime
    ds.FrameReferenceTime, ds.ActualFrameDuration, ds.ImageIndex = 0, 120000, number
    ds.DecayFactor = 1
    tracer = Dataset()
    tracer.Radiopharmaceutical = "Fluorodeoxyglucose"
    tracer.RadiopharmaceuticalStartTime = injected.strftime("%H%M%S")
    tracer.RadiopharmaceuticalStartDateTime = injected.strftime("%Y%m%d%H%M%S")
    tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife, tracer.RadionuclidePositronFraction = dose, 6586.2, 0.967
    tracer.RadionuclideCodeSequence = Items([code("77004003", "SCT", "^18^Fluorine")])
    tracer.RadiopharmaceuticalCodeSequence = Items([code("35321007", "SCT", "Fluorodeoxyglucose F^18^")])
    ds.RadiopharmaceuticalInformationSequence = Items([tracer])
    lying = code("102538003", "SCT", "recumbent")
    lying.PatientOrientationModifierCodeSequence = Items([code("40199007", "SCT", "supine")])
    ds.PatientOrientationCodeSequence = Items([lying])
    ds.PatientGantryRelationshipCodeSequence = Items([code("102540008", "SCT", "headfirst")])
    del ds.PatientPosition  # said by the two code sequences above
    five = round(5 * dose * decay / (shot.weight * 1000))
    window(ds, (five / 2, five, "SUV 0 TO 5"))
    return ds


def mr(shot: Shot, series: Series, number: int, pixels: NDArray[Any], place: Place, *, flair: bool) -> Dataset:
    """MR image IOD."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.4", "MR", series, number)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    plane(ds, place)
    grey(ds, np.rint(pixels).astype(np.uint16), 12)
    ds.AcquisitionNumber, ds.MRAcquisitionType = 1, "2D"
    ds.ScanningSequence, ds.SequenceVariant, ds.ScanOptions = (["SE", "IR"], "SK", "") if flair else ("SE", "SK", "")
    ds.RepetitionTime, ds.EchoTime, ds.EchoTrainLength = (9000, 122, 16) if flair else (560, 11, 1)
    if flair:
        ds.InversionTime = 2500
    else:
        ds.ContrastBolusAgent, ds.ContrastBolusRoute = "Gadobutrol", "IV"
    ds.MagneticFieldStrength, ds.FlipAngle, ds.SpacingBetweenSlices = 3, 90, place.thickness
    ds.ImagingFrequency, ds.NumberOfAverages = 123.2, 1
    window(ds, (620, 1150, "DEFAULT") if flair else (660, 1250, "DEFAULT"))
    return ds
