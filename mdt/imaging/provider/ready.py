"""Frames of our own packs that are the object's pixels exactly: HTJ2K without loss, ready to be sent."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Pack
from mdt.imaging.provider.leaf import Leaf

Places = dict[tuple[str, int], tuple[int, int]]


@dataclass(frozen=True)
class Ready:
    """A version of a series' pack and, by SOP Instance UID and frame number, the offset and length of codestreams."""

    series_id: str
    version: str
    places: Places


def version(session: Session, series_id: str) -> str | None:
    """Of the series' pack that is in use."""
    return session.scalar(select(Pack.version).where(Pack.series_id == series_id))


def ready(store: Store, series_id: str, version: str) -> Ready:
    """The codestreams of a pack; raises FileNotFoundError for one that is gone."""
    file, _ = store.open_pack(series_id, version, "index.json")
    with file:
        index = json.load(file)
    coded = [entry for entry in index["frames"] if entry["encoding"] == "htj2k"]
    places = {(entry["sop"], entry["frame"]): (entry["offset"], entry["length"]) for entry in coded}
    return Ready(series_id, version, places)


def is_exact(leaf: Leaf) -> bool:
    """Whether our frames hold the stored values themselves, of the same kind and width, without any table between."""
    if leaf.has_table or leaf.allocated not in (8, 16):
        return False
    if leaf.samples == 1:
        return leaf.photometric.startswith("MONOCHROME") and not (leaf.signed and leaf.allocated == 8)
    return leaf.photometric == "RGB" and leaf.allocated == 8
