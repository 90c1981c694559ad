"""Refusals and mishaps in words: a page for a person, JSON for a script. Nothing that was typed is thrown away."""

from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from mdt.core.errors import Forbidden, Invalid, MdtError, Misconfigured, NotFound, NotSignedIn, Stale
from mdt.web import request_log

log = structlog.get_logger("web")

# What the wire calls each refusal, its status, and the page's heading.
_KINDS: dict[type[MdtError], tuple[str, int, str]] = {
    Invalid: ("invalid", 400, "That cannot be done"),
    NotFound: ("gone", 404, "Page not found"),
    Forbidden: ("forbidden", 403, "Your role does not allow this"),
    Stale: ("stale", 409, "Somebody else was quicker"),
    NotSignedIn: ("signed-out", 401, "You are not signed in"),
}

_HTTP_SENTENCES = {
    400: "The browser sent something this service could not read. Go back and try again.",
    403: "This is not allowed.",
    404: "There is no page at this address. If you followed a link here, it may be old.",
    405: "This address does not take that kind of request. Go back and use the buttons of the page.",
    413: "What you sent is too large for this page, so nothing was saved.",
    429: "That was too quick. Wait a moment and try again.",
}

_TOO_OLD = "This page was open since before you signed in, so nothing was saved."


def install(app: Flask) -> None:
    app.register_error_handler(MdtError, _refusal)
    app.register_error_handler(Misconfigured, _unready)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _mishap)


def _unready(error: Misconfigured) -> Response:
    """In plain text: what is missing may be what a page is made of."""
    answer = make_response(f"This service is not ready. {error}\n", 503)
    answer.mimetype = "text/plain"
    return answer


def _refusal(error: MdtError) -> Response:
    code, status, heading = next((kind for of, kind in _KINDS.items() if isinstance(error, of)), _KINDS[Invalid])
    if not wants_page():
        return _json(status, code, str(error))
    if isinstance(error, NotSignedIn):
        return _to_sign_in() if request.method == "GET" else _typed_page(401, "You have been signed out", str(error))
    return _page(status, heading, str(error))


def _to_sign_in() -> Response:
    wanted = request.full_path.removesuffix("?")
    there = url_for("signing_in.ask") if wanted == "/" else url_for("signing_in.ask", then=wanted)
    return make_response(redirect(there))


def _stale_form(error: CSRFError) -> Response:
    if not wants_page():
        return _json(400, "stale", f"{_TOO_OLD} Load it again.")
    return _typed_page(400, "Nothing was saved yet", _TOO_OLD)


def _http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())  # a redirect that routing makes
    sentence = _HTTP_SENTENCES.get(error.code, "This request could not be answered.")
    if not wants_page():
        return _json(error.code, "invalid", sentence)
    heading = {403: "Not allowed", 404: "Page not found", 413: "Too large"}.get(error.code, "That cannot be done")
    return _page(error.code, heading, sentence)


def _mishap(error: Exception) -> Response:
    reference = request_log.reference()
    log.error("mishap", reference=reference, path=request.path, exc_info=error)
    sentence = f"Something went wrong on our side. Nothing was saved. If you report it, give the reference {reference}."
    if not wants_page():
        return _json(500, "try-again", sentence)
    return _page(500, "Sorry, there is a problem with the service", sentence)


def wants_page() -> bool:
    """Whether a person's browser is navigating, rather than a script asking."""
    return "text/html" in request.headers.get("Accept", "") and not request.path.endswith(".json")


def _json(status: int, code: str, sentence: str) -> Response:
    answer = jsonify(ok=False, code=code, message=sentence)
    answer.status_code = status
    return answer


def _page(status: int, heading: str, sentence: str) -> Response:
    return make_response(render_template("errors/refusal.html", heading=heading, sentence=sentence), status)


def _typed_page(status: int, heading: str, sentence: str) -> Response:
    """A form that could not be taken: show what was typed, and offer to send it again once signed in."""
    fields = request.form.items(multi=True) if _came_from_our_own_page() else ()
    typed = MultiDict((name, text) for name, text in fields if name not in ("csrf_token", "password"))
    page = render_template("errors/typed.html", heading=heading, sentence=sentence, typed=typed, path=request.path)
    return make_response(page, status)


def _came_from_our_own_page() -> bool:
    """Only then may its fields be offered for sending again: another site must not put words in somebody's mouth."""
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.host
