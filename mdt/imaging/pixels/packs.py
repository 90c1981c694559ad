"""Building a series' pack of frames, as `docs/wire.md` section 1 lays it out.

A pack may be built of what has come so far and again when there is more: frames that an earlier pack has are copied
from it, not encoded again. Encoding happens in sandboxes; memory here stays flat whatever the series' size.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.db import Database
from mdt.core.sandbox import Limits, Sandbox, SandboxError
from mdt.imaging.counts import count_again
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Instance, Pack, Series
from mdt.imaging.pixels.frames import Encoded, encode
from mdt.imaging.pixels.hanging import hung, in_order
from mdt.imaging.pixels.packing import Writer, as_json
from mdt.imaging.slides.building import Glass
from mdt.imaging.slides.kinds import WHOLE_SLIDE
from mdt.imaging.slides.packing import SlidePack
from mdt.record.models import Study

MAKER = 5  # grows when frames are made differently, so that those of older packs are made again
LIMITS = Limits(memory=4 << 30, cpu_seconds=600, wall_seconds=900.0)

_ROWS = 500
_WORTH_ANOTHER_TRY = frozenset({"died", "time"})


@dataclass(frozen=True, slots=True)
class _Object:
    """Of an instance, what packing needs."""

    id: str
    sop_uid: str
    sha256: str
    frames: int
    sop_class: str


@dataclass(frozen=True)
class _Plan:
    """What a pack is to be made of: instances in hanging order, and the version that is there already."""

    series_id: str
    about: dict[str, Any]
    instances: list[_Object]
    earlier: str | None

    @property
    def glass(self) -> list[Glass]:
        """The objects that are of a whole slide."""
        return [Glass(one.id, one.sop_uid, one.sha256) for one in self.instances if one.sop_class == WHOLE_SLIDE]


@dataclass(frozen=True)
class _Built:
    """A pack that lies in the store: its index, its length, and what went wrong, by instance."""

    index: dict[str, Any]
    length: int
    failed: dict[str, Encoded]


@dataclass(frozen=True)
class _Earlier:
    """The pack that is there already: its file, and its entries by SOP Instance UID."""

    file: BinaryIO | None = None
    entries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def has(self, instance: _Object) -> bool:
        return len(self.entries.get(instance.sop_uid, ())) == instance.frames

    def is_all_of(self, instances: list[_Object]) -> bool:
        return len(self.entries) == len(instances) and all(self.has(instance) for instance in instances)


class Packer:
    """Builds packs, `at_once` objects at a time. Keeps its sandboxes between builds; may be used from any thread."""

    def __init__(self, db: Database, store: Store, *, at_once: int = 2) -> None:
        self._db, self._store = db, store
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="packer")
        self._all = [Sandbox(LIMITS) for _ in range(at_once)]
        self._idle: SimpleQueue[Sandbox] = SimpleQueue()
        for sandbox in self._all:
            self._idle.put(sandbox)

    def build(self, series_id: str, *, now: datetime) -> str | None:
        """Build the pack of all instances there are now. Returns its version; None when there is no frame to show.

        The version before it stays readable until the one after, for those who are looking at it.
        """
        with self._db.reading() as session:
            plan = _plan(session, series_id)
        if plan is None:
            return None
        if plan.glass and (version := self._slide(plan, now)):
            return version
        before = self._store.packs(series_id)
        with self._store.drafting_folder() as folder, self._earlier(series_id, plan.earlier) as earlier:
            if earlier.is_all_of(plan.instances):
                return self._still_right(plan, now)
            failed: dict[str, Encoded] = {}
            with (folder / "frames").open("wb") as file:
                writer = Writer(file)
                self._write(writer, plan, earlier, folder, failed)
            index = writer.finish(plan.about)
            if writer.entries:
                (folder / "index.json").write_bytes(as_json(index))
                self._store.put_pack(series_id, index["version"], frames=folder / "frames", index=folder / "index.json")
        with self._db.writing() as session:
            version = _remember(session, plan, _Built(index, writer.length, failed), now=now)
        if version is not None:
            for old in before - {version, plan.earlier}:
                self._store.drop_pack(series_id, old)
        return version

    def close(self) -> None:
        """End the threads and the sandboxes' children."""
        self._pool.shutdown(cancel_futures=True)
        for sandbox in self._all:
            sandbox.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _slide(self, plan: _Plan, now: datetime) -> str | None:
        """A whole slide's index in place of frames; None when there is no tissue in what has come."""
        sandbox = self._idle.get()
        try:
            made = SlidePack(self._db, self._store, plan.series_id, plan.earlier)
            return made.build(plan.glass, plan.about, call=sandbox.call, now=now)
        finally:
            self._idle.put(sandbox)

    def _still_right(self, plan: _Plan, now: datetime) -> str | None:
        """Nothing new to pack: only remember that it was looked at."""
        with self._db.writing() as session:
            pack = session.scalar(select(Pack).where(Pack.series_id == plan.series_id))
            if pack is not None and pack.version == plan.earlier:
                pack.built_at, pack.maker = now, MAKER
        return plan.earlier

    def _write(self, writer: Writer, plan: _Plan, earlier: _Earlier, folder: Path, failed: dict[str, Encoded]) -> None:
        """Every frame in order, as its object is ready; those with a problem are noted in `failed`."""
        making = {
            instance.id: self._pool.submit(self._make, instance, folder / instance.id)
            for instance in plan.instances
            if not earlier.has(instance)
        }
        for instance in plan.instances:
            if instance.id not in making:
                assert earlier.file is not None
                for entry in earlier.entries[instance.sop_uid]:
                    writer.add(entry, earlier.file)
                continue
            made, part = making[instance.id].result(), folder / instance.id
            if made.entries:
                with part.open("rb") as payloads:
                    for entry in made.entries:
                        writer.add(entry, payloads)
            part.unlink(missing_ok=True)
            if made.problem or len(made.entries) != instance.frames:
                failed[instance.id] = made

    def _make(self, instance: _Object, part: Path) -> Encoded:
        """Encode one object in a sandbox. A child that died or was too slow gets one more try, in a fresh one."""
        sandbox = self._idle.get()
        try:
            with self._store.as_file(instance.sha256) as path:
                try:
                    return sandbox.call(encode, path, part)
                except SandboxError as error:
                    if error.reason not in _WORTH_ANOTHER_TRY:
                        raise
                    return sandbox.call(encode, path, part)
        except SandboxError as error:
            return Encoded([], str(error))
        finally:
            self._idle.put(sandbox)

    @contextmanager
    def _earlier(self, series_id: str, version: str | None) -> Iterator[_Earlier]:
        """The pack of an earlier version, where there is one made in today's way."""
        try:
            if version is None:
                raise FileNotFoundError
            index_file, _ = self._store.open_pack(series_id, version, "index.json")
            frames_file, _ = self._store.open_pack(series_id, version, "frames")
        except FileNotFoundError:
            yield _Earlier()
            return
        with index_file, frames_file:
            index = json.load(index_file)
            entries: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for entry in index["frames"] if index.get("maker") == MAKER else ():
                entries[entry["sop"]].append(entry)
            yield _Earlier(frames_file, dict(entries))


