"""The store: every object as received, named by the SHA-256 of its own bytes; packs of frames lie beside.

`objects/ab/<sha256>`, `packs/<series id>/<version>/{frames,index.json}` and `leaves/<maker>/ab/<sha256>` (an object's
header as JSON, which can always be made again), on any file system fsspec can reach.
No name in it comes from the content of a DICOM object.
"""

import hashlib
import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from mdt.core.durable import sync
from mdt.core.loops import share_with_greenlets

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{32}")
_CHUNK = 1 << 20
_WHOLE_OR_NOT_AT_ALL = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az"})

PackFile = Literal["frames", "index.json"]


@dataclass(frozen=True)
class Kept:
    """What an object is called in the store, and how long it is."""

    sha256: str
    bytes: int


class Store:
    """Objects and packs at one fsspec URL. Writing the same thing twice, or from two processes, does no harm."""

    def __init__(self, url: str) -> None:
        share_with_greenlets()
        self._fs, self._root = url_to_fs(url, use_listings_cache=False)  # other processes write too
        self._local = isinstance(self._fs, LocalFileSystem)

    def put(self, path: Path) -> Kept:
        """Keep a file's bytes; durable when this returns. The file itself stays where it is, the caller's."""
        with self.drafting_folder() as folder:
            kept = _copy_and_hash(path, folder / "object")
            self._settle(folder / "object", self._object(kept.sha256))
        return kept

    def exists(self, sha256: str) -> bool:
        return bool(self._fs.exists(self._object(sha256)))

    def open(self, sha256: str) -> BinaryIO:
        """The object's bytes, seekable; raises FileNotFoundError."""
        return cast(BinaryIO, self._fs.open(self._object(sha256), "rb"))

    def size(self, sha256: str) -> int:
        return int(self._fs.size(self._object(sha256)))

    def prefixes(self) -> set[str]:
        """The first two digits of the names there are."""
        return {name for name, _ in self._listed(f"{self._root}/objects")}

    def objects(self, prefix: str) -> list[Kept]:
        """The objects whose names begin with these two digits, in order; others' files among them are passed over."""
        found = sorted(self._listed(f"{self._root}/objects/{prefix}"))
        return [Kept(name, size) for name, size in found if _SHA256.fullmatch(name)]

    def _listed(self, folder: str) -> list[tuple[str, int]]:
        """The names in a folder, and their sizes; none where there is no such folder."""
        try:
            listed = self._fs.ls(folder, detail=True)
        except FileNotFoundError:
            return []
        return [(str(one["name"]).rstrip("/").rsplit("/", 1)[-1], int(one["size"] or 0)) for one in listed]

    def digest(self, sha256: str) -> str:
        """The SHA-256 of the object's bytes as they are now; raises FileNotFoundError."""
        with self.open(sha256) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]

    def set_aside(self, sha256: str) -> None:
        """Take a damaged object out of use; its bytes stay, under `quarantine`, for whoever looks into it."""
        self._fs.makedirs(f"{self._root}/quarantine", exist_ok=True)
        self._fs.mv(self._object(sha256), f"{self._root}/quarantine/{sha256}")

    def drop_object(self, sha256: str) -> None:
        """Remove an object that nothing refers to any more and its leaf; no harm where they are gone already."""
        leaves = self._fs.glob(self._leaf(sha256, "*")) if self._fs.isdir(f"{self._root}/leaves") else []
        for place in (self._object(sha256), *leaves):
            if self._fs.exists(place):
                self._fs.rm_file(place)

    def kinds(self) -> dict[str, int]:
        """Bytes of each kind of thing there is: objects, packs, leaves, quarantine."""
        found = {}
        for kind in ("objects", "packs", "leaves", "quarantine"):
            place = f"{self._root}/{kind}"
            found[kind] = int(self._fs.du(place)) if self._fs.isdir(place) else 0
        return found

    @contextmanager
    def as_file(self, sha256: str) -> Iterator[Path]:
        """The object as a file of this machine, for readers that need a path. It must not be changed."""
        if self._local:
            yield Path(self._object(sha256))
            return
        with self.drafting_folder() as folder:
            self._fs.get_file(self._object(sha256), str(folder / "object"))
            yield folder / "object"

    @contextmanager
    def drafting_folder(self) -> Iterator[Path]:
        """A folder for files on their way into the store; it goes, with what is left in it, at the end."""
        with self.scratch() as folder:
            yield Path(folder)

    def scratch(self) -> tempfile.TemporaryDirectory[str]:
        """A folder like a drafting one whose end the caller brings about, with `cleanup`; for answers being sent."""
        place = Path(self._root) / "drafts" if self._local else Path(tempfile.gettempdir())
        place.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=place)

    def put_pack(self, series_id: str, version: str, *, frames: Path, index: Path) -> None:
        """Move a finished pack to its place: the frames first, so that an index never speaks of what is not there."""
        self._settle(frames, self._pack(series_id, version, "frames"))
        self._settle(index, self._pack(series_id, version, "index.json"))

    def place_of(self, sha256: str) -> str | None:
        """Where the object lies on this machine; None where the store is elsewhere. Nothing says that it is there."""
        return self._object(sha256) if self._local else None

    def place_of_pack(self, series_id: str, version: str, file: PackFile) -> str | None:
        """Likewise a pack's file."""
        return self._pack(series_id, version, file) if self._local else None

    @property
    def folder(self) -> str | None:
        """The folder of this machine that all of it lies in; None where the store is elsewhere."""
        return self._root if self._local else None

    def open_pack(self, series_id: str, version: str, file: PackFile) -> tuple[BinaryIO, int]:
        """A pack's file and its size; raises FileNotFoundError."""
        place = self._pack(series_id, version, file)
        size = int(self._fs.size(place))
        return cast(BinaryIO, self._fs.open(place, "rb")), size

    def packs(self, series_id: str) -> set[str]:
        """The versions there are of a series' pack."""
        folder = self._pack_folder(series_id)
        if not self._fs.isdir(folder):
            return set()
        return {place.rstrip("/").rsplit("/", 1)[-1] for place in self._fs.ls(folder, detail=False)}

    def drop_pack(self, series_id: str, version: str) -> None:
        """Remove one version. Whoever is reading it keeps what they have open."""
        place = self._pack(series_id, version, "frames").rsplit("/", 1)[0]
        if self._fs.isdir(place):
            self._fs.rm(place, recursive=True)

    def put_leaf(self, sha256: str, maker: int, leaf: Path) -> None:
        """Move what was made of an object's header to its place."""
        self._settle(leaf, self._leaf(sha256, maker))

    def open_leaf(self, sha256: str, maker: int) -> BinaryIO:
        """What was made of an object's header; raises FileNotFoundError while nothing was."""
        return cast(BinaryIO, self._fs.open(self._leaf(sha256, maker), "rb"))

    def _leaf(self, sha256: str, maker: int | Literal["*"]) -> str:
        if not _SHA256.fullmatch(sha256):
            raise FileNotFoundError(f"{sha256!r} is not a name in the store")
        return f"{self._root}/leaves/{maker}/{sha256[:2]}/{sha256}"

    def _object(self, sha256: str) -> str:
        if not _SHA256.fullmatch(sha256):
            raise FileNotFoundError(f"{sha256!r} is not a name in the store")
        return f"{self._root}/objects/{sha256[:2]}/{sha256}"

    def _pack_folder(self, series_id: str) -> str:
        if not _ID.fullmatch(series_id):
            raise FileNotFoundError(f"{series_id!r} is not a series")
        return f"{self._root}/packs/{series_id}"

    def _pack(self, series_id: str, version: str, file: PackFile) -> str:
        if not _SHA256.fullmatch(version):
            raise FileNotFoundError(f"{version!r} is not a version")
        return f"{self._pack_folder(series_id)}/{version}/{file}"

    def _settle(self, draft: Path, place: str) -> None:
        """Give a draft its final name in one step. Names say what the content is, so one that is there is right."""
        if self._fs.exists(place):
            return
        if not self._local:
            self._settle_remotely(draft, place)
            return
        target = Path(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        sync(draft)
        os.replace(draft, target)
        sync(target.parent)

    def _settle_remotely(self, draft: Path, place: str) -> None:
        """At once where a file is there only when it is whole, as in S3; elsewhere under another name, changed last."""
        if set(self._protocols) & _WHOLE_OR_NOT_AT_ALL:
            self._fs.put_file(str(draft), place)
            return
        beside = f"{place}.{uuid.uuid4().hex}"
        self._fs.makedirs(place.rsplit("/", 1)[0], exist_ok=True)
        self._fs.put_file(str(draft), beside)
        self._fs.mv(beside, place)

    @property
    def _protocols(self) -> tuple[str, ...]:
        named = self._fs.protocol
        return (named,) if isinstance(named, str) else tuple(named)


def _copy_and_hash(source: Path, target: Path) -> Kept:
    """One pass, so that the bytes hashed are the bytes kept."""
    digest, length = hashlib.sha256(), 0
    with source.open("rb") as reading, target.open("xb") as writing:
        while chunk := reading.read(_CHUNK):
            digest.update(chunk)
            writing.write(chunk)
            length += len(chunk)
    return Kept(digest.hexdigest(), length)
