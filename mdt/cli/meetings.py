"""Commands about meetings."""

import click

from mdt.cli.house import BY, open_house
from mdt.core.clock import utc_now
from mdt.meeting.series.actions import make_ahead


@click.command("meetings-ahead")
def meetings_ahead() -> None:
    """Make the meetings of every team's series for the next twelve weeks. Running it again makes nothing more."""
    house = open_house()
    with house.db.writing() as session:
        made = make_ahead(session, by=BY, now=utc_now())
    click.echo(f"{len(made)} {'meeting was' if len(made) == 1 else 'meetings were'} made.")


COMMANDS = (meetings_ahead,)
