"""Overlay planes: the bits of the right frame, or the sentence that says why not."""

import base64
import zlib
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from mdt.imaging.pixels.overlays import overlays


def a_plane(bits: Any, group: int = 0x6000, **said: Any) -> Dataset:
    made = Dataset()
    rows, columns = bits.shape[-2:]
    packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
    for element, vr, value in (
        (0x10, "US", rows), (0x11, "US", columns), (0x40, "CS", "G"), (0x22, "LO", "Ruler"), (0x50, "SS", [3, -1]),
        (0x100, "US", 1), (0x102, "US", 0), (0x3000, "OB", packed + b"\0" * (len(packed) % 2)),
    ):  # fmt: skip
        made.add_new((group << 16) + element, vr, value)
    for name, (vr, value) in said.items():
        made.add_new((group << 16) + int(name[1:], 16), vr, value)
    return made


def drawn(one: dict[str, Any]) -> Any:
    bits = np.unpackbits(np.frombuffer(zlib.decompress(base64.b64decode(one["bits"])), np.uint8), bitorder="little")
    return bits[: one["rows"] * one["columns"]].reshape(one["rows"], one["columns"])


BITS = (np.arange(5 * 7).reshape(5, 7) % 3 == 0).astype("uint8")


def test_bits_come_back_as_they_were() -> None:
    (one,) = overlays(a_plane(BITS, group=0x6002), 0)
    assert (one["name"], one["roi"], one["origin"], one["why"]) == ("Ruler", False, [3, -1], None)
    assert np.array_equal(drawn(one), BITS)


def test_a_plane_of_several_frames_gives_each_its_own() -> None:
    frames = np.stack([BITS, 1 - BITS, np.zeros_like(BITS)])
    plane = a_plane(frames, _15=("IS", "3"), _51=("US", 2))
    assert overlays(plane, 0) == []  # it begins at the second frame
    assert np.array_equal(drawn(overlays(plane, 1)[0]), BITS)
    assert np.array_equal(drawn(overlays(plane, 2)[0]), 1 - BITS)
    assert overlays(plane, 3) == []  # nothing is drawn on it
    assert overlays(plane, 4) == []


def test_what_cannot_be_drawn_is_named() -> None:
    short = a_plane(BITS, _10=("US", 500))
    assert overlays(short, 0)[0]["why"] == "An overlay plane holds fewer bits than its rows and columns need."
    retired = a_plane(BITS, _100=("US", 16))
    assert overlays(retired, 0)[0]["why"].startswith("An overlay plane is kept in unused bits")
    noise = np.random.default_rng(1).integers(0, 2, (1200, 1200)).astype("uint8")
    assert overlays(a_plane(noise), 0)[0]["why"] == "An overlay plane holds more than can be drawn."
    huge = a_plane(BITS, _10=("US", 65535), _11=("US", 65535))
    assert overlays(huge, 0)[0]["why"] == "An overlay plane has no size that can be drawn."
