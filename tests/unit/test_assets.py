"""Which built files a page loads, from a manifest as Vite writes it."""

import json

import pytest

from mdt.core.errors import Misconfigured
from mdt.web.assets import DESK, PAGES, ROOM, Assets
from tests.unit.pages import seeded


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "manifest.json"
    chunks = {
        PAGES: {"file": "assets/pages-1.js", "css": ["assets/pages-1.css"], "isEntry": True},
        ROOM: {"file": "assets/room-1.js", "css": ["assets/room-1.css"], "imports": ["_shared.js"], "isEntry": True},
        DESK: {"file": "assets/desk-1.js", "imports": ["_shared.js"], "isEntry": True},
        "_shared.js": {"file": "assets/shared-1.js", "css": ["assets/shared-1.css"]},
    }
    path.write_text(json.dumps(chunks))
    return path


def test_an_entry_brings_its_styles_and_those_of_what_it_imports_first(manifest):
    assert str(Assets(manifest).tags(ROOM)).splitlines() == [
        '<link rel="stylesheet" href="/static/dist/assets/shared-1.css">',
        '<link rel="stylesheet" href="/static/dist/assets/room-1.css">',
        '<script type="module" src="/static/dist/assets/room-1.js"></script>',
    ]


def test_a_new_build_is_used_at_once(manifest):
    assets = Assets(manifest)
    assert "pages-1.js" in assets.tags(PAGES)
    manifest.write_text(manifest.read_text().replace("pages-1", "pages-2"))
    assert "pages-2.js" in assets.tags(PAGES)


def test_without_a_build_it_says_what_to_do(tmp_path, manifest):
    with pytest.raises(Misconfigured, match=r"The front end is not built .* Run `make setup` first"):
        Assets(tmp_path / "nothing.json").require_built()
    Assets(manifest).require_built()


def test_a_page_without_a_build_says_so_in_plain_words(tmp_path):
    with seeded(tmp_path) as made:
        app = made.app()
        (tmp_path / "manifest.json").write_text("{}")
        answer = app.test_client().get("/sign-in")
    assert answer.status_code == 503
    assert answer.mimetype == "text/plain"
    assert "The front end is not built" in answer.text


def test_what_the_build_compressed_goes_out_compressed_where_a_browser_takes_it(tmp_path, monkeypatch):
    monkeypatch.setattr("mdt.web.assets.STATIC", tmp_path / "static")
    built = tmp_path / "static" / "dist" / "assets"
    built.mkdir(parents=True)
    for name, content in (("a-1.js", b"plain"), ("a-1.js.br", b"brotli"), ("a-1.js.gz", b"gzip"), ("b-1.js", b"small")):
        (built / name).write_bytes(content)
    with seeded(tmp_path) as made:
        browser = made.app().test_client()
        for accepted, encoding, content in (
            ("gzip, deflate, br", "br", b"brotli"),
            ("gzip", "gzip", b"gzip"),
            ("br;q=0, gzip", "gzip", b"gzip"),
            ("identity", None, b"plain"),
        ):
            answer = browser.get("/static/dist/assets/a-1.js", headers={"Accept-Encoding": accepted}, buffered=True)
            assert (answer.headers.get("Content-Encoding"), answer.data) == (encoding, content)
            assert answer.mimetype == "text/javascript"
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert "immutable" in answer.headers["Cache-Control"]
        plain = browser.get("/static/dist/assets/b-1.js", headers={"Accept-Encoding": "br"}, buffered=True)
        assert (plain.headers.get("Content-Encoding"), plain.data) == (None, b"small")
