"""One line of JSON for each request: what, how long, how it ended. Ids only: no names, no query strings, no bodies."""

import secrets
import time

import structlog
from flask import Flask, Response, g, request

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
            log.info(
                "request",
                reference=reference(),
                method=request.method,
                path=request.path if request.url_rule is not None else None,  # a mistyped one may hold anything
                status=response.status_code,
                ms=round(1000 * (time.perf_counter() - g.began), 1) if "began" in g else None,
                person=actor.person_id if actor is not None else None,
            )
        return response
