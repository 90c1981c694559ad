"""Painted pixels as DICOM objects: the modules each IOD asks for (PS3.3 annex A), identity and place added later."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

_NAMESPACE = uuid.UUID("5f0f2c1e-8c1b-5b3e-9d59-7d6d2f2a9c11")


def uid(*names: object) -> UID:
    """A UID that the same names always give (PS3.5 B.2: a UUID under 2.25)."""
    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(map(str, names))).int}")


@dataclass(frozen=True)
class Place:
    """Where an axial image lies: its frame of reference, first voxel centre and spacings in mm."""

    frame: UID
    position: tuple[float, float, float]
    spacing: tuple[float, float]  # between rows, between columns
    thickness: float


@dataclass(frozen=True)
class Series:
    """Number and title of a series."""

    number: int
    title: str


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


def new(shot: Shot, sop_class: str, modality: str, series: Series, number: int) -> Dataset:
    """Study, series, equipment and SOP common modules."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = UID(sop_class), uid(shot.key, series.number, number)
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid(shot.key), uid(shot.key, series.number)
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = shot.day.strftime("%Y%m%d")
    ds.StudyTime, ds.SeriesTime = shot.time, later(shot, 60 * series.number)
    ds.ContentTime = later(shot, 60 * series.number + number // 4)
    ds.StudyDescription, ds.SeriesDescription = shot.description, series.title
    ds.ReferringPhysicianName = shot.referrer
    ds.StudyID, ds.Modality = "1", modality
    ds.SeriesNumber, ds.InstanceNumber = series.number, number
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


def plane(ds: Dataset, place: Place) -> None:
    """Frame of reference and image plane modules, for an axial slice."""
    ds.PatientPosition, ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = "HFS", place.frame, ""
    ds.ImagePositionPatient = [round(v, 3) for v in place.position]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [round(v, 4) for v in place.spacing]
    ds.SliceThickness, ds.SliceLocation = place.thickness, round(place.position[2], 3)


def window(ds: Dataset, *settings: tuple[float, float, str]) -> None:
    ds.WindowCenter = [s[0] for s in settings]
    ds.WindowWidth = [s[1] for s in settings]
    ds.WindowCenterWidthExplanation = [s[2] for s in settings]


def clock(shot: Shot) -> datetime:
    """When the study began."""
    return datetime.combine(shot.day, datetime.strptime(shot.time, "%H%M%S").time())


def later(shot: Shot, seconds: int) -> str:
    return (clock(shot) + timedelta(seconds=seconds)).strftime("%H%M%S")
