"""ImagingSource over a folder tree of DICOM files, whatever their names."""

import os
import shutil
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mdt.core.sandbox import Sandbox, SandboxError
from mdt.trusts import listing
from mdt.trusts.errors import NoAnswer, Refused
from mdt.trusts.header import Header, read_header, read_headers
from mdt.trusts.matching import filtered, same_identifier
from mdt.trusts.source import (
    ClaimedIdentity,
    FoundInstance,
    FoundSeries,
    FoundStudy,
    RefusedFile,
    StudyAnswer,
    StudyQuery,
)
from mdt.trusts.spool import names

_AT_ONCE = 100


@dataclass
class _Index:
    """What the tree holds: study UID to series UID to SOP Instance UID to (path, header); and what nobody can read."""

    studies: dict[str, dict[str, dict[str, tuple[Path, Header]]]] = field(default_factory=dict)
    refusals: list[RefusedFile] = field(default_factory=list)


class FolderSource:
    """Reads headers in a killable child. Each search looks at the tree again; only new and changed files are read."""

    def __init__(self, root: Path, sandbox: Sandbox | None = None) -> None:
        self._root = root
        self._sandbox = sandbox or Sandbox()
        self._lent = sandbox is not None
        self._read: dict[str, tuple[tuple[int, int], Header | str]] = {}

    def echo(self) -> None:
        try:
            with os.scandir(self._root) as entries:
                next(entries, None)
        except OSError as error:
            raise NoAnswer("connect", f"The folder cannot be opened ({error.strerror}).") from None

    def find_studies(self, query: StudyQuery) -> StudyAnswer:
        index = self._index()
        studies = [_study(uid, series) for uid, series in index.studies.items()]
        answer = filtered(query, studies, was_asked=False)
        return replace(answer, refusals=tuple(index.refusals))

    def find_series(self, study_uid: str) -> list[FoundSeries]:
        found = self._index().studies.get(study_uid, {})
        return [_series(study_uid, uid, objects) for uid, objects in found.items()]

    def find_instances(self, study_uid: str, series_uid: str) -> list[FoundInstance]:
        found = self._index().studies.get(study_uid, {}).get(series_uid, {})
        return [listing.instance(header) for _, header in found.values()]

    def unlisted(self) -> tuple[str, ...]:
        return ()

    def peek(self, study_uid: str) -> ClaimedIdentity:
        for objects in self._index().studies.get(study_uid, {}).values():
            for _, header in objects.values():
                return listing.identity(header, whole=True)
        raise Refused("query", "The folder holds no object of this study.")

    def retrieve(
        self, study_uid: str, series_uid: str, *, spool: Path, only: Collection[str] | None = None
    ) -> Iterator[Path]:
        found = self._index().studies.get(study_uid, {}).get(series_uid, {})
        wanted = [path for uid, (path, _) in found.items() if only is None or uid in only]
        for path, copy in zip(wanted, names(spool), strict=False):
            try:
                shutil.copyfile(path, copy)
            except OSError as error:
                copy.unlink(missing_ok=True)
                raise NoAnswer("transfer", f"A file of the folder could not be copied ({error.strerror}).") from None
            yield copy

    def close(self) -> None:
        if not self._lent:
            self._sandbox.close()

    def _index(self) -> _Index:
        self.echo()
        index = _Index()
        paths = sorted(self._files(index))
        self._read_headers(paths)
        for path in paths:
            header = self._read[str(path)][1]
            if isinstance(header, str):
                index.refusals.append(RefusedFile(self._name(path), header))
            else:
                self._enter(index, path, header)
        return index

    def _enter(self, index: _Index, path: Path, header: Header) -> None:
        study_uid, series_uid, sop_uid = (
            listing.text(header, keyword) for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
        )
        series = index.studies.setdefault(study_uid, {})
        why = _foreign(header, series)
        if why is None and (there := series.get(series_uid, {}).get(sop_uid)) is not None:
            why = f"It has the SOP Instance UID of {self._name(there[0])}, which was found first and is the one used."
        if why is None:
            series.setdefault(series_uid, {})[sop_uid] = (path, header)
        else:
            index.refusals.append(RefusedFile(self._name(path), why))

    def _files(self, index: _Index) -> Iterator[Path]:
        """Regular files of the tree. Links are not followed: they could lead anywhere."""
        for folder, folders, files in os.walk(self._root, onerror=_cannot_list):
            folders.sort()
            for name in files:
                path = Path(folder, name)
                if path.is_symlink():
                    index.refusals.append(RefusedFile(self._name(path), "It is a link, and links are not followed."))
                elif path.is_file():
                    yield path
                else:
                    index.refusals.append(RefusedFile(self._name(path), "It is not a file."))

    def _read_headers(self, paths: list[Path]) -> None:
        """Bring `_read` up to date with the tree, many files to a call, and one by one where a call fails."""
        stamps = {str(path): stamp for path in paths if (stamp := _stamp(path)) is not None}
        new = [path for path, stamp in stamps.items() if self._read.get(path, (None,))[0] != stamp]
        for at in range(0, len(new), _AT_ONCE):
            batch = new[at : at + _AT_ONCE]
            try:
                headers: list[Header | str] = self._sandbox.call(read_headers, batch)
            except SandboxError:
                headers = [self._read_one(path) for path in batch]
            for path, header in zip(batch, headers, strict=True):
                self._read[path] = (stamps[path], header)
        for gone in {str(path) for path in paths} - stamps.keys():
            self._read[gone] = ((0, 0), "It went away while the folder was being read.")

    def _read_one(self, path: str) -> Header | str:
        try:
            return self._sandbox.call(read_header, path)
        except SandboxError as error:
            return str(error)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def _foreign(header: Header, series: dict[str, dict[str, tuple[Path, Header]]]) -> str | None:
    """Files of one study that name two patients are an accident: the later ones are not shown as the first one's."""
    for objects in series.values():
        for _, first in objects.values():
            ours, theirs = listing.text(header, "PatientID"), listing.text(first, "PatientID")
            if ours and theirs and not same_identifier(ours, theirs):
                return "It names another patient than the other files of its study."
            return None
    return None


def _cannot_list(error: OSError) -> None:
    raise NoAnswer("query", f"A folder in it cannot be listed ({error.strerror}).") from None


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None


def _study(uid: str, series: dict[str, dict[str, tuple[Path, Header]]]) -> FoundStudy:
    headers = [header for objects in series.values() for _, header in objects.values()]
    first = listing.study(headers[0])
    modalities = {listing.text(header, "Modality") for header in headers} - {""}
    return FoundStudy(
        study_uid=uid,
        claimed=listing.identity(headers[0], whole=True),
        date=first.date,
        time=first.time,
        description=first.description,
        modalities=tuple(sorted(modalities)),
        accession=first.accession,
        series=len(series),
        instances=len(headers),
    )


def _series(study_uid: str, uid: str, objects: dict[str, tuple[Path, Header]]) -> FoundSeries:
    header = next(iter(objects.values()))[1]
    return listing.series(header | {"NumberOfSeriesRelatedInstances": (str(len(objects)),)}, study_uid)
