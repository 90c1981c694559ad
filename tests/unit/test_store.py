"""The store keeps bytes under the name of their content, on any file system, and nothing else under any name."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from mdt.imaging.keeping.store import Store

SERIES, VERSION = "a" * 32, "b" * 64


@pytest.fixture(params=["folder", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        return Store(f"{request.getfixturevalue('bucket')}/{tmp_path.name}")
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


def test_packs_come_and_go_by_version(store: Store, request: pytest.FixtureRequest) -> None:
    for version in ("b" * 64, "c" * 64):
        with store.drafting_folder() as folder:
            (folder / "frames").write_bytes(b"frames of " + version.encode())
            (folder / "index.json").write_bytes(b"{}")
            store.put_pack(SERIES, version, frames=folder / "frames", index=folder / "index.json")
    assert store.packs(SERIES) == {"b" * 64, "c" * 64}
    reading, size = store.open_pack(SERIES, "b" * 64, "frames")
    with reading:
        if request.node.callspec.params["store"] == "s3":
            assert len(reading.read()) == size, "there whoever reads it has what they have asked for, and no more"
        store.drop_pack(SERIES, "b" * 64)
        store.drop_pack(SERIES, "b" * 64)
        if request.node.callspec.params["store"] != "s3":
            assert len(reading.read()) == size, "whoever reads it keeps it"
    assert store.packs(SERIES) == {"c" * 64}


GREENLETS = """
from gevent import monkey
monkey.patch_all()
import sys, pathlib, gevent
from mdt.imaging.keeping.store import Store
store = Store(sys.argv[1])
kept = store.put(pathlib.Path(sys.argv[2]))
turns = []
def others():
    while True:
        turns.append(1)
        gevent.sleep(0.002)
gevent.spawn(others)
def read():
    with store.open(kept.sha256) as file:
        return len(file.read())
jobs = [gevent.spawn(read) for _ in range(4)]
gevent.joinall(jobs, timeout=20)
print([job.value for job in jobs], len(turns) > 3)
"""


def test_greenlets_read_from_s3_and_let_others_run(bucket: str, tmp_path: Path) -> None:
    """As the web process does; fsspec itself refuses calls from the thread that its loop runs in."""
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    told = subprocess.run(
        [sys.executable, "-c", GREENLETS, f"{bucket}/{tmp_path.name}", str(tmp_path / "a")],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == f"{[3_000_000] * 4} True"


def test_what_is_half_written_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system where a file grows under its name, as most do, it gets its name when it is whole."""
    store = Store(f"memory://{tmp_path.name}")
    (tmp_path / "a").write_bytes(b"some bytes")
    seen: list[list[str]] = []
    move = store._fs.mv

    def watching(source: str, target: str) -> None:
        seen.append([target, *(one.sha256 for one in store.objects(target.rsplit("/", 1)[-1][:2]))])
        move(source, target)

    monkeypatch.setattr(store._fs, "mv", watching)
    kept = store.put(tmp_path / "a")
    assert seen == [[f"/{tmp_path.name}/objects/{kept.sha256[:2]}/{kept.sha256}"]], "it was not there under its name"
    assert [one.sha256 for one in store.objects(kept.sha256[:2])] == [kept.sha256]


def test_what_was_made_of_an_object_goes_with_it(tmp_path: Path) -> None:
    store = Store((tmp_path / "store").as_uri())
    (tmp_path / "a").write_bytes(b"some bytes")
    kept = store.put(tmp_path / "a")
    (tmp_path / "leaf").write_bytes(b"a header with a name in it")
    store.put_leaf(kept.sha256, 1, tmp_path / "leaf")
    store.drop_object(kept.sha256)
    assert not [place for place in (tmp_path / "store").rglob("*") if place.is_file()]
    store.drop_object(kept.sha256)
