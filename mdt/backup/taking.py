"""Take a copy while people work: first the database, then the files that it names.

A file is in the store before the row that names it, so that every file of that moment is there to be copied. Those
that earlier copies brought here are not copied again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mdt.backup import databases, kept
from mdt.bootstrap import House
from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.durable import sync
from mdt.imaging.keeping.store import Store

Tell = Callable[[str], None]


@dataclass
class _Count:
    files: int = 0
    bytes: int = 0
    lacking: int = 0


def take(house: House, folder: Path, *, by: Actor, now: datetime, tell: Tell = lambda _: None) -> Path:
    """Returns the copy's own folder. What of the store is damaged is told by name, and everything else is copied."""
    copy = folder / f"{now.astimezone(UTC):%Y-%m-%dT%H%M%S.%fZ}"
    for place in (folder, copy):  # what is in them is about patients
        place.mkdir(parents=True, exist_ok=place is folder, mode=0o700)
    with house.db.writing() as session:
        audit.record(session, by, "backup.taken", f"backup:{copy.name}", now=now)
    dialect = databases.dialect(house.settings.database_url)
    database = copy / databases.NAMES[dialect]
    databases.dump(house.settings.database_url, database)
    count = _Count()
    with (copy / kept.FILES).open("x") as lines:
        for name, source in zip(kept.STORES, (house.store, house.papers), strict=True):
            target = Store((folder / name).as_uri())
            for sha256, size in _copied(source, target, count, tell):
                lines.write(f"{name} {sha256} {size}\n")
    for place in (database, copy / kept.FILES):
        sync(place)
    kept.Head(
        taken_at=now.isoformat(),
        dialect=dialect,
        database=database.name,
        database_sha256=kept.digest(database),
        files_sha256=kept.digest(copy / kept.FILES),
        files=count.files,
        bytes=count.bytes,
        lacking=count.lacking,
        key=kept.fingerprint(house.settings.secret_key),
    ).write(copy)
    sync(copy)
    return copy


def _copied(source: Store, target: Store, count: _Count, tell: Tell) -> list[tuple[str, int]]:
    """Every object of a store, once it lies in the other and is what its name says."""
    found = []
    for prefix in sorted(source.prefixes()):
        there = {one.sha256: one.bytes for one in target.objects(prefix)}
        for one in source.objects(prefix):
            if there.get(one.sha256) != one.bytes and not _copy(source, target, one.sha256, tell):
                count.lacking += 1
                continue
            found.append((one.sha256, one.bytes))
            count.files, count.bytes = count.files + 1, count.bytes + one.bytes
    return found


def _copy(source: Store, target: Store, sha256: str, tell: Tell) -> bool:
    try:
        with source.as_file(sha256) as file:
            kept_as = target.put(file)
    except FileNotFoundError:
        return False  # room was made meanwhile; a trust has it still
    if kept_as.sha256 != sha256:
        target.drop_object(kept_as.sha256)
        tell(f"DAMAGED {sha256}: its bytes are not what its name says; `store verify` finds whose it is.")
        return False
    return True
