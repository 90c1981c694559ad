"""A frame as a picture, in the sandbox: the viewer's own arithmetic (PS3.3 C.11.2), then JPEG or PNG."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from mdt.core.errors import MdtError
from mdt.imaging.files.decoding import Undecodable, some_decoded
from mdt.imaging.files.opening import opened
from mdt.imaging.files.raster import Raster, raster_of
from mdt.imaging.pixels import geometry, grey

Values = npt.NDArray[Any]
Kind = Literal["image/jpeg", "image/png"]

QUALITY = 92


@dataclass(frozen=True)
class Window:
    """How grey values become brightness; `function` is LINEAR, LINEAR_EXACT or SIGMOID."""

    centre: float
    width: float
    function: str = "LINEAR"


@dataclass(frozen=True)
class Viewport:
    """The size of the picture, and of the image the part that is shown in it (all of it without `source`).

    `source` is x, y, width and height; a negative width or height mirrors it, None is all there is (PS3.18 8.3.5.1.3).
    """

    width: int
    height: int
    source: tuple[float, float, float | None, float | None] | None = None


@dataclass(frozen=True)
class How:
    """What was asked of the picture; what was not is as the viewer shows the image first."""

    kind: Kind = "image/jpeg"
    window: Window | None = None
    viewport: Viewport | None = None
    quality: int = QUALITY


class NoPicture(MdtError):
    """There is no picture of this frame; the sentence says why."""


def render(path: Path, number: int, how: How) -> bytes:
    """The picture of frame `number`, counted from 1. Raises CannotShow or NoPicture."""
    with opened(path) as file:
        raster = raster_of(file)
        if not 1 <= number <= raster.frames:
            raise NoPicture(f"It has {raster.frames} frames, and so no frame {number}.")
        frame = next(some_decoded(file, raster, {number - 1}), None)
        if frame is None or isinstance(frame, Undecodable):
            raise NoPicture(f"Frame {number} could not be decoded ({frame}).")
        groups = geometry.groups_of(file.dataset, raster.frames)[number - 1]
    picture = frame if frame.ndim == 3 else shades(frame, groups, raster, how.window)
    return _encoded(_placed(Image.fromarray(picture), how.viewport), how)


def shades(frame: Values, groups: geometry.Groups, raster: Raster, window: Window | None) -> Values:
    """Stored values to 8 bits of brightness."""
    if grey.has_lut(groups):
        frame = grey.through_lut(frame, groups)
    line = grey.rescale(groups)
    values = frame.astype(np.float64) * line["slope"] + line["intercept"]
    values = np.nan_to_num(values, copy=False, nan=float(np.nanmin(values)) if np.isfinite(values).any() else 0.0)
    own = grey.window(groups, binary=raster.allocated == 1, signed=raster.signed)
    if window is None and "voi_lut" in own:
        return _shown(along(values, own["voi_lut"]), raster)
    if window is None and own["centre"]:
        window = Window(own["centre"][0], own["width"][0], own["voi_function"])
    if window is None:
        low, high = sorted(line["slope"] * bound + line["intercept"] for bound in grey.middle(frame))
        window = Window((low + high) / 2, (high - low) or 1.0, "LINEAR_EXACT")
    return _shown(through_window(values, window), raster)


def _shown(brightness: Values, raster: Raster) -> Values:
    shown = np.rint(255 * brightness).astype(np.uint8)
    return 255 - shown if raster.photometric == "MONOCHROME1" else shown


def along(values: Values, curve: dict[str, Any]) -> Values:
    """0 to 1 by a table (PS3.3 C.11.2.1.1), as `curves` tells it."""
    return np.interp(values, np.linspace(curve["first"], curve["last"], len(curve["points"])), curve["points"])


def through_window(values: Values, window: Window) -> Values:
    """0 to 1 (PS3.3 C.11.2.1.2 and C.11.2.1.3)."""
    centre, width = window.centre, window.width
    if window.function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -700, 700)))
    if window.function == "LINEAR_EXACT":
        return np.clip((values - centre) / width + 0.5, 0, 1)
    if width <= 1:
        return (values > centre - 0.5).astype(np.float64)
    return np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def _placed(picture: Image.Image, viewport: Viewport | None) -> Image.Image:
    """Cut out, mirrored, and as large as it can be in the viewport without changing its shape."""
    if viewport is None:
        return picture
    if viewport.source is not None:
        picture = _cut(picture, *viewport.source)
    scale = min(viewport.width / picture.width, viewport.height / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.BILINEAR if scale > 1 else Image.Resampling.LANCZOS)


def _cut(picture: Image.Image, x: float, y: float, width: float | None, height: float | None) -> Image.Image:
    """The part that lies in the image; raises NoPicture where none does."""
    wide, high = abs(width or picture.width), abs(height or picture.height)
    left, right = max(0, round(x)), min(picture.width, round(x + wide))
    top, bottom = max(0, round(y)), min(picture.height, round(y + high))
    if left >= right or top >= bottom:
        raise NoPicture("The part of the image that the viewport names lies outside it.")
    picture = picture.crop((left, top, right, bottom))
    if width is not None and width < 0:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if height is not None and height < 0:
        picture = picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return picture


def _encoded(picture: Image.Image, how: How) -> bytes:
    out = io.BytesIO()
    if how.kind == "image/png":
        picture.save(out, "PNG", compress_level=3)
    else:
        picture.save(out, "JPEG", quality=how.quality, subsampling=0)
    return out.getvalue()
