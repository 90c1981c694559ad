"""Taking in what a trust sent: read it in the sandbox, check it, keep it byte for byte, and remember it - or refuse it.

Reading and storing happen before the one short transaction that a whole batch shares. `read` and `keep` are the two
halves; what was asked for (`take_in`) and what comes unasked (`unasked`) differ in what they check between.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.db import Database
from mdt.core.sandbox import Sandbox, SandboxError
from mdt.core.sandboxes import Sandboxes
from mdt.imaging.announcements import SeriesGrew
from mdt.imaging.arrivals.clashes import note_clash, two_under_one_name
from mdt.imaging.arrivals.comparing import differences
from mdt.imaging.counts import count_again
from mdt.imaging.files.parsing import Description, describe
from mdt.imaging.keeping.store import Kept, Store
from mdt.imaging.layers.reading import leaf_beside
from mdt.imaging.models import Instance, Layer, Refusal, Series
from mdt.imaging.pixels.growth import worth_packing
from mdt.record.belonging import CAME_WITH, contradiction
from mdt.record.identity import Known
from mdt.trusts.source import ClaimedIdentity

NOT_COMPARED = ("unknown",)

Reader = Sandbox | Sandboxes


@dataclass(frozen=True)
class Errand:
    """What was asked of which trust, and whose it is believed to be."""

    study_id: str
    study_uid: str
    trust_ods: str
    known: Known
    claimed: ClaimedIdentity
    series_uid: str | None = None

    @property
    def shelf(self) -> "Shelf":
        return Shelf(self.study_id, self.trust_ods, self.series_uid)


@dataclass(frozen=True)
class Shelf:
    """Where files are kept: the study they belong to, the trust they came from, and the series that was asked for."""

    study_id: str
    trust_ods: str
    series_uid: str | None = None


@dataclass(frozen=True)
class Taken:
    """What became of one file. `refused` is the sentence; `fresh` is false when the object was here already."""

    path: Path
    sop_uid: str | None = None
    sop_class_uid: str | None = None
    study_uid: str | None = None
    series_id: str | None = None
    instance_id: str | None = None
    fresh: bool = False
    refused: str | None = None


@dataclass(frozen=True)
class Read:
    """A file after reading: either what it is and where it is kept, or why it is refused."""

    path: Path
    about: Description | None = None
    kept: Kept | None = None
    refused: str | None = None
    leaf: str | None = None  # what it draws over images, by its name in the store
    differs: tuple[str, ...] = NOT_COMPARED  # from the object that is here under its UID: the attributes' names


def take_in(
    db: Database, store: Store, sandbox: Reader, errand: Errand, paths: Iterable[Path], *, by: Actor, now: datetime
) -> list[Taken]:
    """Take in a batch of spooled files, in order. The files stay the caller's, to delete when this returns.

    Safe to repeat: an object that is here already, byte for byte, is `fresh=False` and changes nothing.
    """
    with store.drafting_folder() as folder:
        document = folder / "document"
        files = [read(store, sandbox, path, document, lambda about: _why_not(errand, about)) for path in paths]
    files = compared(db, store, sandbox, files)
    try:
        with db.writing() as session:
            return keep(session, errand.shelf, files, by=by, now=now)
    except IntegrityError:  # another process wrote one of them first: now it is there to be found
        with db.writing() as session:
            return keep(session, errand.shelf, files, by=by, now=now)


def read(
    store: Store, sandbox: Reader, path: Path, document: Path, why_not: Callable[[Description], str | None]
) -> Read:
    """The long half: what is in the file, and its bytes in the store unless `why_not` gives a sentence.

    `document` is where one inside it may be put.
    """
    try:
        about = sandbox.call(describe, path, document)
    except SandboxError as error:
        return Read(path, refused=str(error))
    if refused := why_not(about):
        return Read(path, about, refused=refused)
    if about.document is not None:
        about.header["document"] = {**about.document, "sha256": store.put(document).sha256}
    leaf = store.put(leaf_beside(document)).sha256 if about.layer is not None and about.layer["leaf"] else None
    return Read(path, about, store.put(path), leaf=leaf)


def compared(db: Database, store: Store, sandbox: Reader, files: Sequence[Read]) -> list[Read]:
    """Those which are not, byte for byte, what is here under their UID, with what they differ in. Before `keep`."""
    named = {file.about.sop_uid: file.kept.sha256 for file in files if file.about and file.kept}
    with db.reading() as session:
        rows = session.execute(select(Instance.sop_uid, Instance.sha256).where(Instance.sop_uid.in_(named)))
        here = {sop_uid: sha256 for sop_uid, sha256 in rows}  # noqa: C416 - rows, by their types
    found = []
    for file in files:
        ours = here.get(file.about.sop_uid) if file.about and file.kept else None
        if ours is None or file.kept is None or ours == file.kept.sha256:
            found.append(file)
            continue
        try:
            with store.as_file(ours) as path:
                differs = tuple(sandbox.call(differences, path, file.path))
        except (SandboxError, OSError):
            differs = NOT_COMPARED
        found.append(replace(file, differs=differs))
    return found


def _why_not(errand: Errand, about: Description) -> str | None:
    if about.study_uid != errand.study_uid:
        return f"It belongs to another study ({about.study_uid}) than the one asked for."
    if wrong := contradiction(errand.known, errand.claimed, about.identity):
        return f"{CAME_WITH} this patient, but {wrong}."
    return None


def keep(session: Session, shelf: Shelf, files: list[Read], *, by: Actor, now: datetime) -> list[Taken]:
    """The short half: rows for files of one study from one trust, in order, in the caller's transaction."""
    uids = [file.about.sop_uid for file in files if file.about]
    known = {row.sop_uid: row for row in session.scalars(select(Instance).where(Instance.sop_uid.in_(uids)))}
    series = _series(session, shelf, files)
    before = {row.id: row.frames for row in series.values()}
    taken = [_take(session, shelf, file, known, series, now=now) for file in files]
    count_again(session, before)
    for row in series.values():
        if worth_packing(before[row.id], row.frames):
            after_commit(session, SeriesGrew(row.id))
    fresh, refused = sum(one.fresh for one in taken), sum(one.refused is not None for one in taken)
    if fresh or refused:
        detail = {"trust": shelf.trust_ods, "instances": fresh, "refused": refused}
        audit.record(session, by, "imaging.received", f"study:{shelf.study_id}", detail=detail, now=now)
    return taken


