"""A slide's index and file in the place where a series otherwise has its pack of frames."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mdt.core.db import Database
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Instance, Pack, Series
from mdt.imaging.pixels.packing import as_json
from mdt.imaging.slides.building import Call, Glass, Slide, build, made_of


@dataclass(frozen=True)
class SlidePack:
    """What is made of one series; `earlier` is the version that is there."""

    db: Database
    store: Store
    series_id: str
    earlier: str | None

    def build(self, objects: Sequence[Glass], about: dict[str, Any], *, call: Call, now: datetime) -> str | None:
        """Returns the version in use; None when the objects are no slide. The version before stays readable."""
        if self._made_of() == made_of(objects):
            return self.earlier
        before = self.store.packs(self.series_id)
        with self.store.drafting_folder() as folder:
            slide = build(objects, about, call=call, store=self.store, folder=folder)
            if slide is None:
                return None
            version: str = slide.index["version"]
            (folder / "index.json").write_bytes(as_json(slide.index))
            self.store.put_pack(self.series_id, version, frames=folder / "frames", index=folder / "index.json")
        self._remember(slide, now)
        for old in before - {version, self.earlier}:
            self.store.drop_pack(self.series_id, old)
        return version

    def _made_of(self) -> str | None:
        if self.earlier is None:
            return None
        with suppress(FileNotFoundError):
            file, _ = self.store.open_pack(self.series_id, self.earlier, "index.json")
            with file:
                said: str | None = json.load(file).get("made_of")
                return said
        return None

    def _remember(self, slide: Slide, now: datetime) -> None:
        """The slide stands for every frame of its series, so that it is not made again until another comes."""
        with self.db.writing() as session:
            for instance_id, problem in slide.failed.items():
                session.get_one(Instance, instance_id).problem = problem
            series = session.get_one(Series, self.series_id)
            pack = session.scalar(select(Pack).where(Pack.series_id == self.series_id).with_for_update())
            if pack is None:
                pack = Pack(series_id=self.series_id)
                session.add(pack)
            pack.version, pack.frames, pack.bytes = slide.index["version"], series.frames, slide.length
            pack.built_at, pack.lossy, pack.kind, pack.maker = now, slide.lossy, "slide", slide.index["maker"]
