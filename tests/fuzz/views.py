"""Views of every shape: each layout, each kind of pane, layers and crosshair, of images that a patient has."""

from random import Random
from typing import Any

from mdt.live.marks import TOOLS
from mdt.live.panes.layers import OVERLAYS
from mdt.live.panes.plane import BLENDS, COLOURS, PLANES
from mdt.live.panes.rendering import PRESETS
from mdt.live.view import LAYOUTS
from tests.room_stage import Imaging


def a_view(random: Random, case: str, imaging: Imaging, n: int) -> dict[str, Any]:
    """`n` tells it from every other."""
    layout = random.choice(list(LAYOUTS))
    panes = [a_pane(random, imaging, n) if random.random() < 0.6 else None for _ in range(LAYOUTS[layout])]
    panes[0] = panes[0] or image(random, imaging, n)
    view: dict[str, Any] = {"case": case, "layout": layout, "active": random.randrange(len(panes)), "panes": panes}
    if random.random() < 0.2:
        view["filled"] = random.randrange(len(panes))
    if random.random() < 0.2:
        view["protocol"] = "two-series"
    if random.random() < 0.2:
        view["cross"] = {"frame_of_reference": "1.2.9", "at": a_point(random)}
    return view


def a_pane(random: Random, imaging: Imaging, n: int) -> dict[str, Any]:
    return random.choice(list(PANES.values()))(random, imaging, n)


def image(random: Random, imaging: Imaging, n: int) -> dict[str, Any]:
    pane = {**_of(imaging), "sop": random.choice(imaging.sops), "frame": n % 1000 + 1, **_seen(random)}
    if random.random() < 0.3:
        pane["state"] = "e" * 32
    if random.random() < 0.4:
        pane["layers"] = random.sample([OVERLAYS, "1" * 32, "2" * 32], random.randrange(1, 4))
    return pane


def plane(random: Random, imaging: Imaging, _n: int) -> dict[str, Any]:
    over = {**_of(imaging), "opacity": random.random(), "colormap": random.choice(COLOURS), "voi": None}
    return {
        "kind": "plane",
        **_of(imaging),
        "plane": random.choice(PLANES),
        "slab": random.choice([0, 5, 12.5]),
        "blend": random.choice(BLENDS),
        **_seen(random),
        "over": random.choice([None, over]),
    }


def volume(random: Random, imaging: Imaging, _n: int) -> dict[str, Any]:
    return {"kind": "volume", **_of(imaging), "turn": random.randrange(0, 360, 10), **_seen(random)}


def rendering(random: Random, imaging: Imaging, _n: int) -> dict[str, Any]:
    seen = {"voi": None, "turn": [random.randrange(360), random.randrange(-90, 91)], "centre": a_point(random)}
    extent = {"height": 310.2, "width": random.choice([None, 300])}
    return {"kind": "rendering", **_of(imaging), "preset": random.choice(PRESETS), "shift": 40, **seen, **extent}


def slide(random: Random, imaging: Imaging, _n: int) -> dict[str, Any]:
    place = {"centre": a_point(random)[:2], "height": 500, "width": 700.5, "rotation": random.choice([0, 90])}
    return {"kind": "slide", **_of(imaging), **place}


PANES = {"image": image, "plane": plane, "volume": volume, "rendering": rendering, "slide": slide}


def a_pointer(random: Random, imaging: Imaging) -> dict[str, Any] | None:
    place = {"series": imaging.series, "at": a_point(random)}
    on_an_image = {"sop": random.choice(imaging.sops), "frame": 1}
    return random.choice([None, place, place | on_an_image, place | on_an_image])


def a_drawing(random: Random, imaging: Imaging, mark_id: str) -> dict[str, Any] | None:
    """A mark that a hand is making, or has let go."""
    tool = random.choice(list(TOOLS))
    points = [a_point(random) for _ in range(random.randint(1, min(6, TOOLS[tool].most)))]
    place = {"study": imaging.study, "series": imaging.series, "sop": random.choice(imaging.sops), "frame": 1}
    return random.choice([None, {"id": mark_id, "tool": tool, **place, "points": points}])


def a_point(random: Random) -> list[float]:
    return [round(random.uniform(-300, 300), 5) for _ in range(3)]


def _of(imaging: Imaging) -> dict[str, str]:
    return {"study": imaging.study, "series": imaging.series, "key": imaging.key}


def _seen(random: Random) -> dict[str, Any]:
    return {
        "voi": random.choice([None, {"lower": -160.125, "upper": 240}]),
        "invert": random.random() < 0.2,
        "centre": random.choice([None, a_point(random)]),
        "height": 310.2,
        "width": random.choice([None, 300]),
        "rotation": random.choice([0, 90, 12.5]),
        "flip_h": random.random() < 0.2,
        "flip_v": random.random() < 0.1,
    }
