"""What every answer says to the browser, and what no request may do."""

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

from mdt.web.assets import BASE
from mdt.web.session import house

LARGEST_REQUEST = 1024 * 1024  # forms and JSON; imaging never comes in this way

# WebAssembly decodes frames; workers are started from blobs by the viewer; the browser itself shows a PDF in a window.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "style-src-attr": "'unsafe-inline'",  # the viewer's own labels on images set one; nobody's text becomes markup
    "img-src": "'self' blob: data:",
    "media-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'self'",
    "frame-src": "'self'",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


def install(app: Flask) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open through a long meeting; the sign-in itself ends
    )
    CSRFProtect(app)
    app.after_request(_headers)


def headers_for(*, secure: bool) -> dict[str, str]:
    """What an answer says of itself, whatever it is an answer to."""
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def _headers(response: Response) -> Response:
    headers = headers_for(secure=house().settings.secure_cookies)
    if request.path.startswith(f"{BASE}assets/") and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"  # its name changes with its content
    elif request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
