"""Every file that real archives contain is shown, read as a document, or refused with a sentence; nothing breaks."""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.intake import Errand
from mdt.imaging.models import Layer, Pack
from mdt.imaging.pixels.packs import Packer
from mdt.imaging.slides.tiles import Places
from mdt.record.identity import Known
from mdt.record.models import Study
from mdt.trusts.carriers.folder import FolderSource
from mdt.trusts.source import ClaimedIdentity, StudyQuery
from tests.unit.objects import SHARED
from tests.unit.receiving import NOW, Receiving, receiving

ODD = SHARED / "odd"

pytestmark = pytest.mark.skipif(not ODD.is_dir(), reason="../shared/data/odd is not on this machine")


@dataclass
class Fate:
    """What became of one file."""

    shown: int = 0
    document: str = ""
    layer: str = ""  # what it draws over other images
    why: str = ""

    @property
    def outcome(self) -> str:
        done = {"shown": self.shown, "document": self.document, "layer": self.layer, "refused": self.why}
        return next((outcome for outcome, so in done.items() if so), "no outcome")

    def __str__(self) -> str:
        if self.shown:
            return f"shown: {self.shown} frame{'s' if self.shown > 1 else ''}" + (f"; {self.why}" if self.why else "")
        if self.document:
            return f"document: {self.document}"
        return f"layer: {self.layer}" if self.layer else f"refused: {self.why}"


@dataclass
class Run:
    """The whole folder, brought in through its source."""

    place: Receiving
    files: dict[str, str] = field(default_factory=dict)  # SHA-256 to file name
    fates: dict[str, Fate] = field(default_factory=dict)

    def bring(self, source: FolderSource, spool: Path) -> set[str]:
        """Take in everything; returns the ids of the series there are now."""
        answer = source.find_studies(StudyQuery())
        for refused in answer.refusals:
            if refused.name != "MANIFEST.md":
                self.fates[refused.name] = Fate(why=refused.why)
        series_ids: set[str] = set()
        for study in answer.studies:
            self.place.errand = self._errand(study.study_uid, study.claimed)
            for series in source.find_series(study.study_uid):
                paths = list(source.retrieve(study.study_uid, series.series_uid, spool=spool))
                names = [self.files[_sha256(path)] for path in paths]
                for name, taken in zip(names, self.place.take(*paths), strict=True):
                    self.fates[name] = Fate(why=taken.refused or "")
                    series_ids |= {taken.series_id} if taken.series_id else set()
        return series_ids

    def look(self, packer: Packer, series_ids: set[str]) -> None:
        """Pack every series, and note what of each file can be seen in it."""
        with self.place.db.reading() as session:
            layers = {layer.instance_id: layer.kind for layer in session.scalars(select(Layer))}
        for series_id in series_ids:
            shown = self._shown(packer, series_id)
            for instance in self.place.instances().values():
                if instance.series_id != series_id:
                    continue
                fate = self.fates[self.files[instance.sha256]]
                fate.shown = shown[instance.sop_uid]
                fate.document = instance.header.get("document", {}).get("title", "")
                fate.layer = layers.get(instance.id, "")
                fate.why = instance.problem or ""

    def _shown(self, packer: Packer, series_id: str) -> Counter[str]:
        """How many frames of each object can be seen; of a slide, how many tiles and pictures are there to be sent."""
        version = packer.build(series_id, now=NOW)
        if version is None:
            return Counter()
        with self.place.db.reading() as session:
            kind = session.scalars(select(Pack.kind).where(Pack.series_id == series_id)).one()
        if kind == "frames":
            return Counter(entry["sop"] for entry, _ in self.place.read(series_id, version))
        file, _ = self.place.store.open_pack(series_id, version, "index.json")
        with file:
            index = json.load(file)
        seen: Counter[str] = Counter()
        tiles, _ = self.place.store.open_pack(series_id, version, "frames")
        with tiles:
            places = Places.of(index)
            for number, level in enumerate(index["levels"]):
                columns, rows = level["grid"]
                there = (places.tile(tiles, number, x, y) for x in range(columns) for y in range(rows))
                seen[level["sop"]] += sum(tile is not None for tile in there)
        return seen

    def _errand(self, study_uid: str, claimed: ClaimedIdentity) -> Errand:
        with self.place.db.writing() as session:
            study = Study(study_uid=study_uid, modalities=[])
            session.add(study)
            session.flush()
            born = claimed.birth_date or date(1900, 1, 1)
            known = Known("9990000018", claimed.family or "", claimed.given or "", born, claimed.sex or "O")
            return Errand(study.id, study_uid, "RMC", known, claimed)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with Sandbox() as sandbox, receiving(tmp_path, sandbox) as place:
        files = {_sha256(path): path.name for path in ODD.iterdir() if path.name != "MANIFEST.md"}
        yield Run(place, files)


def test_every_odd_file_has_its_fate(
    run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    source = FolderSource(ODD)
    run.place.sandbox.call(abs, 1)
    children = [run.place.sandbox._child[0].process]
    with caplog.at_level(logging.WARNING), Packer(run.place.db, run.place.store) as packer:
        series_ids = run.bring(source, spool)
        run.look(packer, series_ids)
        children += [sandbox._child[0].process for sandbox in packer._all if sandbox._child]
        assert all(child.poll() is None for child in children), "no process died"
        assert run.place.sandbox._child[0].process is children[0], "nor was one replaced"
    source.close()
    with capsys.disabled():
        print(f"\n{'file':66} fate")
        for name in sorted(run.fates):
            print(f"{name:66} {run.fates[name]}")
        counts = Counter(fate.outcome for fate in run.fates.values())
        print(f"{len(run.fates)} files: {', '.join(f'{count} {outcome}' for outcome, count in counts.most_common())}")
    assert len(run.fates) == 144
    assert set(run.fates) == set(run.files.values()), "every file is named"
    for name, fate in run.fates.items():
        assert fate.shown or fate.document or fate.layer or fate.why.endswith("."), name
        assert "Traceback" not in fate.why, name
    assert not [record for record in caplog.records if record.exc_info]
    assert set(counts) == {"shown", "document", "layer", "refused"}
    assert counts["shown"] >= 95
    assert counts["document"] >= 5


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
