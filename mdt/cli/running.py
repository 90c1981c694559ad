"""Commands that start something and stay."""

import click

from mdt import worker as background
from mdt.cli.house import open_house


@click.command()
def migrate() -> None:
    """Bring the database to today's schema."""
    open_house()
    click.echo("The database is up to date.")


@click.command()
@click.option("--parent", type=int, hidden=True, help="end when this process has ended")
def worker(parent: int | None) -> None:
    """Do background jobs (gathering, packing) until stopped. `serve` starts one by itself."""
    background.run(open_house(), parent=parent)


COMMANDS = (migrate, worker)
