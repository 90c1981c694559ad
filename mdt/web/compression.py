"""JSON goes out compressed where the browser takes it: on a slow line a case's list is half a second otherwise.

Pages do not: they hold what a person typed beside a secret, and their compressed length would tell of it.
"""

import gzip

from flask import Flask, Response, request

_WORTH_IT = 1000  # bytes


def install(app: Flask) -> None:
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if response.mimetype != "application/json" or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    small = (response.content_length or 0) < _WORTH_IT
    if small or "Content-Encoding" in response.headers or request.accept_encodings["gzip"] <= 0:
        return response
    response.set_data(gzip.compress(response.get_data(), 5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
