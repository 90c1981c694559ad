"""Reading the whole store again: does each object still have the bytes that its name says, and each pack its version?

What is damaged is set aside, and its rows go, so that the next gather brings it again; a damaged pack is made anew.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.clock import Clock, in_london
from mdt.core.db import Database
from mdt.imaging.announcements import SeriesGathered
from mdt.imaging.keeping.removal import forget
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Instance, Layer, ObjectClash, Pack, Series
from mdt.imaging.pixels.packing import as_json
from mdt.record.clashes import STRONG
from mdt.record.models import Link

_CHUNK = 1 << 20
_PACKS = "packs/"  # comes after every name of an object
_LAST = "\x7f"  # after every name


@dataclass(frozen=True)
class Damage:
    """What is wrong with one thing, in a sentence, and the studies (with the patients) it belongs to, by our ids."""

    name: str
    why: str
    studies: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Checked:
    """One thing was read. Going on `after` it later begins with the next one."""

    after: str
    bytes: int
    damage: Damage | None = None


@dataclass(frozen=True)
class Scrubber:
    """Reads the store in the name of `by`; each damage is dealt with at once, in a transaction of its own."""

    db: Database
    store: Store
    by: Actor
    clock: Clock

    def run(self, after: str = "") -> Iterator[Checked]:
        """Check everything that comes after the name of what was checked last: objects, then packs."""
        there = self.store.prefixes()
        for prefix in (f"{number:02x}" for number in range(256)):
            if prefix >= after[:2] and not after.startswith(_PACKS):
                yield from self._objects(prefix, after, some=prefix in there)
        with self.db.reading() as session:
            done = after.removeprefix(_PACKS) if after.startswith(_PACKS) else ""
            wanted = select(Pack.series_id, Pack.version).where(Pack.series_id > done).order_by(Pack.series_id)
            packs = list(session.execute(wanted))
        for series_id, version in packs:
            yield self._pack(series_id, version)

    def _objects(self, prefix: str, after: str, *, some: bool) -> Iterator[Checked]:
        with self.db.reading() as session:  # before the folder is read: an object is there before its row
            begins = select(Instance.sha256).where(
                Instance.sha256 > max(prefix, after), Instance.sha256 < prefix + _LAST
            )
            expected = set(session.scalars(begins))
        here = [kept for kept in self.store.objects(prefix) if kept.sha256 > after] if some or expected else []
        for kept in here:
            yield Checked(kept.sha256, kept.bytes, self._damage(kept.sha256))
        for name in sorted(expected - {kept.sha256 for kept in here}):
            if not self.store.exists(name):
                yield Checked(here[-1].sha256 if here else name, 0, self._gone(name, "It is gone."))

    def _damage(self, name: str) -> Damage | None:
        try:
            now_is = self.store.digest(name)
        except FileNotFoundError:
            return None  # removed since the folder was read
        except OSError as error:
            return Damage(name, f"It cannot be read ({error.strerror or error}).", _whose(self.db, name))
        if now_is == name:
            return None
        self.store.set_aside(name)
        why = f"Its bytes are not those it was kept with (now {now_is[:12]}…)."
        return self._gone(name, why) or Damage(name, why)

    def _gone(self, name: str, why: str) -> Damage | None:
        """Forget what cannot be shown any more. None when no row refers to it."""
        studies = _whose(self.db, name)
        now = self.clock()
        with self.db.writing() as session:
            instances = _instances(session, name)
            for clash in session.scalars(select(ObjectClash).where(ObjectClash.sha256 == name)):
                session.delete(clash)
            rest = forget(session, instances, why=_sentence(len(instances), now)) if instances else set()
            for study_id, patients in studies:
                detail = {"object": name, "patients": list(patients)}
                audit.record(session, self.by, "imaging.damaged", f"study:{study_id}", detail=detail, now=now)
        for other in rest - {name}:  # the document that was taken out of it, or it of which the document was damaged
            self.store.drop_object(other)
        return Damage(name, why, studies) if studies else None

    def _pack(self, series_id: str, version: str) -> Checked:
        name = f"{_PACKS}{series_id}"
        try:
            frames, size = self.store.open_pack(series_id, version, "frames")
            index, _ = self.store.open_pack(series_id, version, "index.json")
            with frames, index:
                right = _version_of(frames, index) == version
        except FileNotFoundError:
            size, right = 0, False
        if right:
            return Checked(name, size)
        with self.db.writing() as session:
            pack = session.scalar(select(Pack).where(Pack.series_id == series_id, Pack.version == version))
            if pack is None:
                return Checked(name, size)  # replaced by a newer one meanwhile
            session.delete(pack)
            after_commit(session, SeriesGathered(series_id))
            study_id = session.get_one(Series, series_id).study_id
            studies = ((study_id, _patients(session, study_id)),)
        self.store.drop_pack(series_id, version)
        return Checked(name, size, Damage(f"{name}/{version}", "The pack is damaged and is made anew.", studies))


def _sentence(count: int, now: datetime) -> str:
    what, day = ("An object was" if count == 1 else f"{count} objects were"), in_london(now)
    found = f"{what} found damaged in the store on {day.day} {day:%B %Y} and set aside"
    return f"{found}; asking again brings what is missing."


def _instances(session: Session, name: str) -> list[Instance]:
    document = Instance.header["document"]["sha256"].as_string()
    drawn = Instance.id.in_(select(Layer.instance_id).where(Layer.leaf == name))
    holds = or_(Instance.sha256 == name, (Instance.frames == 0) & (document == name), drawn)
    return list(session.scalars(select(Instance).where(holds)))


def _whose(db: Database, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    with db.reading() as session:
        series_ids = {instance.series_id for instance in _instances(session, name)}
        found = set(session.scalars(select(Series.study_id).where(Series.id.in_(series_ids))))
        return tuple((study_id, _patients(session, study_id)) for study_id in sorted(found))


def _patients(session: Session, study_id: str) -> tuple[str, ...]:
    linked = select(Link.patient_id).where(Link.study_id == study_id, Link.status.in_(STRONG)).distinct()
    return tuple(sorted(session.scalars(linked)))


def _version_of(frames: BinaryIO, index: BinaryIO) -> str:
    """What a pack's content says its version is (see `packing.Writer`); a broken index has none."""
    digest = hashlib.sha256()
    while chunk := frames.read(_CHUNK):
        digest.update(chunk)
    try:
        said = json.load(index)
        said.pop("version")
    except (ValueError, KeyError, AttributeError):
        return ""
    digest.update(as_json(said))
    return digest.hexdigest()
