"""Bringing a disc, a ZIP or a folder to a patient's case: begin, upload, cancel; what of it is shown while it goes on.

The face streams the files to `folder_of(...)` between `begin_import` and `uploaded`; the worker does the rest (see
`importing`). One import at a time for a patient: two at once would make two outcomes nobody can tell apart.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid, NotFound
from mdt.imaging.announcements import ImportReady
from mdt.imaging.models import Import
from mdt.people import permissions

ABANDONED_AFTER = timedelta(minutes=3)  # an upload of which nothing was heard for so long keeps nobody waiting
MOST_FILES = 50_000
LONGEST_LABEL = 100
OPEN = (Import.finished_at.is_(None), Import.cancelled_at.is_(None))


@dataclass(frozen=True)
class Announced:
    """What the browser says that it is about to send."""

    label: str
    files: int
    bytes: int


def begin_import(
    session: Session, *, by: Actor, team_id: str, patient_id: str, announced: Announced, most_bytes: int, now: datetime
) -> Import:
    """Somebody is about to send the files of a disc. Raises Invalid when one is under way, or it is too large."""
    permissions.require(by, "imaging.import", team_id)
    label = " ".join(re.sub(r"[\x00-\x1f]", " ", announced.label).split())
    if not label:
        raise Invalid("Enter what is written on the disc or who sent it, so that others know where it came from.")
    if len(label) > LONGEST_LABEL:
        raise Invalid(f"What the disc is called must be {LONGEST_LABEL} characters or fewer.")
    if by.person_id is None or not by.trust_ods:
        raise Invalid("A disc is kept by the trust of whoever brings it; this account has none.")
    if announced.files < 1:
        raise Invalid("Choose a ZIP file, or a folder with at least one file in it.")
    if announced.files > MOST_FILES:
        raise Invalid(f"{announced.files:,} files are more than the {MOST_FILES:,} that one import may have.")
    if announced.bytes > most_bytes:
        raise Invalid(f"It is {announced.bytes >> 20:,} MB, more than the {most_bytes >> 20:,} MB one import may have.")
    for there in session.scalars(select(Import).where(Import.patient_id == patient_id, *OPEN)):
        if there.state != "uploading" or now - there.heard_at < ABANDONED_AFTER:
            raise Invalid("A disc is being imported for this patient already. Wait until it is done, or cancel it.")
        there.cancelled_at = now
    row = Import(
        patient_id=patient_id,
        team_id=team_id,
        asked_by=by.person_id,
        trust_ods=by.trust_ods,
        label=label,
        files=announced.files,
        bytes=announced.bytes,
        asked_at=now,
        heard_at=now,
    )
    session.add(row)
    session.flush()
    detail = {"trust": by.trust_ods, "team": team_id, "files": announced.files, "bytes": announced.bytes}
    audit.record(session, by, "import.begun", f"import:{row.id}", patient_id=patient_id, detail=detail, now=now)
    return row


def uploading(session: Session, by: Actor, *, team_id: str, patient_id: str, import_id: str) -> Import:
    """The import whose files this person is sending."""
    row = _own(session, by, team_id=team_id, patient_id=patient_id, import_id=import_id)
    if row.asked_by != by.person_id:
        raise Invalid("Only the person who began this import can send its files.")
    if row.state != "uploading":
        raise Invalid(_CLOSED.get(row.state, "All files of this import have been sent already."))
    return row


def heard(session: Session, import_id: str, *, now: datetime) -> bool:
    """Something of it came. False: it was cancelled meanwhile, so that the rest need not come."""
    row = session.get_one(Import, import_id)
    row.heard_at = now
    return row.state == "uploading"


def uploaded(
    session: Session, *, by: Actor, team_id: str, patient_id: str, import_id: str, here: int, now: datetime
) -> Import:
    """Everything was sent; `here` files of it are on disk. From now on it is the worker's."""
    row = uploading(session, by, team_id=team_id, patient_id=patient_id, import_id=import_id)
    if here != row.files:
        raise Invalid(f"Only {here} of {row.files} files have arrived. Send the others again.")
    row.uploaded_at = row.heard_at = now
    audit.record(session, by, "import.uploaded", f"import:{row.id}", patient_id=patient_id, now=now)
    after_commit(session, ImportReady(row.id))
    return row


def cancel_import(
    session: Session, *, by: Actor, team_id: str, patient_id: str, import_id: str, now: datetime
) -> Import:
    """Stop it. What was taken in by then stays, and the outcome says so. Cancelling what has ended changes nothing."""
    row = _own(session, by, team_id=team_id, patient_id=patient_id, import_id=import_id)
    if row.finished_at is None and row.cancelled_at is None:
        row.cancelled_at = now
        audit.record(session, by, "import.cancelled", f"import:{row.id}", patient_id=patient_id, now=now)
        after_commit(session, ImportReady(row.id))  # the worker clears up
    return row


def imports(session: Session, by: Actor, *, team_id: str, patient_id: str) -> list[Import]:
    """Every disc brought to this patient through the team, newest first."""
    permissions.require(by, "meeting.see", team_id)
    wanted = select(Import).where(Import.patient_id == patient_id, Import.team_id == team_id)
    return list(session.scalars(wanted.order_by(Import.asked_at.desc(), Import.id)))


def discs_coming(session: Session, patient_ids: Collection[str], *, now: datetime) -> dict[str, int]:
    """How many discs are being brought to each of these patients; one that was given up on the way is none."""
    going_on = or_(Import.uploaded_at.is_not(None), Import.heard_at > now - ABANDONED_AFTER)
    wanted = select(Import.patient_id, func.count()).where(Import.patient_id.in_(patient_ids), *OPEN, going_on)
    return dict(session.execute(wanted.group_by(Import.patient_id)).all())


def folder_of(root: Path, import_id: str) -> Path:
    """Where the files of an import lie: `<n>` each, with its name on the disc in `<n>.name`."""
    if not re.fullmatch(r"[0-9a-f]{32}", import_id):
        raise NotFound("There is no such import.")
    return root / import_id


_CLOSED = {"cancelled": "This import was cancelled.", "done": "This import has ended."}


def _own(session: Session, by: Actor, *, team_id: str, patient_id: str, import_id: str) -> Import:
    permissions.require(by, "imaging.import", team_id)
    row = session.get(Import, import_id, with_for_update=True, populate_existing=True)
    if row is None or (row.patient_id, row.team_id) != (patient_id, team_id):
        raise NotFound("There is no such import for this patient.")
    return row
