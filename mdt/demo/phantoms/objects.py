"""Painted pixels as DICOM objects: the modules each IOD asks for (PS3.3 annex A), identity and place added later."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian

_NAMESPACE = uuid.UUID("5f0f2c1e-8c1b-5b3e-9d59-7d6d2f2a9c11")


def uid(*names: object) -> UID:
    """A UID that the same names always give (PS3.5 B.2: a UUID under 2.25)."""
    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(map(str, names))).int}")


@dataclass(frozen=True)
class Place:
    """Where an image plane lies: first voxel centre and spacings, in mm; axial unless said otherwise."""

    position: tuple[float, float, float]
    spacing: tuple[float, float]  # between rows, between columns
    thickness: float


@dataclass(frozen=True)
class Shot:
    """What every object of a study shares."""

    key: str  # names the study; its UIDs follow from it
    day: date
    time: str  # HHMMSS
    description: str
    body_part: str
    referrer: str = ""
    station: str = "CT1"
    weight: float = 68.0
    height: float = 1.64


def code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def new(shot: Shot, sop_class: str, modality: str, series: int, title: str, number: int) -> Dataset:
    """Study, series, equipment and SOP common modules."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = UID(sop_class), uid(shot.key, series, number)
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid(shot.key), uid(shot.key, series)
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = shot.day.strftime("%Y%m%d")
    ds.StudyTime, ds.SeriesTime = shot.time, _later(shot, 60 * series)
    ds.ContentTime = _later(shot, 60 * series + number // 4)
    ds.StudyDescription, ds.SeriesDescription = shot.description, title
    ds.ReferringPhysicianName = shot.referrer
    ds.StudyID, ds.Modality = "1", modality
    ds.SeriesNumber, ds.InstanceNumber = series, number
    ds.BodyPartExamined = shot.body_part
    ds.PatientWeight, ds.PatientSize = shot.weight, shot.height
    ds.Manufacturer, ds.ManufacturerModelName = "Synthetic imaging", "Painted phantom"
    ds.StationName, ds.DeviceSerialNumber, ds.SoftwareVersions = shot.station, "0001", "1"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds


def grey(ds: Dataset, pixels: NDArray[Any], bits: int, *, photometric: str = "MONOCHROME2") -> None:
    """The image pixel module for one uncompressed grey frame of 16-bit words."""
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, photometric
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, bits, bits - 1
    ds.PixelRepresentation = int(np.issubdtype(pixels.dtype, np.signedinteger))
    ds.add_new(0x7FE00010, "OW", np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<")).tobytes())


def plane(ds: Dataset, place: Place, frame_of_reference: UID, *, patient_position: str = "HFS") -> None:
    """Frame of reference and image plane modules, for an axial slice."""
    ds.PatientPosition, ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = patient_position, frame_of_reference, ""
    ds.ImagePositionPatient = [round(v, 3) for v in place.position]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [round(v, 4) for v in place.spacing]
    ds.SliceThickness, ds.SliceLocation = place.thickness, round(place.position[2], 3)


def window(ds: Dataset, *settings: tuple[float, float, str]) -> None:
    ds.WindowCenter = [s[0] for s in settings]
    ds.WindowWidth = [s[1] for s in settings]
    ds.WindowCenterWidthExplanation = [s[2] for s in settings]


def ct(
    shot: Shot,
    series: int,
    title: str,
    number: int,
    hu: NDArray[Any],
    place: Place,
    frame: UID,
    *,
    signed: bool,
    contrast: bool,
) -> Dataset:
    """CT image IOD. One maker stores signed words, another unsigned ones: both are Hounsfield units after rescale."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.2", "CT", series, title, number)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    plane(ds, place, frame)
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
    shot: Shot,
    series: int,
    title: str,
    index: int,
    slices: int,
    suv: NDArray[Any],
    place: Place,
    frame: UID,
    dose: float,
) -> Dataset:
    """PET image IOD with what a viewer needs for SUV by body weight: units, dose, times and decay."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.128", "PT", series, title, index)
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    plane(ds, place, frame)
    scan = _clock(shot) + timedelta(seconds=60 * series)
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
    ds.FrameReferenceTime, ds.ActualFrameDuration, ds.ImageIndex = 0, 120000, index
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


def mr(
    shot: Shot, series: int, title: str, number: int, pixels: NDArray[Any], place: Place, frame: UID, *, flair: bool
) -> Dataset:
    """MR image IOD."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.4", "MR", series, title, number)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    plane(ds, place, frame)
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


def _detector(ds: Dataset, pixel: float, anatomy: Dataset, laterality: str) -> None:
    """What DX and MG share: DX series, anatomy, image, detector and acquisition context (PS3.3 C.8.11)."""
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.ImageLaterality = laterality
    ds.AnatomicRegionSequence = Items([anatomy])
    ds.ImagerPixelSpacing = [pixel, pixel]
    ds.DetectorType, ds.DetectorConfiguration, ds.DetectorID = "DIRECT", "AREA", "D1"
    ds.DetectorElementPhysicalSize = [pixel, pixel]
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = 0, 1, "US"
    ds.LossyImageCompression, ds.BurnedInAnnotation = "00", "NO"
    ds.AcquisitionContextSequence = Items([])
    ds.AcquisitionDate, ds.AcquisitionTime = ds.ContentDate, ds.ContentTime


def dx(shot: Shot, attenuation: NDArray[Any], pixel: float) -> Dataset:
    """Digital X-ray image, for presentation. MONOCHROME1: where more rays arrive the value is higher and shown darker."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.1.1", "DX", 1, "PA erect", 1)
    _detector(ds, pixel, code("51185008", "SCT", "Chest"), "U")
    grey(ds, (4095 - np.rint(attenuation)).astype(np.uint16), 12, photometric="MONOCHROME1")
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", 1
    ds.PresentationLUTShape = "INVERSE"
    ds.PatientOrientation, ds.ViewPosition = ["L", "F"], "PA"
    ds.ViewCodeSequence = Items([code("399348003", "SCT", "postero-anterior")])
    ds.ViewCodeSequence[0].ViewModifierCodeSequence = Items([])
    ds.PositionerType, ds.KVP, ds.DistanceSourceToDetector = "COLUMN", 125, 1800
    ds.ExposureTime, ds.XRayTubeCurrent, ds.Exposure = 8, 250, 2
    window(ds, (2047.5, 4095, "DEFAULT"))
    return ds


