"""The built front end: which files a page must load, read from Vite's manifest."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from mdt.core.errors import Misconfigured

STATIC = Path(__file__).resolve().parents[2] / "static"
MANIFEST = STATIC / "dist" / ".vite" / "manifest.json"
BASE = "/static/dist/"
PAGES, ROOM, DESK = "static/src/pages.ts", "static/src/room/main.ts", "static/src/outcome/desk.ts"


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
