"""Small DICOM objects made for tests, and what becomes of them: the frames as a viewer would decode them."""

import json
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from mdt.imaging.pixels.frames import encode
from mdt.imaging.pixels.packing import HEAD, MAGIC

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

Pixels = npt.NDArray[Any]


def ramp(dtype: str, rows: int = 37, columns: int = 53, *, low: int = 0, high: int = 0, samples: int = 1) -> Pixels:
    """A picture without symmetry, so that nothing turned, mirrored or shifted looks the same."""
    info = np.iinfo(dtype)
    low, high = (low, high) if high else (info.min, info.max)
    shape = (rows, columns) if samples == 1 else (rows, columns, samples)
    values = np.arange(np.prod(shape)).reshape(shape) * 7919 % (high - low + 1) + low
    return values.astype(dtype)


def smooth(dtype: str, high: int, rows: int = 64, columns: int = 48) -> Pixels:
    """A picture that lossy compression hardly changes."""
    y, x = np.mgrid[0:rows, 0:columns]
    return (high * (0.5 + 0.3 * np.sin(y / 17) + 0.2 * np.cos(x / 23))).astype(dtype)


def an_object(pixels: Pixels | None = None, *, payloads: list[bytes] | None = None, **attributes: Any) -> Dataset:
    """An image with UIDs of its own; `payloads` are compressed frames, else the pixels are stored as they are."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, "1.2.3.1.1"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.1"
    dataset.PatientID, dataset.PatientName = "9990000018", "HARGREAVES^Dorothy"
    dataset.PatientBirthDate, dataset.PatientSex = "19510314", "F"
    dataset.Modality, dataset.InstanceNumber = "CT", 1
    if pixels is not None:
        colour = pixels.ndim > 2 and pixels.shape[-1] == 3
        frames = pixels.ndim - 2 - colour
        dataset.Rows, dataset.Columns = pixels.shape[frames : frames + 2]
        if frames:
            dataset.NumberOfFrames = pixels.shape[0]
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = (3, "RGB") if colour else (1, "MONOCHROME2")
        if colour:
            dataset.PlanarConfiguration = 0
        dataset.BitsAllocated = dataset.BitsStored = pixels.dtype.itemsize * 8
        dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
        if payloads is None:
            dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
            dataset["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    if "BitsStored" in dataset:
        dataset.HighBit = attributes.get("HighBit", dataset.BitsStored - 1)
    if payloads is not None:
        dataset.PixelData = encapsulate(payloads)
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    return dataset


def item(**attributes: Any) -> Dataset:
    """One item of a sequence."""
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def save(dataset: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write it as a file with preamble and meta header."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = UID(syntax)
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", CTImageStorage)
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2.3.1.1")
    if meta.TransferSyntaxUID.is_transfer_syntax:
        dataset.file_meta = meta
        dataset.save_as(path, enforce_file_format=True)
        return path
    file = DicomBytesIO()  # the syntax is newer than pydicom's dictionary
    file.is_implicit_VR, file.is_little_endian = False, True
    file.write(b"\0" * 128 + b"DICM")
    write_file_meta_info(file, meta)
    write_dataset(file, dataset)
    path.write_bytes(file.getvalue())
    return path


def frames_of(path: Path, folder: Path) -> tuple[list[dict[str, Any]], list[Pixels]]:
    """The entries of an object's frames, and the frames decoded again."""
    made = encode(path, folder / "payloads")
    content = (folder / "payloads").read_bytes()
    return made.entries, [frame(entry, content) for entry in made.entries]


def frame(entry: dict[str, Any], content: bytes) -> Pixels:
    """One frame of a file of payloads, decoded as its entry says."""
    payload = content[entry["offset"] : entry["offset"] + entry["length"]]
    if entry["encoding"] == "htj2k":
        decoded = np.asarray(imagecodecs.htj2k_decode(payload))
        return decoded.reshape(shape_of(entry))
    kind = "f" if entry["float"] else "i" if entry["signed"] else "u"
    return np.frombuffer(payload, f"<{kind}{entry['bits'] // 8}").reshape(shape_of(entry))


def shape_of(entry: dict[str, Any]) -> tuple[int, ...]:
    return (entry["rows"], entry["columns"]) + ((3,) if entry["samples"] == 3 else ())


def read_pack(frames: bytes, index: bytes) -> list[tuple[dict[str, Any], Pixels]]:
    """A pack read from its bytes alone, the way a browser does; its index must agree."""
    about = json.loads(index)
    assert frames[: len(MAGIC)] == MAGIC
    at = len(MAGIC)
    found: list[tuple[dict[str, Any], Pixels]] = []
    while at < len(frames):
        number, length = HEAD.unpack_from(frames, at)
        entry = about["frames"][number]
        assert number == len(found)
        assert (entry["offset"], entry["length"]) == (at + HEAD.size, length)
        found.append((entry, frame(entry, frames)))
        at += HEAD.size + length
    assert at == len(frames)
    assert len(found) == len(about["frames"])
    return found
