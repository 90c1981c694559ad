"""What we encode the browser decodes, bit for bit: every depth and sign, colour, odd sizes, one pixel."""

import json
import subprocess
from pathlib import Path
from shutil import which

import numpy as np
import pytest

from tests.unit.objects import Pixels, an_object, frames_of, ramp, save, smooth

ROOT = Path(__file__).parents[2]
NODE = which("node")

pytestmark = pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules" / "@cornerstonejs" / "codec-openjph").is_dir(),
    reason="Node.js or the front end's packages are not installed",
)

SIZES = ((1, 1), (1, 7), (5, 1), (3, 2), (37, 53), (64, 64), (129, 65), (512, 512))


def _pictures() -> dict[str, Pixels]:
    pictures: dict[str, Pixels] = {}
    for rows, columns in SIZES:
        for dtype in ("uint8", "int8", "uint16", "int16"):
            pictures[f"{dtype} {rows} {columns}"] = ramp(dtype, rows, columns)
        pictures[f"colour {rows} {columns}"] = ramp("uint8", rows, columns, samples=3)
    pictures |= {
        "smooth": smooth("uint16", 65535, 200, 300),
        "all black": np.zeros((40, 40), "int16"),
        "all white": np.full((40, 40), 65535, "uint16"),
        "lowest": np.full((40, 40), -32768, "int16"),
        "both ends": np.where(np.indices((40, 41)).sum(0) % 2, 32767, -32768).astype("int16"),
    }
    return pictures


def test_the_browser_sees_the_same_pixels(tmp_path: Path) -> None:
    expected: dict[str, Pixels] = {}
    for number, (name, pixels) in enumerate(_pictures().items()):
        path = save(an_object(pixels), tmp_path / "object.dcm")
        entries, _ = frames_of(path, tmp_path)
        assert entries[0]["encoding"] == "htj2k", name
        (tmp_path / f"{number:03}.j2c").write_bytes((tmp_path / "payloads").read_bytes())
        expected[f"{number:03}.j2c"] = pixels.astype("int16") if pixels.dtype == np.int8 else pixels
    command = [str(NODE), str(Path(__file__).with_name("browser_codec.cjs")), str(tmp_path)]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60).stdout)
    assert found.keys() == expected.keys()
    for name, pixels in expected.items():
        info, colour = found[name], pixels.ndim == 3
        assert (info["height"], info["width"], info["componentCount"]) == (*pixels.shape[:2], 3 if colour else 1)
        assert info["isSigned"] == (pixels.dtype.kind == "i")
        assert info["bitsPerSample"] == pixels.dtype.itemsize * 8
        decoded = np.frombuffer((tmp_path / f"{name}.raw").read_bytes(), pixels.dtype)
        assert np.array_equal(decoded.reshape(pixels.shape), pixels), (name, pixels.dtype, pixels.shape)


def test_a_beginning_of_the_bytes_is_the_picture_on_every_second_or_fourth_row_and_column(tmp_path: Path) -> None:
    """What the browser's enlargement of a preview relies on (`static/src/imaging/pixels.ts`)."""
    pixels = np.add.outer(np.arange(400), 3 * np.arange(512)).astype("int16")
    entries, _ = frames_of(save(an_object(pixels), tmp_path / "object.dcm"), tmp_path)
    payload = (tmp_path / "payloads").read_bytes()
    for factor, end in entries[0]["coarse"]:
        (tmp_path / f"a-coarse{factor // 2}.j2c").write_bytes(payload[:end])
    command = [str(NODE), str(Path(__file__).with_name("browser_codec.cjs")), str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    for factor in (2, 4):
        small = np.frombuffer((tmp_path / f"a-coarse{factor // 2}.j2c.raw").read_bytes(), "int16")
        there = small.reshape(400 // factor, 512 // factor).astype(int)
        assert np.abs(there - pixels[::factor, ::factor])[2:-2, 2:-2].max() <= 4
