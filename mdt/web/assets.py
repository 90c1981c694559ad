"""The built front end: which files a page must load, read from Vite's manifest."""

import json
import mimetypes
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from markupsafe import Markup

from mdt.core.errors import Misconfigured

STATIC = Path(__file__).resolve().parents[2] / "static"
MANIFEST = STATIC / "dist" / ".vite" / "manifest.json"
BASE = "/static/dist/"
PAGES, ROOM, DESK = "static/src/pages.ts", "static/src/room/main.ts", "static/src/outcome/desk.ts"

_PACKED = (("br", ".br"), ("gzip", ".gz"))  # what the build leaves beside a file, the smaller first


def install(app: Flask) -> None:
    """Send what was built as compressed as the browser takes it; the build has done the work (`vite.config.ts`)."""
    plain = app.view_functions["static"]

    def static(filename: str) -> Response:
        for encoding, suffix in _PACKED:
            if request.accept_encodings[encoding] > 0 and (STATIC / f"{filename}{suffix}").is_file():
                answer = app.send_static_file(filename + suffix)
                answer.mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
                answer.headers["Content-Encoding"] = encoding
                answer.vary.add("Accept-Encoding")
                return answer
        answer = app.ensure_sync(plain)(filename=filename)
        if any((STATIC / f"{filename}{suffix}").is_file() for _, suffix in _PACKED):
            answer.vary.add("Accept-Encoding")
        return answer

    app.view_functions["static"] = static


class Assets:
    """What Vite built, as its manifest lists it. Built again while we run, the new files are used at once."""

    def __init__(self, manifest: Path = MANIFEST) -> None:
        self.manifest = manifest

    def tags(self, entry: str) -> Markup:
        """The style sheets and the module script of an entry such as `static/src/pages.ts`."""
        chunks = self._chunks(entry)
        lines = [Markup('<link rel="stylesheet" href="{}">').format(BASE + css) for css in _styles(chunks, entry)]
        lines.append(Markup('<script type="module" src="{}"></script>').format(BASE + chunks[entry]["file"]))
        return Markup("\n").join(lines)

    def require_built(self) -> None:
        """Raise Misconfigured unless every entry of ours is there; for whoever starts the product."""
        for entry in (PAGES, ROOM, DESK):
            self._chunks(entry)

    def _chunks(self, entry: str) -> dict[str, Any]:
        chunks = _read(self.manifest, self.manifest.stat().st_mtime_ns) if self.manifest.exists() else {}
        if entry not in chunks:
            raise Misconfigured(f"The front end is not built ({entry} is not in its manifest). Run `make setup` first.")
        return chunks


@cache
def _read(manifest: Path, _changed: int) -> dict[str, Any]:
    return dict(json.loads(manifest.read_text(encoding="utf-8")))


def _styles(chunks: dict[str, Any], entry: str) -> list[str]:
    """Style sheets of the entry and of what it imports, the imported ones first, each once."""
    found: list[str] = []
    for name in [*chunks[entry].get("imports", []), None]:
        more = chunks[entry].get("css", []) if name is None else _styles(chunks, name)
        found.extend(css for css in more if css not in found)
    return found
