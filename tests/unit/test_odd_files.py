"""Every file that real archives contain is shown, read as a document, or refused with a sentence; nothing breaks."""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.intake import Errand
from mdt.imaging.pixels.packs import Packer
from mdt.record.identity import Known
from mdt.record.models import Study
from mdt.trusts.carriers.folder import FolderSource
from mdt.trusts.source import ClaimedIdentity, StudyQuery
from tests.unit.objects import SHARED
from tests.unit.receiving import Receiving, receiving

ODD = SHARED / "odd"

pytestmark = pytest.mark.skipif(not ODD.is_dir(), reason="../shared/data/odd is not on this machine")


@dataclass
class Fate:
    """What became of one file."""

    shown: int = 0
    document: str = ""
    why: str = ""

    @property
    def outcome(self) -> str:
        return "shown" if self.shown else "document" if self.document else "refused" if self.why else "no outcome"

    def __str__(self) -> str:
        if self.shown:
            return f"shown: {self.shown} frame{'s' if self.shown > 1 else ''}" + (f"; {self.why}" if self.why else "")
        return f"document: {self.document}" if self.document else f"refused: {self.why}"


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
        for series_id in series_ids:
            shown = self.place.shown(packer, series_id)
            for instance in self.place.instances().values():
                if instance.series_id != series_id:
                    continue
                fate = self.fates[self.files[instance.sha256]]
                fate.shown = sum(entry["sop"] == instance.sop_uid for entry, _ in shown)
                fate.document = instance.header.get("document", {}).get("title", "")
                fate.why = instance.problem or ""

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
        assert fate.shown or fate.document or fate.why.endswith("."), name
        assert "Traceback" not in fate.why, name
    assert not [record for record in caplog.records if record.exc_info]
    assert set(counts) == {"shown", "document", "refused"}
    assert counts["shown"] >= 95
    assert counts["document"] >= 5


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
