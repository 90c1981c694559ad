"""Commands that start something and stay until they are told to stop."""

import sys
from pathlib import Path

import click

from mdt import demo as region
from mdt import receiver as listener
from mdt import worker as background
from mdt.cli.house import open_house
from mdt.cli.keeper import Keeper
from mdt.core.errors import Misconfigured


@click.command()
def migrate() -> None:
    """Bring the database to today's schema."""
    open_house()
    click.echo("The database is up to date.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one")
def serve(host: str, port: int) -> None:
    """The product: pages, imaging, the live room, a worker beside it, and the receiver if MDT_RECEIVER_PORT is set."""
    # Only here: these run on gevent, which app.py has patched in for this command alone.
    from mdt import server  # noqa: PLC0415
    from mdt.demo.pages import pages as demo_pages  # noqa: PLC0415
    from mdt.web.assets import Assets  # noqa: PLC0415

    house = open_house()
    Assets().require_built()
    more = [demo_pages] if house.settings.demo_control else []
    keepers = [Keeper("worker"), *([Keeper("receiver")] if house.settings.receiver_port else [])]
    for keeper in keepers:
        keeper.start()
    try:
        server.run(
            house, host, port, more=more, ready=lambda address: click.echo(f"Ready: http://{address[0]}:{address[1]}/")
        )
    finally:
        for keeper in keepers:
            keeper.stop()


@click.command()
@click.option("--dicom", type=click.Path(exists=True, file_okay=False, path_type=Path), help="imaging to use instead")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--reset", is_flag=True, help="forget what an earlier demo left in MDT_DATA")
def demo(dicom: Path | None, port: int, reset: bool) -> None:
    """A demo region of eight trusts with synthetic imaging and people to sign in as, plus the product."""
    sys.exit(region.run(open_house(), dicom, port, reset))


@click.command()
@click.option("--parent", type=int, hidden=True, help="end when this process has ended")
def worker(parent: int | None) -> None:
    """Do background jobs (gathering, packing) until stopped. `serve` starts one by itself."""
    background.run(open_house(), parent=parent)


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="instead of MDT_RECEIVER_PORT; 0 takes a free one")
@click.option("--parent", type=int, hidden=True, help="end when this process has ended")
def receiver(port: int | None, parent: int | None) -> None:
    """Listen for trusts that push (C-STORE) until stopped. `serve` starts one by itself if MDT_RECEIVER_PORT is set."""
    house = open_house()
    port = house.settings.receiver_port or None if port is None else port
    if port is None:
        raise Misconfigured("MDT_RECEIVER_PORT must be set, so that trusts know where to push to.")
    listener.run(house, port, parent=parent, ready=lambda at: click.echo(f"Ready: {at[0]}:{at[1]}"))


COMMANDS = (serve, demo, worker, receiver, migrate)
