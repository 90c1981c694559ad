"""Frames and whole objects without compression, in the sandbox: Explicit VR Little Endian for those who ask for it."""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomFileLike
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian

from mdt.core.errors import MdtError
from mdt.imaging.files import attributes
from mdt.imaging.files.decoding import Undecodable, some_decoded, sources
from mdt.imaging.files.opening import Opened, opened
from mdt.imaging.files.raster import Raster, raster_of
from mdt.imaging.files.syntaxes import is_encapsulated

_LONGEST = 0xFFFFFFFE  # of a value with a length
_YBR = "YBR"
_VRS = {"PixelData": b"OW", "FloatPixelData": b"OF", "DoubleFloatPixelData": b"OD"}
_TAGS = {"PixelData": 0x0010, "FloatPixelData": 0x0008, "DoubleFloatPixelData": 0x0009}
_OFFSET_TABLES = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")


class NotPlainly(MdtError):
    """It cannot be had without compression; the sentence says why."""


def frames(path: Path, wanted: Sequence[int], to: Path) -> list[int]:
    """Write the `wanted` frames (from 0, ascending) one after the other, little endian. Returns their lengths."""
    with opened(path) as file, to.open("wb") as out:
        return [out.write(frame) for frame in _plain(file, raster_of(file), wanted)]


def as_they_are(path: Path, wanted: Sequence[int], to: Path) -> list[int]:
    """Write the compressed bytes of the `wanted` frames one after the other. Returns their lengths."""
    with opened(path) as file, to.open("wb") as out:
        return [out.write(frame) for frame in sources(file, raster_of(file), set(wanted))]


def whole(path: Path, to: Path) -> None:
    """The object in Explicit VR Little Endian, its pixels decompressed; the same object, so its UID stays."""
    with opened(path) as file, to.open("wb") as out:
        dataset = file.dataset
        _convert(dataset)
        raster = raster_of(file) if file.pixels is not None else None
        if raster is not None and is_encapsulated(file.transfer_syntax):
            _describe_plain(dataset, raster)
        _write_header(file, dataset, out)
        if raster is not None and file.pixels is not None:
            _write_pixels(file, raster, file.pixels.keyword, out)


def _plain(file: Opened, raster: Raster, wanted: Sequence[int]) -> Iterator[bytes]:
    if not is_encapsulated(file.transfer_syntax) and raster.allocated > 1:
        word = raster.allocated // 8
        for source in sources(file, raster, set(wanted)):
            swapped = file.little_endian or word < 2
            yield source if swapped else np.frombuffer(source, f">u{word}").astype(f"<u{word}").tobytes()
        return
    for frame in some_decoded(file, raster, set(wanted), as_stored=True):
        if isinstance(frame, Undecodable):
            raise NotPlainly(f"It could not be decompressed ({frame}).")
        if raster.allocated == 1:
            yield np.packbits(frame, axis=None, bitorder="little").tobytes()
            continue
        yield np.ascontiguousarray(frame).astype(frame.dtype.newbyteorder("<"), copy=False).tobytes()


def _describe_plain(dataset: Dataset, raster: Raster) -> None:
    """Decompressed colour is RGB, pixel by pixel."""
    if raster.samples == 3:
        dataset.PlanarConfiguration = 0
        if raster.photometric.startswith(_YBR):
            dataset.PhotometricInterpretation = "RGB"
    for keyword in _OFFSET_TABLES:
        if keyword in dataset:
            del dataset[keyword]


def _convert(dataset: Dataset) -> None:
    """Make values of all that was only read as bytes: those have the byte order of the old file."""
    for tag in list(dataset.keys()):
        element: DataElement = dataset[tag]
        if isinstance(element.value, Items):
            for item in element.value:
                _convert(item)


def _write_header(file: Opened, dataset: Dataset, out: BinaryIO) -> None:
    meta = FileMetaDataset()
    for keyword in ("SourceApplicationEntityTitle", "ImplementationClassUID", "ImplementationVersionName"):
        if keyword in file.meta:
            meta[keyword] = file.meta[keyword]
    meta.MediaStorageSOPClassUID = UID(_uid(file, "SOPClassUID"))
    meta.MediaStorageSOPInstanceUID = UID(_uid(file, "SOPInstanceUID"))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out.write(b"\0" * 128 + b"DICM")
    writer = DicomFileLike(out)
    writer.is_implicit_VR, writer.is_little_endian = False, True
    write_file_meta_info(writer, meta, enforce_standard=True)
    write_dataset(writer, dataset, parent_encoding="iso8859")


def _write_pixels(file: Opened, raster: Raster, keyword: str, out: BinaryIO) -> None:
    """One frame after the other, so that memory holds only one. Single bits run on from frame to frame."""
    total = -(-raster.frame_bits * raster.frames // 8)
    if raster.photometric == "YBR_FULL_422" and is_encapsulated(file.transfer_syntax):
        total = raster.rows * raster.columns * 3 * raster.frames
    if total > _LONGEST:
        raise NotPlainly("Without compression its pixels would be longer than 4 GB, the longest value there can be.")
    vr = b"OB" if keyword == "PixelData" and raster.allocated <= 8 else _VRS[keyword]
    out.write(struct.pack("<HH2sHL", 0x7FE0, _TAGS[keyword], vr, 0, total + total % 2))
    if raster.allocated == 1 and raster.frame_bits % 8:
        written = out.write(_bits(file, raster))
    else:
        written = sum(out.write(frame) for frame in _plain(file, raster, range(raster.frames)))
    if written != total:
        raise NotPlainly(f"Its pixels are {written} bytes long without compression, and should be {total}.")
    out.write(b"\0" * (total % 2))


def _bits(file: Opened, raster: Raster) -> bytes:
    every = []
    for frame in some_decoded(file, raster, range(raster.frames), as_stored=True):
        if isinstance(frame, Undecodable):
            raise NotPlainly(f"It could not be decompressed ({frame}).")
        every.append(frame.reshape(-1))
    return np.packbits(np.concatenate(every), bitorder="little").tobytes()


def _uid(file: Opened, keyword: str) -> str:
    """As the object says, or its meta header, where the object forgot it."""
    return attributes.uid(file.dataset, keyword) or attributes.uid(file.meta, f"MediaStorage{keyword}") or ""
