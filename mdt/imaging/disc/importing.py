"""The worker's part of an import: look at every file of a disc, take in the patient's own, and say what became of all.

Files are looked at in order, a few at a time; how far it has come is written in the transaction that keeps them, so
that a worker that was killed goes on where it was, and no file is told of twice.
"""

import errno
import shutil
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import Clock
from mdt.core.db import Database
from mdt.core.errors import Invalid
from mdt.core.sandbox import Limits, Sandbox
from mdt.imaging.arrivals.intake import Taken
from mdt.imaging.arrivals.unasked import Sender, finish_unasked, keep_unasked, once_more, read_all
from mdt.imaging.arrivals.waiting import room
from mdt.imaging.disc import media
from mdt.imaging.disc.disc_identity import not_this_patients
from mdt.imaging.disc.discs import OPEN, folder_of
from mdt.imaging.disc.media import Bounds
from mdt.imaging.disc.medium import Medium
from mdt.imaging.disc.tally import Fate, added, counts
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Import, Series
from mdt.record import clashes
from mdt.record.findings import attach, known
from mdt.record.models import DISC, Holder, Link, Patient, Study

log = structlog.get_logger()

FORGOTTEN_AFTER = timedelta(days=1)
UNPACKING = Limits(cpu_seconds=120, wall_seconds=300.0)  # one file of some gigabytes takes a while
UNLISTED = "The disc’s table of contents does not list it."
MOST_NAMED = 5


class Stopped(Exception):
    """It was cancelled, or somebody else has gone on with it."""


# What stops an import and is no fault of a file: it is gone on with later, or is over.
_NOT_THE_FILES = (Stopped, Invalid, OSError, DBAPIError)


@dataclass
class _Job:
    """One import in hand: whose, from where, and what its tables of contents say is on it."""

    row: Import
    patient: Patient
    medium: Medium
    series: dict[str, int] = field(default_factory=dict)  # objects listed of each, by SeriesInstanceUID
    listed: dict[str, str] = field(default_factory=dict)  # files, by their names `on_the_disc`
    remarks: list[str] = field(default_factory=list)

    def read_tables(self) -> None:
        told, self.remarks = self.medium.tables()
        for name, one in told.items():
            self.listed |= media.beside(name, one.files)
            self.series |= one.series
        here = {media.on_the_disc(item.name) for item in self.medium.items}
        missing = sorted(said for name, said in self.listed.items() if name not in here)
        if missing:
            files = "1 file that is" if len(missing) == 1 else f"{len(missing)} files that are"
            more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
            self.remarks.append(f"The disc lists {files} not on it: {', '.join(missing[:MOST_NAMED])}{more}.")


