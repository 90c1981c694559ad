"""Before Flask: bytes that never change, asked for in the ordinary way by somebody who may have them, go at once.

It only ever says yes. Whatever is out of the ordinary (nobody signed in, not allowed, a look that must be audited
first, a condition, several ranges, a file that is gone) is left to Flask, whose views ask the same functions who may
see what (ADR 12) and have the words for a no. What it says must be what Flask would have said, header for header.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask
from flask.sessions import SessionInterface

from mdt.bootstrap import House
from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.core.errors import MdtError
from mdt.people.sessions import SignIn
from mdt.web import handing, memory, security, session
from mdt.web.memory import Memory
from mdt.web.request_log import Together
from mdt.web.spans import OnDisk, Span, Spans

T = TypeVar("T")
Environ = dict[str, Any]
Headers = list[tuple[str, str]]

_CONDITIONS = frozenset(
    {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE"}
)
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})?")
_MOST_COOKIES = 2000


@dataclass(frozen=True)
class Answer:
    """What is sent, and to whom: `sent` bytes of the thing whose path is `of`."""

    status: str
    headers: Headers
    body: Iterable[bytes]
    person_id: str | None
    of: str
    sent: int


@dataclass(slots=True)
class Asked:
    """One request, and the parts of the house it may be answered from."""

    environ: Environ
    app: Flask
    house: House
    memory: Memory
    now: datetime
    person_of: Callable[["Asked"], Actor | None]
    ours: Headers  # what every answer says
    _stamp: Hashable = None

    @property
    def path(self) -> str:
        return str(self.environ["PATH_INFO"])

    def recall(self, key: Hashable, find: Callable[[], T]) -> T:
        return self.memory.recall(self.stamp, key, find)

    @property
    def stamp(self) -> Hashable:
        """Of the database as it was when this was first asked of the request."""
        if self._stamp is None:
            self._stamp = memory.stamp(self.house.db)
        return self._stamp

    @property
    def is_conditional(self) -> bool:
        return not _CONDITIONS.isdisjoint(self.environ)

    def said(self, header: str) -> str | None:
        """E.g. `said("HTTP_RANGE")`."""
        found: str | None = self.environ.get(header)
        return found


Way = Callable[[Asked], Answer | None]


class Express:
    """A WSGI application before another. `ways` are tried by how the path begins; None leaves it to the other."""

    def __init__(self, app: Flask, house: House, ways: Mapping[str, Way]) -> None:
        self._app, self._house, self._ways = app, house, ways
        self.inner = app.wsgi_app
        self._prefixes = tuple(ways)
        self._told = Together()
        self._memory = memory.of(app)
        self._signed_in = SignedIn(app)
        self._ours = list(security.headers_for(secure=house.settings.secure_cookies).items())

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        self._told.tell()
        answer = self._answer(environ) if environ["PATH_INFO"].startswith(self._prefixes) else None
        if answer is None:
            return self.inner(environ, start_response)
        start_response(answer.status, answer.headers)
        return answer.body

    def _answer(self, environ: Environ) -> Answer | None:
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return None
        path = environ["PATH_INFO"]
        way = next(self._ways[prefix] for prefix in self._prefixes if path.startswith(prefix))
        asked = Asked(environ, self._app, self._house, self._memory, utc_now(), self._signed_in.person, self._ours)
        try:
            answer = way(asked)
        except (MdtError, OSError):
            return None
        if answer is not None:
            self._told.note(answer.person_id, answer.of, answer.sent)
        return answer

    def stopping(self) -> None:
        """Tell what has not been told yet."""
        self._told.tell(at_once=True)


class SignedIn:
    """Whose cookie it is. A signature that was found good is not reckoned again."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._known: dict[str, SignIn | None] = {}

    def person(self, asked: Asked) -> Actor | None:
        held = self._held(asked.environ)
        if held is None or held.is_over(asked.now):
            return None
        return asked.recall(session.key_of(held), lambda: session.find_actor(asked.house, held, asked.now))

    def _held(self, environ: Environ) -> SignIn | None:
        cookie = environ.get("HTTP_COOKIE", "")
        if cookie not in self._known:
            if len(self._known) >= _MOST_COOKIES:
                self._known.clear()
            interface: SessionInterface = self._app.session_interface
            opened = interface.open_session(self._app, self._app.request_class(environ))
            self._known[cookie] = SignIn.read(opened) if opened is not None else None
        return self._known[cookie]


def stretch(asked: Asked, size: int, tag: str) -> tuple[int, int] | None:
    """Where the wanted part begins and ends: all of it, or one range. None for what is out of the ordinary."""
    said, same = asked.said("HTTP_RANGE"), asked.said("HTTP_IF_RANGE")
    if asked.is_conditional and not (said and same == f'"{tag}"' and _only_if_range(asked)):
        return None
    if said is None:
        return 0, size
    found = _RANGE.fullmatch(said)
    if found is None:
        return None
    start, stop = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
    return (start, stop) if start < stop else None


def _only_if_range(asked: Asked) -> bool:
    return _CONDITIONS & asked.environ.keys() == {"HTTP_IF_RANGE"}


def file_at(asked: Asked, by: Actor, place: str | None, headers: Headers, *, tag: str) -> Answer | None:
    """A file of the store, or the range of it that was asked for."""
    if (handed := handing.location(asked.house, place)) is not None:
        return Answer(
            "200 OK", [*headers, ("Content-Length", "0"), (handing.HEADER, handed)], (), by.person_id, asked.path, 0
        )
    return None if place is None else part_of(asked, by, OnDisk(place), headers, tag=tag)


def part_of(
    asked: Asked,
    by: Actor,
    file: OnDisk,
    headers: Headers,
    *,
    tag: str,
    spans: Sequence[Span] | None = None,
    of: str = "",
) -> Answer | None:
    """The file, or the range of it that was asked for; closes it when that is nothing ordinary.

    `spans` are the parts of the file that make up what is sent, where that is not all of it; `of` as in `Answer`.
    """
    size = file.size if spans is None else sum(span.length for span in spans)
    wanted = stretch(asked, size, tag)
    if wanted is None:
        file.close()
        return None
    start, stop = wanted
    sent = [Span(start, stop - start)] if spans is None else cut(spans, start, stop)
    said = [*headers, ("Content-Length", str(stop - start)), ("ETag", f'"{tag}"'), ("Accept-Ranges", "bytes")]
    status = "200 OK"
    if asked.said("HTTP_RANGE") is not None:
        status = "206 PARTIAL CONTENT"
        said.append(("Content-Range", f"bytes {start}-{stop - 1}/{size}"))
    return Answer(status, said, Spans(file, sent), by.person_id, of or asked.path, stop - start)


def cut(spans: Sequence[Span], start: int, stop: int) -> list[Span]:
    """Of spans that follow each other, what lies from `start` to `stop`."""
    found, at = [], 0
    for span in spans:
        first, last = max(start - at, 0), min(stop - at, span.length)
        if first < last:
            found.append(Span(span.offset + first, last - first))
        at += span.length
    return found
