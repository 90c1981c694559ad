"""`tests/cases/measure.json`: what regions of a CT and a PET image hold by NumPy. The browser runs it too.

`python -m tests.unit.test_measure_cases` writes the file anew.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mdt.live.calibration import axes

SCALES = json.loads((Path(__file__).parents[1] / "cases" / "scales.json").read_text())
FILE = Path(__file__).parents[1] / "cases" / "measure.json"
ROWS, COLUMNS = 18, 24
SPACING = [0.8, 0.7]
POSITION = [-10.5, 4.25, 33.0]
ELLIPSE = [[11.2, 14.1], [12.9, 4.3], [7.1, 8.2], [16.9, 10.3]]  # [column, row]: the ends of one axis, then the other
OUTLINE = [[2.2, 2.4], [14.7, 1.3], [20.1, 9.9], [12.6, 7.2], [9.4, 15.6]]


def images() -> dict[str, dict[str, Any]]:
    noise = np.random.default_rng(20261124)
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    lesion = np.exp(-(((columns - 11) / 5) ** 2 + ((rows - 8) / 4) ** 2))
    ct = np.round(40 + 85 * lesion + noise.normal(0, 12, (ROWS, COLUMNS))).astype(int)
    pet = np.round(900 + 21000 * lesion * noise.uniform(0.8, 1.2, (ROWS, COLUMNS)), 2)
    return {
        "CT": {"values": ct, "units": "HU", "factor": 1.0, "suv": None},
        "PT": {"values": pet, "units": "BQML", "factor": 0.0003271, "suv": "SUVbw"},
    }


def in_ellipse(a: Any, b: Any, c: Any, d: Any) -> np.ndarray:
    """Pixels whose middles are inside, by the ellipse's own axes."""
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    u, v = np.subtract(b, a) / 2, np.subtract(d, c) / 2
    away = np.stack([columns, rows], -1) - np.mean([a, b, c, d], axis=0)
    along = away @ np.linalg.inv(np.stack([u, v], 1)).T
    return (along**2).sum(-1) <= 1


def in_outline(points: Any) -> np.ndarray:
    """Pixels whose middles are inside, by how often the outline winds around them."""
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    turned = np.zeros((ROWS, COLUMNS))
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        before = np.arctan2(ay - rows, ax - columns)
        after = np.arctan2(by - rows, bx - columns)
        turned += (after - before + np.pi) % (2 * np.pi) - np.pi
    return np.abs(turned) > np.pi


def expected() -> dict[str, Any]:
    cases = []
    pixel = SPACING[0] * SPACING[1]
    u, v = np.subtract(ELLIPSE[1], ELLIPSE[0]) / 2, np.subtract(ELLIPSE[3], ELLIPSE[2]) / 2
    x, y = np.array(OUTLINE).T
    areas = {
        "EllipticalROI": float(np.pi * abs(u[0] * v[1] - u[1] * v[0])) * pixel,
        "PlanarFreehandROI": float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2 * pixel,
    }
    for modality, image in images().items():
        for tool, spots in (("EllipticalROI", ELLIPSE), ("PlanarFreehandROI", OUTLINE)):
            mask = in_ellipse(*spots) if tool == "EllipticalROI" else in_outline(spots)
            inside = image["values"][mask] * image["factor"]
            points = [[POSITION[0] + c * SPACING[1], POSITION[1] + r * SPACING[0], POSITION[2]] for c, r in spots]
            cases.append(
                {
                    "name": f"{tool} on {modality}",
                    "modality": modality,
                    "tool": tool,
                    "points": points,
                    "count": int(mask.sum()),
                    "mean": float(inside.mean()),
                    "sd": float(inside.std()),
                    "min": float(inside.min()),
                    "max": float(inside.max()),
                    "area": areas[tool],
                }
            )
    frames = {
        modality: {
            "rows": ROWS,
            "columns": COLUMNS,
            "position": POSITION,
            "spacing": SPACING,
            "units": image["units"],
            "suv": image["suv"] and {"factor": image["factor"], "type": image["suv"], "why": None},
            "values": image["values"].ravel().tolist(),
        }
        for modality, image in images().items()
    }
    return {"frames": frames, "cases": cases}


def test_the_cases_are_what_numpy_finds() -> None:
    kept, found = json.loads(FILE.read_text()), expected()
    assert kept["frames"] == found["frames"]
    for case, again in zip(kept["cases"], found["cases"], strict=True):
        assert np.allclose(case.pop("points"), again.pop("points"))
        assert case == pytest.approx(again), again["name"]
        assert case["count"] > 50


@pytest.mark.parametrize("case", SCALES, ids=[case["name"] for case in SCALES])
def test_what_justifies_millimetres(case: Any) -> None:
    found = axes(case["points"], case["frame"], case["modality"])
    assert (found.unit, list(found.notes)) == (case["unit"], case["notes"])
    assert (found.long, found.short) == pytest.approx((case["long"], case["short"]))


if __name__ == "__main__":
    FILE.write_text(json.dumps(expected(), separators=(",", ":")) + "\n")
