"""An ultrasound cine as a DICOM object (PS3.3 A.7), compressed by the machine."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import JPEGBaseline8Bit

from mdt.demo.phantoms.objects import Series, Shot, new


@dataclass(frozen=True)
class Cine:
    """JPEG frames, how much smaller they are than the raw ones, and their size in pixels and mm."""

    frames: Sequence[bytes]
    ratio: float
    columns: int
    rows: int
    pixel: float


def multi_frame(shot: Shot, side: str, cine: Cine) -> Dataset:
    """Ultrasound multi-frame image: JPEG baseline, so lossy, and it says so."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.3.1", "US", Series(1, f"{side} breast, upper outer quadrant"), 1)
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.ImageType = ["ORIGINAL", "PRIMARY", "SMALL PARTS", "0001"]
    ds.Laterality, ds.PatientOrientation = side, ""
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_FULL_422", 0
    ds.Rows, ds.Columns = cine.rows, cine.columns
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.NumberOfFrames, ds.FrameIncrementPointer, ds.FrameTime = len(cine.frames), 0x00181063, 66.7
    ds.LossyImageCompression, ds.LossyImageCompressionRatio = "01", round(cine.ratio, 1)
    ds.LossyImageCompressionMethod, ds.BurnedInAnnotation = "ISO_10918_1", "NO"
    region = Dataset()
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = cine.columns - 1, cine.rows - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = cine.pixel / 10
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.ReferencePixelX0, region.ReferencePixelY0 = cine.columns // 2, 0
    ds.SequenceOfUltrasoundRegions = Items([region])
    ds.TransducerData, ds.ProcessingFunction = ["L12-5", "", ""], ""
    ds.add_new(0x7FE00010, "OB", _encapsulated(cine.frames))
    ds["PixelData"].is_undefined_length = True
    return ds


def _encapsulated(frames: Sequence[bytes]) -> bytes:
    """PS3.5 A.4: an empty offset table, one fragment for each frame; the writer adds the delimiter."""
    parts = [b"\xfe\xff\x00\xe0\x00\x00\x00\x00"]
    for frame in frames:
        even = frame + b"\0" * (len(frame) % 2)
        parts.append(b"\xfe\xff\x00\xe0" + len(even).to_bytes(4, "little") + even)
    return b"".join(parts)
