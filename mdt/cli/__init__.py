"""Face: commands. `main` turns every refusal into one sentence and an exit code; no traceback for what was expected."""

import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from mdt.cli import backup, imaging, meetings, people, running, store, tokens, trusts
from mdt.core import log
from mdt.core.errors import MdtError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def commands() -> None:
    """The regional MDT platform. Settings come from the environment; MDT_DATA, a folder, is enough."""
    log.set_up()


for command in (
    *running.COMMANDS,
    *trusts.COMMANDS,
    *imaging.COMMANDS,
    *meetings.COMMANDS,
    *people.COMMANDS,
    *tokens.COMMANDS,
    *store.COMMANDS,
    *backup.COMMANDS,
):
    commands.add_command(command)


def main() -> NoReturn:
    """The whole program. Exit codes: 0 done, 1 not done (one sentence says why), 2 asked in a way it does not know."""
    try:
        commands.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        fail("Stopped.")
    except MdtError as error:
        fail(str(error))
    except DBAPIError as error:
        fail(f"The database did not do what was asked: {error.orig}.")
    except OSError as error:
        fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.")
    sys.exit(0)


def fail(sentence: str) -> NoReturn:
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(1)
