"""One line of JSON for each request: what, how long, how it ended. Ids only: no names, no query strings, no bodies."""

import secrets
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("web")


def reference() -> str:
    """The request's own short name, which an error page shows and the log holds."""
    if "reference" not in g:
        g.reference = new_reference()
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
            line(request.method, path, response.status_code, g.get("began"), person, ref=reference())
        return response


def new_reference() -> str:
    return secrets.token_hex(4).upper()


def line(method: str, path: str | None, status: int, began: float | None, person: str | None, *, ref: str) -> None:
    """`began` is by `time.perf_counter`."""
    ms = round(1000 * (time.perf_counter() - began), 1) if began is not None else None
    log.info("request", reference=ref, method=method, path=path, status=status, ms=ms, person=person)
