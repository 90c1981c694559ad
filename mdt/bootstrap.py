"""Composition root: the one place that knows which concrete parts the house is made of."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from alembic.util import CommandError

from mdt import migrations
from mdt.config import Settings
from mdt.core.actor import Actor
from mdt.core.announce import Announcer
from mdt.core.clock import utc_now
from mdt.core.db import Database
from mdt.core.errors import Misconfigured
from mdt.imaging.announcements import GatherAsked, ImportReady, SeriesGathered, SeriesGrew
from mdt.imaging.disc.importing import Importer
from mdt.imaging.gathering.gather import Gatherer
from mdt.imaging.gathering.means import Means
from mdt.imaging.keeping.store import Store
from mdt.outbox.postman import Postman
from mdt.outcome import live_kinds as outcome_kinds
from mdt.people import providers
from mdt.people.providers import Provider
from mdt.preparation import live_kinds as preparation_kinds
from mdt.queue import Jobs, open_queue
from mdt.trusts.open import open_source


@dataclass(frozen=True)
class House:
    """The parts every face needs, built once in each process."""

    settings: Settings
    db: Database
    store: Store
    papers: Store  # what came with referrals; apart, so that making room for imaging never touches it
    jobs: Jobs
    providers: dict[str, Provider] = field(default_factory=dict)  # who else vouches for people

    def gatherer(self, by: Actor) -> Gatherer:
        """What brings imaging, in the name of `by`."""
        return Gatherer(
            Means(
                db=self.db,
                store=self.store,
                spool=self.settings.data / "spool",
                open_source=lambda source: open_source(source, self.settings),
                clock=utc_now,
                by=by,
            )
        )

    def importer(self, by: Actor) -> Importer:
        """What takes in the discs that people bring, in the name of `by`."""
        settings = self.settings
        return Importer(
            self.db,
            self.store,
            settings.imports,
            utc_now,
            by,
            most=settings.largest_import,
            largest=settings.largest_object,
            reserve=settings.disk_reserve,
        )

    def postman(self) -> Postman:
        """What sends the messages of the outbox."""
        return Postman(self.db, self.settings.mail, self.settings.public_url, utc_now)


def build(settings: Settings, *, migrate: bool = True) -> House:
    """Bring the database to today's schema and open it."""
    outcome_kinds.register()
    preparation_kinds.register()
    if migrate:
        bring_up_to_date(settings)
    announcer = Announcer()
    jobs = Jobs(open_queue(settings))
    announcer.listen(GatherAsked, lambda asked: jobs.ask("gather", asked.gather_id))
    announcer.listen(ImportReady, lambda ready: jobs.ask("import", ready.import_id))
    announcer.listen(SeriesGrew, lambda grew: jobs.ask("pack", grew.series_id))
    announcer.listen(SeriesGathered, lambda gathered: jobs.ask("pack", gathered.series_id))
    return House(
        settings=settings,
        db=Database(settings.database_url, announcer),
        store=Store(settings.store_url),
        papers=Store(f"{settings.store_url.rstrip('/')}/papers"),
        jobs=jobs,
        providers=providers.load(settings.sign_in),
    )


def bring_up_to_date(settings: Settings) -> None:
    """Migrate, one process at a time."""
    with _alone(settings):
        try:
            migrations.upgrade(settings.database_url)
        except CommandError as error:
            raise Misconfigured(
                f"The database was made by another version of this product and cannot be migrated ({error})."
            ) from error


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Other processes of this machine wait; those of other machines are held back by the database's own lock."""
    with (settings.data / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
