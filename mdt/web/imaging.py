"""Imaging over HTTP (`docs/wire.md` section 1): what a case has, packs of frames as a stream, documents."""

import re
from collections.abc import Hashable
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, current_app, jsonify, request

from mdt.bootstrap import House
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound
from mdt.imaging import queries
from mdt.imaging.keeping.store import PackFile
from mdt.imaging.looking import display
from mdt.imaging.papers.documents import HTML
from mdt.imaging.pixels import outward
from mdt.imaging.queries import NO_SUCH_IMAGING, Owned
from mdt.meeting import queries as meetings
from mdt.web import handing, memory, pieces, reading
from mdt.web.express import Answer, Asked, file_at
from mdt.web.session import current_actor, house, unattended
from mdt.web.spans import Span, Spans

pages = Blueprint("imaging", __name__, url_prefix="/imaging")

BYTES = "application/octet-stream"
_FRAMES = re.compile(r"/imaging/series/([0-9a-f]{32})/([0-9a-f]{64})/frames")
_FOR_EVER = "private, max-age=31536000, immutable"
# Our page around it may see how far it is read; nothing in it can see anything, for it has no scripts.
_NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-same-origin; frame-ancestors 'self'"


@pages.get("/cases/<case_id>.json")
@unattended
def case(case_id: str) -> Any:
    """The room asks again and again while imaging arrives."""
    by = current_actor()
    with house().db.reading() as db:
        found, by = meetings.case_inside(db, by, case_id)
        shown = display.of_patient(db, by, team_id=found.meeting.team_id, patient_id=found.patient_id)
    answer = jsonify({"case": case_id, **shown})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/series/<series_id>/<version>/index.json")
def index(series_id: str, version: str) -> Response:
    by = current_actor()
    ahead = request.headers.get("Purpose") == "prefetch"  # of a case that may be discussed next; a look comes by itself
    _look(by, _series(by, series_id), "study.brought-ahead" if ahead else "study.shown")
    if request.accept_encodings["gzip"] > 0:
        answer = Response(_contents(series_id, version).compressed, mimetype="application/json")
        answer.headers["Content-Encoding"] = "gzip"
        answer.set_etag(f"{version}-index.json-gzip")
        answer.make_conditional(request.environ)
    else:
        answer = _pack(series_id, version, "index.json", "application/json")
    answer.vary.add("Accept-Encoding")
    # It never changes, but a browser asks whether it has, so that we know of each look.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@pages.get("/series/<series_id>/<version>/frames")
@unattended
def frames(series_id: str, version: str) -> Response:
    _series(current_actor(), series_id)
    return _pack(series_id, version, "frames", BYTES)