@dataclass(frozen=True)
class Importer:
    """Carries out imports; `folder` is where uploads lie.

    In bytes: `most` of a disc, `largest` of one file, `reserve` of the disk that stays free. `reader` is a sandbox to
    share; without one each import has its own.
    """

    db: Database
    store: Store
    folder: Path
    clock: Clock
    by: Actor
    most: int
    largest: int
    reserve: int = 0
    reader: Sandbox | None = None

    def run(self, import_id: str) -> None:
        """Do what is left of one import. One that has ended is only cleared up."""
        with self.db.writing() as session:
            row = session.get(Import, import_id)
            state = row.state if row else "unknown"
            if row and state == "waiting":
                row.started_at, state = self.clock(), "working"
            patient = session.get_one(Patient, row.patient_id) if row else None
        folder = folder_of(self.folder, import_id)
        if state == "uploading":
            return
        if row and patient and state == "working":
            log.info("import.started", subject=import_id, patient=patient.id)
            with nullcontext(self.reader) if self.reader else Sandbox(UNPACKING) as sandbox:
                self._carry_out(_Job(row, patient, Medium(folder, sandbox, Bounds(self.most, self.largest))))
            log.info("import.ended", subject=import_id, patient=patient.id)
        shutil.rmtree(folder, ignore_errors=True)

    def unfinished(self) -> list[str]:
        """Imports to go on with; and what lies there of others, to be cleared up: nobody goes on with an old upload."""
        with self.db.writing() as session:
            rows = session.scalars(select(Import).where(*OPEN).order_by(Import.asked_at)).all()
            for row in rows:
                if row.state == "uploading" and self.clock() - row.heard_at > FORGOTTEN_AFTER:
                    row.cancelled_at = self.clock()
        left = {path.name for path in self.folder.iterdir()} if self.folder.exists() else set()
        return [row.id for row in rows if row.state != "uploading"] + sorted(left - {row.id for row in rows})

    def _carry_out(self, job: _Job) -> None:
        try:
            job.medium.open(job.row.files)
            with self.db.writing() as session:
                session.get_one(Import, job.row.id).total = len(job.medium.items)
            job.read_tables()
            for places in job.medium.batches(job.row.done):
                self._take_what_can_be(job, places)
            self._finish(job)
        except Invalid as error:
            self._end(job, str(error))
        except Stopped:
            self._finish(job)
        else:
            self._end(job)

    def _take_what_can_be(self, job: _Job, places: Sequence[int]) -> None:
        """One batch; where something of ours fails on a file, the others must not wait for it."""
        try:
            self._take(job, places)
        except _NOT_THE_FILES:
            raise
        except Exception:
            log.exception("import.broke", subject=job.row.id)
            for place in places:
                try:
                    self._take(job, [place])
                except _NOT_THE_FILES:
                    raise
                except Exception:
                    self._leave_out(job, place)

    def _leave_out(self, job: _Job, place: int) -> None:
        fate = Fate(job.medium.items[place].name, "refused", "Something went wrong on our side with this file.")
        with self.db.writing() as session:
            row = session.get_one(Import, job.row.id)
            row.outcome, row.done = added(row.outcome, [fate]), place + 1

    def _take(self, job: _Job, places: Sequence[int]) -> None:
        """One batch: look at it, keep what is the patient's, write down what became of it."""
        if not room(self.folder, self.reserve):
            raise OSError(errno.ENOSPC, "The disk is too full to go on with an import")  # it is gone on with later
        names = {place: job.medium.items[place].name for place in places}
        fates: dict[int, Fate] = {}
        files: dict[int, Path] = {}
        for place, file in job.medium.files(places).items():
            why = file if isinstance(file, str) else media.no_image(file, names[place])
            if why:
                fates[place] = Fate(names[place], "refused", why)
            elif media.is_contents(names[place]):
                fates[place] = Fate(names[place], "contents")
            elif isinstance(file, Path):
                files[place] = file
        ours = known(job.patient)
        read = read_all(
            self.db,
            self.store,
            job.medium.sandbox,
            files.values(),
            lambda about: not_this_patients(ours, about.identity),
        )

        def write(session: Session) -> list[Taken]:
            row = session.get_one(Import, job.row.id, with_for_update=True, populate_existing=True)
            if row.state != "working" or row.done != places[0]:
                raise Stopped
            taken = keep_unasked(session, self._sender(job), read, by=self.by, now=self.clock())
            statuses = self._statuses(session, job, taken)
            told = dict(zip(files, taken, strict=True))
            row.outcome = added(
                row.outcome,
                (fates.get(place) or _fate(job, names[place], told[place], statuses) for place in places),
            )
            row.done += len(places)
            return taken

        once_more(self.db, write)
        job.medium.done()

    def _sender(self, job: _Job) -> Sender:
        def refuses(session: Session, holder: Holder) -> str | None:
            link = attach(session, by=self.by, patient=job.patient, holder=holder, now=self.clock())
            if link.status in clashes.OPEN:
                return None
            if link.status == "refused":
                return (
                    "Somebody has decided that this study is not this patient’s. Decide again on the case’s page first."
                )
            return f"It cannot be this patient’s: {link.why}."

        return Sender(job.row.trust_ods, DISC, job.row.label, refuses)

    def _statuses(self, session: Session, job: _Job, taken: Sequence[Taken]) -> dict[str, Link]:
        """How each study on the disc is linked to the patient, by its UID."""
        wanted = (
            select(Study.study_uid, Link)
            .join(Link, Link.study_id == Study.id)
            .where(
                Study.study_uid.in_({one.study_uid for one in taken if one.study_uid}),
                Link.patient_id == job.patient.id,
                Link.trust_ods == job.row.trust_ods,
                Link.origin == DISC,
            )
        )
        return {uid: link for uid, link in session.execute(wanted)}  # noqa: C416 - rows, by their types

    def _finish(self, job: _Job) -> None:
        """Look at every series as a whole, beside what the disc says of it."""
        with self.db.writing() as session:
            held = (
                select(Holder.study_id)
                .join(Link, Link.study_id == Holder.study_id)
                .where(Holder.origin == DISC, Holder.trust_ods == job.row.trust_ods, Link.patient_id == job.patient.id)
            )
            series = session.scalars(select(Series).where(Series.study_id.in_(held))).all()
            for one in series:
                if (listed := job.series.get(one.series_uid)) is not None:
                    one.expected = max(one.expected or 0, listed)
        finish_unasked(self.db, [one.id for one in series])

    def _end(self, job: _Job, problem: str = "") -> None:
        with self.db.writing() as session:
            row = session.get_one(Import, job.row.id)
            row.finished_at, row.problem, row.remarks = self.clock(), problem, job.remarks
            audit.record(
                session,
                self.by,
                "import.finished",
                f"import:{row.id}",
                patient_id=row.patient_id,
                detail={"trust": row.trust_ods, "looked_at": row.done, **counts(row.outcome)},
                now=row.finished_at,
            )


def _fate(job: _Job, name: str, taken: Taken, links: dict[str, Link]) -> Fate:
    if taken.refused:
        return Fate(name, "refused", taken.refused)
    link = links[taken.study_uid or ""]
    if link.status == "confirm":
        return Fate(name, "waits", link.why)
    if not taken.fresh:
        return Fate(name, "here")
    return Fate(name, "taken", UNLISTED if job.listed and media.on_the_disc(name) not in job.listed else "")
