"""Commands about people, their teams, and the audit that holds them all to account."""

import os
import sys

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.cli.house import BY, open_house
from mdt.core import audit
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid, NotFound
from mdt.people import providers
from mdt.people.actions import add_membership, add_person, add_team, forget_second_factors, show_machine_layers
from mdt.people.models import Team
from mdt.people.passwords import hashed
from mdt.people.permissions import ROLES
from mdt.people.queries import person_by_email


@click.group()
def people() -> None:
    """People who can sign in."""


@people.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True, help='as others see it, e.g. "Dr Ann Smith"')
@click.option("--trust", "trust_ods", required=True, metavar="ODS", help="the trust they work for")
@click.option("--specialty", default="", help='e.g. "Radiologist"')
@click.option("--admin", is_flag=True, help="looks after trusts and people; sees no patients by that alone")
def add(email: str, name: str, trust_ods: str, specialty: str, admin: bool) -> None:
    """Add a person. The password is taken from MDT_PASSWORD, or asked for."""
    password = os.environ.get("MDT_PASSWORD") or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    password_hash = hashed(password)
    house = open_house()
    with house.db.writing() as session:
        person = add_person(
            session,
            by=BY,
            email=email,
            name=name,
            trust_ods=trust_ods,
            password_hash=password_hash,
            specialty=specialty,
            administrator=admin,
            now=utc_now(),
        )
    click.echo(f"{person.name} can now sign in as {person.email}.")


@people.command("forget-second-factors")
@click.option("--email", required=True, help="of somebody who has lost telephone, passkeys and paper")
def forget(email: str) -> None:
    """Until they set one up again, a password alone signs them in. Make sure first that it is they who ask."""
    house = open_house()
    with house.db.writing() as session:
        person = person_by_email(session, email)
        if person is None:
            raise NotFound(f"Nobody has the e-mail address {email}.")
        forget_second_factors(session, by=BY, person_id=person.id, now=utc_now())
    click.echo(f"{person.name} signs in with a password alone, and is signed out everywhere.")


@people.command("link")
@click.option("--email", required=True)
@click.option("--provider", "key", required=True, help="the provider's key in the file that MDT_SIGN_IN names")
@click.option("--subject", required=True, help="what the provider calls them, e.g. the number of their smartcard")
def link_identity(email: str, key: str, subject: str) -> None:
    """Say who somebody is to a provider of sign-ins. Make sure first that it is they."""
    house = open_house()
    if key not in house.providers:
        raise NotFound(f"There is no provider {key}; there is {', '.join(house.providers) or 'none'}.")
    with house.db.writing() as session:
        person = person_by_email(session, email)
        if person is None:
            raise NotFound(f"Nobody has the e-mail address {email}.")
        provider = house.providers[key]
        providers.link(session, by=BY, provider=provider, person_id=person.id, subject=subject, now=utc_now())
    click.echo(f"{person.name} can now sign in with {provider.name}.")


@click.group()
def teams() -> None:
    """Teams that meet, and who is what in them."""


@teams.command("add")
@click.option("--name", required=True, help='e.g. "Lung"')
@click.option("--type", "mdt_type", required=True, help="four-digit COSD meeting type (CR3190)")
@click.option("--host", "host_ods", required=True, metavar="ODS", help="the trust that hosts it")
def add_a_team(name: str, mdt_type: str, host_ods: str) -> None:
    """Add a team."""
    house = open_house()
    with house.db.writing() as session:
        team = add_team(session, by=BY, name=name, mdt_type=mdt_type, host_ods=host_ods, now=utc_now())
    click.echo(f"The team {team.name} has been added.")


@teams.command("join")
@click.option("--team", "team_name", required=True, help="the team's name")
@click.option("--email", required=True, help="of the person who joins")
@click.option("--role", required=True, type=click.Choice(ROLES))
def join(team_name: str, email: str, role: str) -> None:
    """Say what a person is in a team, from today; saying it again changes it."""
    house, now = open_house(), utc_now()
    with house.db.writing() as session:
        team = _team(session, team_name)
        person = person_by_email(session, email)
        if person is None:
            raise NotFound(f"Nobody has the e-mail address {email}.")
        today = in_london(now).date()
        add_membership(session, by=BY, person_id=person.id, team_id=team.id, role=role, starts=today, now=now)
    click.echo(f"{person.name} is now {role} of the team {team.name}.")


@teams.command("machine-layers")
@click.option("--team", "team_name", required=True, help="the team's name")
@click.option("--shown/--hidden", required=True, help="from the start, or only when somebody switches them on")
def machine_layers(team_name: str, shown: bool) -> None:
    """Whether what machines drew over images is shown from the start. It is named as a machine's either way."""
    house = open_house()
    with house.db.writing() as session:
        team = _team(session, team_name)
        show_machine_layers(session, by=BY, team_id=team.id, shown=shown, now=utc_now())
    click.echo(
        f"The team {team.name} sees what machines drew {'from the start' if shown else 'when it is switched on'}."
    )


def _team(session: Session, name: str) -> Team:
    found = session.scalars(select(Team).where(Team.name == name.strip())).all()
    if len(found) != 1:
        raise Invalid(f"There {'are several teams' if found else 'is no team'} called {name}.")
    return found[0]


@click.group("audit")
def audit_trail() -> None:
    """The hash-chained record of who did or read what."""


@audit_trail.command("verify")
def verify() -> None:
    """Walk the chain; exits 1 at the first broken entry and names it."""
    house = open_house()
    with house.db.reading() as session:
        good, broken = audit.verify(session)
    if broken is not None:
        click.echo(f"Error: The audit chain is broken at entry {broken.seq}: {broken.why}.", err=True)
        sys.exit(1)
    click.echo(f"The audit chain holds: {good} entries.")


COMMANDS = (people, teams, audit_trail)
