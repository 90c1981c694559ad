"""The command about bearer tokens: make one, list them, revoke one."""

from datetime import datetime

import click

from mdt.cli.house import BY, open_house
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.people import tokens
from mdt.people.models import AccessToken, Person


@click.command()
@click.option("--person", "email", help="e-mail address of the person the program reads as")
@click.option("--trust", "trust_ods", metavar="ODS", help="the trust whose archive sends")
@click.option("--scope", type=click.Choice(tokens.SCOPES), help="dicomweb: read as the person; stow: send as the trust")
@click.option("--days", default=tokens.DAYS, show_default=True, type=click.IntRange(1, tokens.MOST_DAYS))
@click.option("--revoke", metavar="ID", help="end a token now")
@click.option("--list", "listing", is_flag=True, help="show every token there is, never its secret")
def token(
    *, email: str | None, trust_ods: str | None, scope: str | None, days: int, revoke: str | None, listing: bool
) -> None:
    """Make a bearer token for /dicomweb. It is printed once; only its hash is kept."""
    if sum(map(bool, (listing, revoke, email, trust_ods))) != 1:
        raise click.UsageError("Say one of --person, --trust, --revoke and --list.")
    if listing:
        _list()
    elif revoke:
        _revoke(revoke)
    else:
        _make(email, trust_ods, scope, days)


def _make(email: str | None, trust_ods: str | None, scope: str | None, days: int) -> None:
    if scope != (tokens.READ if email else tokens.SEND):
        raise Invalid("A person's token has --scope dicomweb, a trust's has --scope stow.")
    house, now = open_house(), utc_now()
    with house.db.writing() as session:
        if email:
            made = tokens.make_for_person(session, by=BY, email=email, days=days, now=now)
        else:
            made = tokens.make_for_trust(session, by=BY, trust_ods=trust_ods or "", days=days, now=now)
    until = in_london(made.token.expires_at)
    click.echo(made.secret)
    click.echo(f"Token {made.token.id}, until {until:%d-%b-%Y %H:%M}. It is shown only now.", err=True)


def _revoke(token_id: str) -> None:
    house = open_house()
    with house.db.writing() as session:
        revoked = tokens.revoke(session, by=BY, token_id=token_id, now=utc_now())
    click.echo(f"Token {revoked.id} is worth nothing any more.")


def _list() -> None:
    house, now = open_house(), utc_now()
    with house.db.reading() as session:
        every = tokens.every(session, BY)
    for held, person in every:
        click.echo(_in_words(held, person, now))
    if not every:
        click.echo("There is no token.")


def _in_words(held: AccessToken, person: Person | None, now: datetime) -> str:
    whose = person.email if person is not None else f"trust {held.trust_ods}"
    if held.revoked_at is not None:
        state = f"revoked {in_london(held.revoked_at):%d-%b-%Y}"
    else:
        state = f"{'ended' if held.expires_at <= now else 'until'} {in_london(held.expires_at):%d-%b-%Y}"
    used = f"last used {in_london(held.last_used_at):%d-%b-%Y %H:%M}" if held.last_used_at else "never used"
    return f"{held.id}  {held.scope:8}  {whose}  {state}, {used}"


COMMANDS = (token,)
