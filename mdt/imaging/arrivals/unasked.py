"""Taking in what nobody asked for: what a trust pushes, and what a patient brought on a disc.

Whose it is, is judged as in a gather, against every patient we know. What belongs to nobody known is kept unlinked, so
that it is there when that patient is listed. The first to send a study says whose it is: what contradicts that later
is refused, so that objects of two people never lie under one study.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from mdt.core.actor import Actor
from mdt.core.db import Database
from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.intake import Read, Shelf, Taken, compared, keep, not_taken, read, refuse
from mdt.imaging.files.parsing import Description
from mdt.imaging.gathering.series import finish
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Series
from mdt.record import claims
from mdt.record.belonging import CAME_WITH, PART_OF, contradiction, departure
from mdt.record.clashes import STRONG
from mdt.record.findings import known
from mdt.record.models import ARCHIVE, DISC, Holder, Study
from mdt.record.unasked import note_unasked
from mdt.trusts.part10 import media_sop_instance_uid
from mdt.trusts.source import ClaimedIdentity

Check = Callable[[Description], str | None]
Belongs = Callable[[Session, Holder], str | None]


@dataclass(frozen=True)
class Sender:
    """Who it comes from: a trust's archive, or a disc (`origin`, `label`) that was imported at the trust.

    `refuses` may say why a study is not taken in after all, once it is known how it is linked; it then leaves no trace.
    """

    trust_ods: str
    origin: str = ARCHIVE
    label: str = ""
    refuses: Belongs = lambda session, holder: None


def take_in_unasked(
    db: Database,
    store: Store,
    sandbox: Sandbox,
    *,
    trust_ods: str,
    paths: Iterable[Path],
    by: Actor,
    now: datetime,
    why_not: Check = lambda about: None,
) -> list[Taken]:
    """Take in a batch of spooled Part 10 files that a trust sent unasked, in order. They stay the caller's, to delete.

    For each: stored (`fresh`), here already, or refused with a sentence. Safe to repeat. `why_not` may refuse a file
    for what it is, before it is stored. Once nothing more comes for now, call `finish_unasked`.
    """
    files = read_all(db, store, sandbox, paths, why_not)
    sender = Sender(trust_ods)
    return once_more(db, lambda session: keep_unasked(session, sender, files, by=by, now=now))


def read_all(db: Database, store: Store, sandbox: Sandbox, paths: Iterable[Path], why_not: Check) -> list[Read]:
    """The long half, outside any transaction."""
    with store.drafting_folder() as folder:
        files = [read(store, sandbox, path, folder / "document", why_not) for path in paths]
    return compared(db, store, sandbox, files)


def once_more(db: Database, write: Callable[[Session], list[Taken]]) -> list[Taken]:
    """In one transaction; again when another process wrote one of the rows first: now it is there to be found."""
    try:
        with db.writing() as session:
            return write(session)
    except IntegrityError:
        with db.writing() as session:
            return write(session)


def keep_unasked(session: Session, sender: Sender, files: Sequence[Read], *, by: Actor, now: datetime) -> list[Taken]:
    """The short half: each study's rows and links, then its files."""
    taken: dict[Path, Taken] = {}
    studies: dict[str, list[Read]] = {}
    for file in files:
        if file.about is None or file.refused:
            taken[file.path] = _refused(session, sender, file, file.refused or "It could not be read.", now=now)
        else:
            studies.setdefault(file.about.study_uid, []).append(file)
    for uid, held in studies.items():
        taken |= {one.path: one for one in _keep_study(session, sender, uid, held, by=by, now=now)}
    return [taken[file.path] for file in files]


def _keep_study(
    session: Session, sender: Sender, study_uid: str, files: list[Read], *, by: Actor, now: datetime
) -> list[Taken]:
    """Files of one study: those of whoever it belongs to are kept, the others refused."""
    about = max((file.about for file in files if file.about), key=lambda one: _says(one.identity))
    study = session.scalar(
        select(Study)
        .where(Study.study_uid == study_uid)
        .options(selectinload(Study.holders), selectinload(Study.links))
        .with_for_update()
    )
    strays = {file.path: why for file in files if file.about and (why := _stray(study, about, file.about.identity))}
    refused = [
        _refused(session, sender, file, strays[file.path], now=now, study_id=study.id if study else None)
        for file in files
        if file.path in strays
    ]
    good = [file for file in files if file.path not in strays]
    if not good:
        return refused
    with session.begin_nested() as noted:
        holder = note_unasked(
            session,
            by=by,
            trust_ods=sender.trust_ods,
            found=about.study,
            origin=sender.origin,
            label=sender.label,
            now=now,
        )
        why = sender.refuses(session, holder)
        if why is not None:
            noted.rollback()
    if why is not None:
        return refused + [_refused(session, sender, file, why, now=now) for file in good]
    return refused + keep(session, Shelf(holder.study_id, sender.trust_ods), good, by=by, now=now)


def _stray(study: Study | None, about: Description, written: ClaimedIdentity) -> str | None:
    """Why an object is not of the person whose study it says it is part of."""
    there = [holder for holder in study.holders if holder.gone_at is None] if study else []
    held = {holder.place: claims.from_json(holder.claimed) for holder in there}
    for place, claimed in held.items():
        if wrong := departure(claimed, written):
            return f"{PART_OF} that {place} holds as another person's: {wrong}."
    for link in study.links if study else ():
        if link.status in STRONG and (wrong := contradiction(known(link.patient), held[link.place], written)):
            return f"{PART_OF} of another patient: {wrong}."
    if wrong := departure(about.identity, written):
        return f"{CAME_WITH} another person: {wrong}."
    return None


def _says(identity: ClaimedIdentity) -> int:
    """How much of a person it names, to hold the study under what says most."""
    said = (identity.patient_id, identity.other_ids, identity.family, identity.given, identity.birth_date, identity.sex)
    return sum(bool(one) for one in said)


def _refused(
    session: Session, sender: Sender, file: Read, why: str, *, now: datetime, study_id: str | None = None
) -> Taken:
    if sender.origin == DISC and study_id is None:  # the outcome of the import tells it
        return not_taken(file, why)
    called = None if file.about else media_sop_instance_uid(file.path)
    return refuse(session, file, why, trust_ods=sender.trust_ods, study_id=study_id, now=now, called=called)


def finish_unasked(db: Database, series_ids: Iterable[str]) -> None:
    """Say of series that nothing more comes of them for now: whether they are whole, and that they can be packed."""
    for series_id in dict.fromkeys(series_ids):
        with db.writing() as session:
            series = session.get(Series, series_id)
            if series is not None:
                finish(session, series.series_uid, expected=series.expected or 0, answered=())