def mg(shot: Shot, number: int, side: str, attenuation: NDArray[Any], pixel: float) -> Dataset:
    """Digital mammography image, for presentation, mediolateral oblique."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.1.2", "MG", number, f"{side} MLO", 1)
    _detector(ds, pixel, code("76752008", "SCT", "Breast"), side)
    grey(ds, np.rint(attenuation).astype(np.uint16), 12)
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", -1
    ds.PresentationLUTShape = "IDENTITY"
    ds.PatientOrientation = ["A", "FR"] if side == "L" else ["P", "FL"]
    ds.ViewCodeSequence = Items([code("399368009", "SCT", "medio-lateral oblique")])
    ds.ViewCodeSequence[0].ViewModifierCodeSequence = Items([])
    ds.PositionerType, ds.OrganExposed, ds.BreastImplantPresent = "MAMMOGRAPHIC", "BREAST", "NO"
    ds.PositionerPrimaryAngle, ds.CompressionForce, ds.BodyPartThickness = 45 if side == "R" else -45, 110, 52
    ds.EstimatedRadiographicMagnificationFactor, ds.DistanceSourceToDetector = 1.05, 660
    ds.PartialView, ds.KVP, ds.AnodeTargetMaterial = "NO", 28, "TUNGSTEN"
    ds.ExposureTime, ds.XRayTubeCurrent, ds.Exposure, ds.FilterMaterial = 900, 90, 81, "RHODIUM"
    window(ds, (2150, 2700, "DEFAULT"))
    return ds


def us(shot: Shot, side: str, jpegs: Sequence[bytes], ratio: float, shape: tuple[int, int], pixel: float) -> Dataset:
    """Ultrasound multi-frame image: JPEG baseline, so lossy, and it says so."""
    from_frames = _encapsulated(jpegs)
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.3.1", "US", 1, f"{side} breast, upper outer quadrant", 1)
    ds.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.50")
    ds.ImageType = ["ORIGINAL", "PRIMARY", "SMALL PARTS", "0001"]
    ds.Laterality, ds.PatientOrientation = side, ""
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_FULL_422", 0
    ds.Rows, ds.Columns = shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.NumberOfFrames, ds.FrameIncrementPointer, ds.FrameTime = len(jpegs), 0x00181063, 66.7
    ds.LossyImageCompression, ds.LossyImageCompressionRatio = "01", round(ratio, 1)
    ds.LossyImageCompressionMethod, ds.BurnedInAnnotation = "ISO_10918_1", "NO"
    region = Dataset()
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = shape[1] - 1, shape[0] - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = pixel / 10
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.ReferencePixelX0, region.ReferencePixelY0 = shape[1] // 2, 0
    ds.SequenceOfUltrasoundRegions = Items([region])
    ds.TransducerData, ds.ProcessingFunction = ["L12-5", "", ""], ""
    ds.add_new(0x7FE00010, "OB", from_frames)
    ds["PixelData"].is_undefined_length = True
    return ds


def document(shot: Shot, title: str, pdf: bytes) -> Dataset:
    """Encapsulated PDF."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.104.1", "DOC", 1, title, 1)
    del ds.BodyPartExamined
    ds.AcquisitionDateTime = ds.StudyDate + ds.StudyTime
    ds.ConversionType, ds.BurnedInAnnotation, ds.DocumentTitle = "WSD", "YES", title
    ds.ConceptNameCodeSequence = Items([code("11526-1", "LN", "Pathology study")])
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    ds.EncapsulatedDocumentLength = len(pdf)
    ds.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    return ds


def _encapsulated(frames: Sequence[bytes]) -> bytes:
    """PS3.5 A.4: an empty offset table, one fragment for each frame; the writer adds the delimiter."""
    parts = [b"\xfe\xff\x00\xe0\x00\x00\x00\x00"]
    for frame in frames:
        even = frame + b"\0" * (len(frame) % 2)
        parts.append(b"\xfe\xff\x00\xe0" + len(even).to_bytes(4, "little") + even)
    return b"".join(parts)


def _clock(shot: Shot) -> datetime:
    return datetime.combine(shot.day, datetime.strptime(shot.time, "%H%M%S").time())


def _later(shot: Shot, seconds: int) -> str:
    return (_clock(shot) + timedelta(seconds=seconds)).strftime("%H%M%S")
