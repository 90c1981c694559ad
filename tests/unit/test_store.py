"""The store keeps bytes under the name of their content, on any file system, and nothing else under any name."""

import hashlib
from pathlib import Path

import pytest

from mdt.imaging.store import Store

SERIES, VERSION = "a" * 32, "b" * 64


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return Store((tmp_path / "store").as_uri() if request.param == "folder" else f"memory://{tmp_path.name}")


def test_an_object_is_found_by_its_content(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"some bytes" * 200_000)
    kept = store.put(tmp_path / "a")
    assert kept.sha256 == hashlib.sha256(b"some bytes" * 200_000).hexdigest()
    assert (kept.bytes, store.size(kept.sha256)) == (2_000_000, 2_000_000)
    assert store.put(tmp_path / "a") == kept
    assert store.exists(kept.sha256)
    with store.open(kept.sha256) as file:
        assert file.read() == (tmp_path / "a").read_bytes()
    with store.as_file(kept.sha256) as path:
        assert path.read_bytes() == (tmp_path / "a").read_bytes()


def test_no_name_leads_anywhere_else(store: Store, tmp_path: Path) -> None:
    for name in ("", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "/" + "a" * 63):
        with pytest.raises(FileNotFoundError):
            store.open(name)
        with pytest.raises(FileNotFoundError):
            store.open_pack(SERIES, name, "frames")
        with pytest.raises(FileNotFoundError):
            store.open_pack(name[:32], VERSION, "frames")
    with pytest.raises(FileNotFoundError):
        store.open("a" * 64)
    assert store.packs(SERIES) == set()


def test_drafts_leave_nothing_behind(tmp_path: Path) -> None:
    store = Store((tmp_path / "store").as_uri())
    (tmp_path / "a").write_bytes(b"bytes")
    store.put(tmp_path / "a")
    with pytest.raises(RuntimeError), store.drafting_folder() as folder:
        (folder / "half").write_bytes(b"half a pack")
        raise RuntimeError("the disk is full")
    assert list((tmp_path / "store" / "drafts").iterdir()) == []


def test_packs_come_and_go_by_version(store: Store) -> None:
    for version in ("b" * 64, "c" * 64):
        with store.drafting_folder() as folder:
            (folder / "frames").write_bytes(b"frames of " + version.encode())
            (folder / "index.json").write_bytes(b"{}")
            store.put_pack(SERIES, version, frames=folder / "frames", index=folder / "index.json")
    assert store.packs(SERIES) == {"b" * 64, "c" * 64}
    reading, size = store.open_pack(SERIES, "b" * 64, "frames")
    with reading:
        store.drop_pack(SERIES, "b" * 64)
        store.drop_pack(SERIES, "b" * 64)
        assert len(reading.read()) == size, "whoever reads it keeps it"
    assert store.packs(SERIES) == {"c" * 64}
