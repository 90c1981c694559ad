"""Put a copy back into an installation that is empty: the files first, the database last.

So a restore that is cut short leaves no database, and is simply begun again.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from mdt import bootstrap
from mdt.backup import databases, kept
from mdt.bootstrap import House
from mdt.config import Settings
from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.db import new_id
from mdt.core.errors import Invalid
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Pack
from mdt.meeting.models import Meeting
from mdt.people.models import Person

BEYOND_ANY = 1000  # session versions that may have been used since the copy was taken


def restore(settings: Settings, copy: Path, *, by: Actor, now: datetime) -> House:
    """Returns the house as it was, brought to today's schema. Raises Invalid before anything of it can be used."""
    head = kept.checked(copy)
    dialect = databases.dialect(settings.database_url)
    if dialect != head.dialect:
        raise Invalid(f"This backup is of {head.dialect}, and the database of this installation is {dialect}.")
    databases.require_empty(settings.database_url)
    targets = {"imaging": Store(settings.store_url), "papers": Store(f"{settings.store_url.rstrip('/')}/papers")}
    sources = {name: Store((copy.parent / name).as_uri()) for name in kept.STORES}
    for store, sha256, _ in kept.files(copy):
        _bring(sources[store], targets[store], sha256)
    databases.load(settings.database_url, copy / head.database)
    house = bootstrap.build(settings)
    with house.db.writing() as session:
        _begin_anew(session)
        audit.record(session, by, "backup.restored", f"backup:{copy.name}", detail={"files": head.files}, now=now)
    return house


def _bring(source: Store, target: Store, sha256: str) -> None:
    """What is there from a restore that was cut short is right: it has its name only since it was whole."""
    if target.exists(sha256):
        return
    try:
        with source.as_file(sha256) as file:
            found = target.put(file).sha256
    except FileNotFoundError:
        raise Invalid(f"The backup lacks the file {sha256}. The database was not restored.") from None
    if found != sha256:
        target.drop_object(found)
        raise Invalid(f"The backup’s file {sha256} is damaged. The database was not restored.")


def _begin_anew(session: Session) -> None:
    """This is another history from here on: rooms start from it, everybody signs in again, packs are made again."""
    for meeting in session.query(Meeting.id):
        session.execute(update(Meeting).where(Meeting.id == meeting.id).values(epoch=new_id()))
    session.execute(update(Person).values(session_version=Person.session_version + BEYOND_ANY))
    session.execute(delete(Pack))