@pages.get("/series/<series_id>/<version>/pieces")
@unattended
def some(series_id: str, version: str) -> Response:
    """Frames, or their coarser beginnings, in one stream that begins where somebody looks (`docs/wire.md`)."""
    by = current_actor()
    owned, contents = _series(by, series_id), _contents(series_id, version)
    first = b""
    if "index" in request.args:
        _look(by, owned, "study.shown")
        first = pieces.introduced(contents)
    places = contents.places
    count = len(places.offsets)
    asked = request.args.get("frames")
    wanted = list(range(count)) if asked is None else outward.frames_asked(asked, count)
    order = outward.outward(wanted, _number("at", count // 2))
    sent = outward.pieces(places, order, have=_number("have", 0) or None, to=_number("to", 1))
    pack, _ = _open(series_id, version, "frames")
    stream = pieces.spans_of(pack, places, sent, first)
    answer = Response(stream, mimetype=BYTES, direct_passthrough=True)
    answer.call_on_close(pack.close)
    answer.content_length = stream.length
    answer.headers["Cache-Control"] = "no-store" if first else _FOR_EVER
    return answer


@pages.get("/documents/<instance_id>")
def document(instance_id: str) -> Response:
    """A PDF as it came, or a structured report as a page without scripts."""
    by = current_actor()
    with house().db.reading() as db:
        found = queries.document(db, instance_id)
        _require(found.owned, by, db)
    _look(by, found.owned, "document.read")
    store = house().store
    handed = handing.location(house(), store.place_of(found.sha256))
    if handed is not None and store.exists(found.sha256):
        answer = _handed_on(handed, found.type)
    else:
        answer = _file(store.open(found.sha256), store.size(found.sha256), found.sha256, found.type)
    answer.headers["Content-Disposition"] = "inline"
    if found.type == HTML:
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        answer.headers["Content-Security-Policy"] = _NO_SCRIPTS
    return answer


def at_once(asked: Asked) -> Answer | None:
    """The frames of a pack, whole or a range, before Flask is troubled: what `frames` would say, or nothing."""
    named = _FRAMES.fullmatch(asked.path)
    by = asked.person_of(asked) if named else None
    if named is None or by is None:
        return None
    series_id, version = named.groups()
    asked.recall(_key_of(by, series_id), lambda: _find_series(asked.house, by, series_id))
    headers = [("Content-Type", BYTES), ("Cache-Control", _FOR_EVER), *asked.ours]
    place = asked.house.store.place_of_pack(series_id, version, "frames")
    return file_at(asked, by, place, headers, tag=_tag(version, "frames"))


def _series(by: Actor, series_id: str) -> Owned:
    return memory.recalled(_key_of(by, series_id), lambda: _find_series(house(), by, series_id))


def _key_of(by: Actor, series_id: str) -> Hashable:
    """Under which `_find_series` is remembered."""
    return "series", by.person_id, series_id


def _find_series(house: House, by: Actor, series_id: str) -> Owned:
    """A series that the actor may see; raises NotFound."""
    with house.db.reading() as db:
        owned = queries.series(db, series_id)
        _require(owned, by, db)
    return owned


def _require(owned: Owned, by: Actor, db: Any) -> None:
    """A patient of the study must be on an agenda of one of the actor's teams; asked anew for every frame."""
    if not any(meetings.may_see_patient(db, by, patient_id) for patient_id in owned.patients):
        raise NotFound(NO_SUCH_IMAGING)


def _look(by: Actor, owned: Owned, what: str) -> None:
    """Audit a look at a study once, however many of its series are opened for it."""
    with reading.one_look(by, what, owned.study_id) as is_new:
        if is_new:
            with house().db.writing() as db:
                for patient_id in owned.patients:
                    reading.of_one(db, by, what, f"study:{owned.study_id}", patient_id)


def _number(name: str, otherwise: int) -> int:
    said = request.args.get(name)
    if said is None:
        return otherwise
    if not (said.isascii() and said.isdigit() and len(said) < 7):
        raise Invalid(f"`{name}` is not a number of a frame or a picture.")
    return int(said)


def _contents(series_id: str, version: str) -> pieces.Contents:
    indexes = current_app.extensions.setdefault("mdt.indexes", pieces.Indexes(house().store))
    try:
        return cast(pieces.Indexes, indexes).of(series_id, version)
    except FileNotFoundError:
        raise NotFound(NO_SUCH_IMAGING) from None


def _open(series_id: str, version: str, file: PackFile) -> tuple[BinaryIO, int]:
    """A pack's file and its size; raises NotFound, also for a version that was just replaced."""
    try:
        return house().store.open_pack(series_id, version, file)
    except FileNotFoundError:
        raise NotFound(NO_SUCH_IMAGING) from None


def _pack(series_id: str, version: str, file: PackFile, kind: str) -> Response:
    opened, size = _open(series_id, version, file)
    handed = handing.location(house(), house().store.place_of_pack(series_id, version, file))
    if handed is not None and file == "frames":
        opened.close()
        return _handed_on(handed, kind)
    return _file(opened, size, _tag(version, file), kind)


def _tag(version: str, file: PackFile) -> str:
    return f"{version}-{file}"


def _handed_on(to: str, kind: str) -> Response:
    """Nothing but whereto: nginx sends the file, or the part of it that was asked for."""
    answer = Response(mimetype=kind, headers={handing.HEADER: to, "Cache-Control": _FOR_EVER})
    answer.content_length = 0
    return answer


def _file(file: BinaryIO, size: int, tag: str, kind: str) -> Response:
    """A file that never changes, as a stream; answers Range and If-None-Match."""
    answer = Response(Spans(file, [Span(0, size)]), mimetype=kind, direct_passthrough=True)
    answer.content_length = size
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = _FOR_EVER
    answer.call_on_close(file.close)
    try:
        answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except BaseException:
        file.close()
        raise
    if answer.status_code == 206:
        start, stop = answer.content_range.start or 0, answer.content_range.stop or size
        answer.response = Spans(file, [Span(start, stop - start)])
    return answer