def outdated(session: Session, most: int) -> list[str]:
    """Series whose pack an earlier maker made, the newest first; they are shown as they are until made again."""
    older = select(Pack.series_id).where(Pack.maker < MAKER).order_by(Pack.built_at.desc()).limit(most)
    return list(session.scalars(older))


def _plan(session: Session, series_id: str) -> _Plan | None:
    series = session.get(Series, series_id)
    if series is None:
        return None
    study = session.get_one(Study, series.study_id)
    shown = select(
        Instance.id,
        Instance.sop_uid,
        Instance.sha256,
        Instance.frames,
        Instance.number,
        Instance.header,
        Instance.sop_class_uid,
    )
    rows = session.execute(shown.where(Instance.series_id == series_id, Instance.frames > 0)).yield_per(_ROWS)
    objects, places, references = {}, [], set()
    for row in rows:  # a few at a time: of ten thousand, the headers would fill the memory
        objects[row.sop_uid] = _Object(row.id, row.sop_uid, row.sha256, row.frames, row.sop_class_uid)
        places.append(hung(row.sop_uid, row.number, row.header))
        references.add(row.header.get("frame_of_reference") or "")
    references -= {""}
    about = {
        "series": series.series_uid,
        "study": study.study_uid,
        "modality": series.modality,
        "frame_of_reference": references.pop() if len(references) == 1 else None,
        "maker": MAKER,
    }
    earlier = session.scalar(select(Pack.version).where(Pack.series_id == series_id))
    return _Plan(series_id, about, [objects[one.sop_uid] for one in in_order(places)], earlier)


def _remember(session: Session, plan: _Plan, built: _Built, *, now: datetime) -> str | None:
    """Write down what was built, unless somebody else has built more meanwhile. Returns the version in use."""
    for instance_id, made in built.failed.items():
        instance = session.get_one(Instance, instance_id)
        instance.frames, instance.problem = len(made.entries), made.problem
    if built.failed:
        count_again(session, [plan.series_id])
    frames = built.index["frames"]
    pack = session.scalar(select(Pack).where(Pack.series_id == plan.series_id).with_for_update())
    if pack is not None and pack.version != plan.earlier and pack.frames > len(frames):
        return pack.version
    if not frames:
        if pack is not None:
            session.delete(pack)
        return None
    if pack is None:
        pack = Pack(series_id=plan.series_id)
        session.add(pack)
    pack.version, pack.frames, pack.bytes, pack.built_at = built.index["version"], len(frames), built.length, now
    pack.lossy, pack.maker, pack.kind = any(entry["lossy"] for entry in frames), MAKER, "frames"
    return pack.version
