"""One line of JSON for each request: what, how long, how it ended. Ids only: no names, no query strings, no bodies.

Frames that are answered before Flask, by the hundred, are told together once a second (`Together`).
"""

import secrets
import time

import structlog
from flask import Flask, Response, g, request

EVERY = 1.0  # seconds

log = structlog.get_logger("web")


def reference() -> str:
    """The request's own short name, which an error page shows and the log holds."""
    if "reference" not in g:
        g.reference = secrets.token_hex(4).upper()
    return str(g.reference)


def install(app: Flask) -> None:
    @app.before_request
    def _begins() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _ends(response: Response) -> Response:
        if request.endpoint not in ("static", "front.health"):
            actor = g.get("actor")
            path = request.path if request.url_rule is not None else None  # a mistyped one may hold anything
            person = actor.person_id if actor is not None else None
            log.info(
                "request",
                reference=reference(),
                method=request.method,
                path=path,
                status=response.status_code,
                ms=round(1000 * (time.perf_counter() - g.began), 1) if "began" in g else None,
                person=person,
            )
        return response


class Together:
    """Requests for the parts of one thing that come by the hundred: one line for all of a second's."""

    def __init__(self) -> None:
        self._since = 0.0
        self._counts: dict[tuple[str | None, str], list[int]] = {}

    def note(self, person: str | None, what: str, sent: int) -> None:
        """`what` is the path of the thing that they are parts of; `sent` bytes."""
        if not self._counts:
            self._since = time.monotonic()
        counted = self._counts.setdefault((person, what), [0, 0])
        counted[0] += 1
        counted[1] += sent

    def tell(self, *, at_once: bool = False) -> None:
        """Write what is older than a second, or everything."""
        if not self._counts or not (at_once or time.monotonic() - self._since >= EVERY):
            return
        counts, self._counts = self._counts, {}
        for (person, what), (requests, sent) in counts.items():
            log.info("requests", path=what, count=requests, bytes=sent, person=person)
