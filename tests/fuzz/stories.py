"""Words that stories about the room's server share."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

FRESH = {"epoch": None, "last": 0}


def op(kind: str, body: dict, number: str | None = None) -> dict:
    return {"op": number or str(uuid4()), "kind": kind, "body": body}


def a_view(case: str, frame: int = 1) -> dict:
    pane = {
        "study": "1.2",
        "series": "1.2.3",
        "key": "a" * 32,
        "sop": "1.2.3.4",
        "frame": frame,
        "voi": {"lower": -150, "upper": 250},
        "invert": False,
        "centre": [0, -1.5, 200],
        "height": 310.2,
        "width": 300,
        "rotation": 0,
        "flip_h": False,
        "flip_v": False,
    }
    return {"case": case, "layout": "1x1", "active": 0, "panes": [pane]}


def noting(event: str, field: str, into: list) -> Callable[[str, Any], None]:
    """A listener that writes down one field of one kind of message."""

    def heard(told: str, body: Any) -> None:
        if told == event:
            into.append(body[field])

    return heard


async def until(true: Callable[[], bool], within: float = 5.0) -> None:
    limit = time.monotonic() + within
    while not true():
        assert time.monotonic() < limit, "it did not happen in time"
        await asyncio.sleep(0.02)
