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


def tags(entry: str, manifest: Path = MANIFEST) -> Markup:
    """The style sheets and the module script of an entry such as `static/src/pages.ts`."""
    chunks = _read(manifest, manifest.stat().st_mtime_ns) if manifest.exists() else {}
    if entry not in chunks:
        raise Misconfigured(f"The front end is not built: {entry} is not in {manifest.name}. Run `make setup` first.")
    lines = [Markup('<link rel="stylesheet" href="{}">').format(BASE + css) for css in _styles(chunks, entry)]
    lines.append(Markup('<script type="module" src="{}"></script>').format(BASE + chunks[entry]["file"]))
    return Markup("\n").join(lines)


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
