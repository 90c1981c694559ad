"""Whole slide images over HTTP (`docs/wire.md` section 1): tiles as they were compressed, the label, the overview.

A slide's index is its series' (`imaging.index`), and a look at it is audited there.
"""

import json
from collections import OrderedDict
from typing import BinaryIO, cast

from flask import Blueprint, Response, current_app, request

from mdt.core.errors import NotFound
from mdt.imaging import queries
from mdt.imaging.keeping.store import Store
from mdt.imaging.queries import NO_SUCH_IMAGING
from mdt.imaging.slides.tiles import NO_SUCH_TILE, Places, Tile, media_type
from mdt.meeting import queries as meetings
from mdt.web.session import current_actor, house, unattended
from mdt.web.spans import Span, Spans

pages = Blueprint("slides", __name__, url_prefix="/imaging")

_FOR_EVER = "private, max-age=31536000, immutable"
_AT_HAND = 64  # slides: a meeting's worth


@pages.get("/series/<series_id>/<version>/tiles/<int:level>/<int:column>/<int:row>")
@unattended
def tile(series_id: str, version: str, level: int, column: int, row: int) -> Response:
    """One tile; 204 where there is nothing but glass."""
    _require(series_id)
    places, file = _opened(series_id, version)
    with file:
        found = places.tile(file, level, column, row)
    if found is None:
        answer = Response(status=204)
        answer.headers["Cache-Control"] = _FOR_EVER
        return answer
    return _sent(series_id, version, found, _FOR_EVER)


@pages.get("/series/<series_id>/<version>/picture/<any(label,overview,thumbnail):name>")
@unattended
def picture(series_id: str, version: str, name: str) -> Response:
    """The label names the patient: no browser keeps it."""
    _require(series_id)
    places, file = _opened(series_id, version)
    file.close()
    return _sent(series_id, version, places.picture(name), _FOR_EVER if name == "thumbnail" else "no-store")


class Slides:
    """Where the tiles of the slides asked for last lie."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, str], Places] = OrderedDict()

    def of(self, series_id: str, version: str) -> Places:
        """Raises FileNotFoundError when there is no such slide."""
        name = (series_id, version)
        if name not in self._kept:
            file, _ = self._store.open_pack(series_id, version, "index.json")
            with file:
                index = json.load(file)
            if index.get("kind") != "slide":
                raise FileNotFoundError(f"{series_id} is not a slide")
            self._kept[name] = Places.of(index)
            while len(self._kept) > _AT_HAND:
                self._kept.popitem(last=False)
        self._kept.move_to_end(name)
        return self._kept[name]


def _require(series_id: str) -> None:
    """As for every image: the patient must be on an agenda of one of the actor's teams."""
    by = current_actor()
    with house().db.reading() as db:
        owned = queries.series(db, series_id)
        if not any(meetings.may_see_patient(db, by, patient_id) for patient_id in owned.patients):
            raise NotFound(NO_SUCH_IMAGING)


def _opened(series_id: str, version: str) -> tuple[Places, BinaryIO]:
    slides = current_app.extensions.setdefault("mdt.slides", Slides(house().store))
    try:
        places = cast(Slides, slides).of(series_id, version)
        return places, house().store.open_pack(series_id, version, "frames")[0]
    except FileNotFoundError:
        raise NotFound(NO_SUCH_IMAGING) from None


def _sent(series_id: str, version: str, found: Tile, cache: str) -> Response:
    """Bytes from where they lie: in the slide's own file, or in the object as it was received."""
    store = house().store
    try:
        if found.source is None:
            file, _ = store.open_pack(series_id, version, "frames")
        else:
            file = store.open(found.source)
    except FileNotFoundError:
        raise NotFound(NO_SUCH_TILE) from None
    file.seek(found.offset)
    kind = media_type(file.read(4))
    answer = Response(Spans(file, [Span(found.offset, found.length)]), mimetype=kind, direct_passthrough=True)
    answer.content_length = found.length
    answer.headers["Cache-Control"] = cache
    answer.call_on_close(file.close)
    if cache == _FOR_EVER:
        answer.set_etag(f"{version}-{found.source or 'own'}-{found.offset}")
        answer.make_conditional(request.environ)
    return answer
