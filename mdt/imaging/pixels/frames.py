"""From an object as received to frames for looking, in the sandbox: decoded one at a time, encoded without loss.

HTJ2K (PS3.5 A.4.4, reversible) where it can carry the values, else raw. An entry describes each frame as
`docs/wire.md` section 1 says; `offset` and `length` are its place in the file of payloads.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
from pydicom.dataset import Dataset

from mdt.core.errors import MdtError
from mdt.imaging.files import attributes
from mdt.imaging.files.decoding import Frame, Undecodable, decoded
from mdt.imaging.files.opening import Opened, opened
from mdt.imaging.files.parsing import laterality
from mdt.imaging.files.raster import Raster, raster_of
from mdt.imaging.files.syntaxes import is_encapsulated, lossiness
from mdt.imaging.pixels import geometry, grey
from mdt.imaging.pixels.codestream import coarse
from mdt.imaging.pixels.overlays import overlays
from mdt.imaging.pixels.segments import segment_of
from mdt.imaging.pixels.suv import suv

HASH_DIGITS = 32  # of a payload's SHA-256: 128 bits tell frames apart

_BY_RESOLUTION = 1  # a tile-part for each resolution, so that a beginning of the bytes is a coarser picture
_HTJ2K = frozenset({"uint8", "uint16", "int16"})  # what browsers' decoders give back bit for bit


@dataclass(frozen=True)
class Encoded:
    """The entries of one object's frames, in its own order, and in a sentence what is wrong with the others."""

    entries: list[dict[str, Any]]
    problem: str | None = None


def encode(path: Path, to: Path) -> Encoded:
    """Write the payloads of every frame to `to`, one after the other. Raises CannotShow when there is none to make."""
    with opened(path) as file, to.open("wb") as payloads:
        raster = raster_of(file)
        whole = _of_object(file)
        entries: list[dict[str, Any]] = []
        failed: list[tuple[int, str]] = []
        groups = geometry.groups_of(file.dataset, raster.frames)
        came = 0
        try:
            for index, frame in enumerate(decoded(file, raster)):
                came = index + 1
                if isinstance(frame, Undecodable):
                    failed.append((index + 1, str(frame)))
                    continue
                entries.append(whole | _entry(frame, groups[index], raster, index, payloads))
        except MdtError:
            raise
        except (ValueError, EOFError) as error:  # the fragments themselves are broken
            failed.append((came + 1, str(error)))
        ratio = _ratio(file, raster)
    for entry in entries:
        entry["lossy_ratio"] = entry["lossy_ratio"] or (ratio if entry["lossy"] else None)
    return Encoded(entries, raster.problem or _what_failed(failed, len(entries), raster.frames))


def _of_object(file: Opened) -> dict[str, Any]:
    """What is the same for all its frames."""
    dataset = file.dataset
    return {
        "sop": attributes.uid(dataset, "SOPInstanceUID") or attributes.uid(file.meta, "MediaStorageSOPInstanceUID"),
        "number": attributes.integer(dataset, "InstanceNumber"),
        **lossiness(dataset, file.transfer_syntax),
        "suv": suv(dataset),
    }


def _entry(frame: Frame, groups: geometry.Groups, raster: Raster, index: int, payloads: BinaryIO) -> dict[str, Any]:
    """Describe one frame and write its payload."""
    rescale, binary = grey.rescale(groups), raster.allocated == 1
    if frame.ndim == 2 and grey.has_lut(groups):
        frame = np.ascontiguousarray(grey.through_lut(frame, groups))
    encoding, payload = _payload(frame)
    window = grey.window(groups, binary=binary, signed=raster.signed)
    padding = grey.padding(groups.dataset, signed=raster.signed) if frame.ndim == 2 else None
    offset = payloads.tell()
    payloads.write(payload)
    return {
        "frame": index + 1,
        "offset": offset,
        "length": len(payload),
        "hash": hashlib.sha256(payload).hexdigest()[:HASH_DIGITS],
        "encoding": encoding,
        "coarse": coarse(payload, *frame.shape[:2]) if encoding == "htj2k" else [],
        "rows": frame.shape[0],
        "columns": frame.shape[1],
        "samples": 1 if frame.ndim == 2 else 3,
        "bits": frame.dtype.itemsize * 8,
        "signed": frame.dtype.kind in "if",
        "float": frame.dtype.kind == "f",
        "photometric": raster.photometric if frame.ndim == 2 else "RGB",
        **grey.extremes(frame),
        **rescale,
        **window,
        "padding": padding,
        "range": grey.middle(frame, padding) if frame.ndim == 2 and not window["centre"] else None,
        **geometry.place(groups, index),
        **geometry.spacing(groups),
        "laterality": _laterality(groups),
        "segment": segment_of(groups),
        **({"overlays": drawn} if (drawn := overlays(groups.dataset, index)) else {}),
        "seconds": _seconds(groups.dataset, index) if raster.frames > 1 else None,
    }


def _payload(frame: Frame) -> tuple[str, bytes]:
    if frame.dtype.name in _HTJ2K:
        return "htj2k", bytes(imagecodecs.htj2k_encode(frame, reversible=True, tilepart=_BY_RESOLUTION))
    return "raw", frame.astype(frame.dtype.newbyteorder("<")).tobytes()


def _laterality(groups: geometry.Groups) -> str | None:
    own = attributes.text(groups.macro("FrameAnatomySequence"), "FrameLaterality")
    return own if own in ("L", "R") else laterality(groups.dataset)


def _seconds(dataset: Dataset, index: int) -> float | None:
    """How long a frame of a cine is shown: by its own time, by that of all, or by the rate it is meant to play at."""
    if vector := attributes.numbers(dataset, "FrameTimeVector"):
        steps = [step for step in vector[index + 1 :][:1] or vector[-1:] if step > 0]
        return steps[0] / 1000 if steps else None
    if (time := attributes.number(dataset, "FrameTime")) and time > 0:
        return time / 1000
    for keyword in ("RecommendedDisplayFrameRate", "CineRate"):
        if (rate := attributes.number(dataset, keyword)) and rate > 0:
            return 1 / rate
    return None


def _ratio(file: Opened, raster: Raster) -> float | None:
    """How much smaller the compressed pixels are than they would be otherwise."""
    if file.pixels is None or not is_encapsulated(file.transfer_syntax):
        return None
    plain = raster.rows * raster.columns * raster.samples * raster.stored * raster.frames / 8
    return round(plain / file.pixels.there, 1) if file.pixels.there and plain > file.pixels.there else None


def _what_failed(failed: list[tuple[int, str]], there: int, declared: int) -> str | None:
    if not failed:
        missing = declared - there
        return f"Only {there} of its {declared} frames are there." if missing else None
    number, why = failed[0]
    why = why.rstrip(".")
    if declared == 1:
        return f"Its pixels could not be decoded ({why})."
    return f"{len(failed)} of its {declared} frames could not be decoded, the first of them frame {number} ({why})."
