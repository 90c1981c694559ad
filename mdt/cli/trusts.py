"""Commands about trusts and the ways into their imaging."""

import click


@click.group()
def trusts() -> None:
    """Trusts and their sources of imaging."""


COMMANDS = (trusts,)
