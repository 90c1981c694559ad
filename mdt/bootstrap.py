"""Composition root: the one place that knows which concrete parts the house is made of."""

from dataclasses import dataclass

from mdt import migrations
from mdt.config import Settings
from mdt.core.announce import Announcer
from mdt.core.db import Database
from mdt.outcome import live_kinds


@dataclass(frozen=True)
class House:
    """The parts every face needs, built once in each process."""

    settings: Settings
    db: Database


def build(settings: Settings, *, migrate: bool = True) -> House:
    """Bring the database to today's schema and open it."""
    live_kinds.register()
    if migrate:
        migrations.upgrade(settings.database_url)
    return House(settings=settings, db=Database(settings.database_url, Announcer()))