def _series(session: Session, shelf: Shelf, files: list[Read]) -> dict[str, Series]:
    """The series these files belong to, made where they are new, by their UID."""
    abouts = {file.about.series_uid: file.about for file in files if file.about and not file.refused}
    found = {row.series_uid: row for row in session.scalars(select(Series).where(Series.series_uid.in_(abouts)))}
    for uid, about in abouts.items():
        if uid not in found:
            found[uid] = Series(study_id=shelf.study_id, series_uid=uid, gaps=[])
            session.add(found[uid])
        row = found[uid]
        if row.study_id == shelf.study_id:
            row.modality = row.modality or about.modality
            row.number = about.series_number if row.number is None else row.number
            row.description = row.description or about.series_description
            row.body_part = row.body_part or about.body_part
            row.protocol = row.protocol or about.protocol
    for file in files:
        if file.about and not file.refused and (row := found[file.about.series_uid]).study_id == shelf.study_id:
            row.laterality = _side(row.laterality or "", file.about.laterality)
    session.flush()
    return found


def _side(before: str, said: str) -> str:
    """Of a series whose images say `before` so far, with one that says `said`: both sides are B."""
    return before if said in ("", before) else said if not before else "B"


def _take(
    session: Session,
    shelf: Shelf,
    file: Read,
    known: dict[str, Instance],
    series: dict[str, Series],
    *,
    now: datetime,
) -> Taken:
    if file.about is None or file.kept is None:
        return _refuse(session, shelf, file, file.refused or "It could not be read.", now)
    about, kept, row = file.about, file.kept, known.get(file.about.sop_uid)
    if series[about.series_uid].study_id != shelf.study_id:
        why = f"Its series ({about.series_uid}) is already part of another study."
        return _refuse(session, shelf, file, why, now)
    if row is None:
        row = known[about.sop_uid] = _instance(shelf, about, kept, series[about.series_uid].id, now)
        session.add(row)
        session.flush()
        _draws(session, shelf, file, row)
        return _taken(file, row, fresh=True)
    if row.sha256 != kept.sha256 and file.differs:
        note_clash(session, shelf, file.differs, about=about, kept=kept, row=row, now=now)
        return _refuse(session, shelf, file, two_under_one_name(about, kept, row), now)
    return _taken(file, row)


def _instance(shelf: Shelf, about: Description, kept: Kept, series_id: str, now: datetime) -> Instance:
    return Instance(
        series_id=series_id,
        sop_uid=about.sop_uid,
        sop_class_uid=about.sop_class_uid,
        transfer_syntax_uid=about.transfer_syntax_uid,
        number=about.number,
        frames=about.frames,
        sha256=kept.sha256,
        bytes=kept.bytes,
        trust_ods=shelf.trust_ods,
        received_at=now,
        header=about.header,
        problem=about.problem,
    )


def _draws(session: Session, shelf: Shelf, file: Read, row: Instance) -> None:
    """Remember what it draws over images; of captures, which hang as a series, the first speaks for all."""
    drawn = file.about.layer if file.about else None
    if drawn is None:
        return
    kind = drawn["kind"]
    if kind == "capture" and session.scalar(select(Layer.id).filter_by(series_id=row.series_id, kind=kind).limit(1)):
        return
    session.add(
        Layer(
            instance_id=row.id,
            series_id=row.series_id,
            study_id=shelf.study_id,
            kind=kind,
            about=drawn["about"],
            leaf=file.leaf,
        )
    )


def _taken(file: Read, row: Instance, *, fresh: bool = False) -> Taken:
    about = file.about
    study_uid = about.study_uid if about else None
    return Taken(file.path, row.sop_uid, row.sop_class_uid, study_uid, row.series_id, row.id, fresh)


def _refuse(session: Session, shelf: Shelf, file: Read, why: str, now: datetime) -> Taken:
    return refuse(
        session, file, why, trust_ods=shelf.trust_ods, study_id=shelf.study_id, series_uid=shelf.series_uid, now=now
    )


def refuse(
    session: Session,
    file: Read,
    why: str,
    *,
    trust_ods: str,
    study_id: str | None,
    now: datetime,
    called: str | None = None,
    series_uid: str | None = None,
) -> Taken:
    """Remember the refusal, once however often the file comes again.

    `called` names one that cannot be read, `series_uid` the series it came for.
    """
    about = file.about
    uid = about.sop_uid if about else None
    said = {"trust_ods": trust_ods, "study_id": study_id, "name": uid or called or file.path.name, "why": why}
    if session.scalar(select(Refusal.id).filter_by(**said).limit(1)) is None:
        session.add(Refusal(**said, series_uid=about.series_uid if about else series_uid, at=now))
        session.flush()
    return not_taken(file, why)


def not_taken(file: Read, why: str) -> Taken:
    about = file.about
    if about is None:
        return Taken(file.path, refused=why)
    return Taken(file.path, about.sop_uid, about.sop_class_uid, about.study_uid, refused=why)
