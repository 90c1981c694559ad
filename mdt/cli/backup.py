"""Commands that copy everything, and put it back."""

import sys
from pathlib import Path

import click

from mdt import config
from mdt.backup import kept, restoring, taking
from mdt.cli.house import BY, open_house
from mdt.cli.store import size
from mdt.core import audit
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.core.words import counted

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=FOLDER)
def backup(folder: Path) -> None:
    """Copy everything into FOLDER while the product is in use; exits 1 where something of the store is damaged.

    Taken into the same FOLDER again, only what is new is copied. It holds patients' data: keep it as such. The secret
    key (MDT_SECRET_KEY, or secret.key in MDT_DATA) is not in it: keep it too, somewhere else.
    """
    house = open_house()
    copy = taking.take(house, folder.absolute(), by=BY, now=utc_now(), tell=lambda said: click.echo(said, err=True))
    head = kept.Head.read(copy)
    click.echo(f"{copy}: the database, and {counted(head.files, 'file')}, {size(head.bytes)}.")
    if head.lacking:
        click.echo(f"{counted(head.lacking, 'file')} could not be copied.", err=True)
        sys.exit(1)


@click.command()
@click.argument("folder", type=FOLDER)
def restore(folder: Path) -> None:
    """Put back the newest copy in FOLDER, or the copy that FOLDER is, into an installation that is empty.

    Every checksum is compared before the database is there. Set the secret key that the copy was taken with, or people
    must set up their authenticator apps again. Everybody signs in again, and the frames that are looked at
    are made again by the worker. Tokens that were revoked since the copy was taken must be revoked again.
    """
    folder = folder.absolute()
    copy = folder if (folder / kept.HEAD).exists() else kept.newest(folder)
    house = restoring.restore(config.from_environment(), copy, by=BY, now=utc_now())
    with house.db.reading() as session:
        entries, broken = audit.verify(session)
    if broken is not None:
        raise Invalid(f"All is restored, but the audit breaks at entry {broken.seq}: {broken.why}.")
    if kept.Head.read(copy).key != kept.fingerprint(house.settings.secret_key):
        click.echo("The secret key is another than the backup's: authenticator apps must be set up again.", err=True)
    click.echo(f"Restored {copy.name}. The audit holds: {entries} entries.")


COMMANDS = (backup, restore)
