"""Commands about trusts and the ways into their imaging."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from mdt.cli.house import BY, open_house
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.trusts.abilities import declared
from mdt.trusts.actions import load_trusts, record_proof
from mdt.trusts.load import read
from mdt.trusts.models import Source
from mdt.trusts.open import open_source
from mdt.trusts.prove import prove as prove_source
from mdt.trusts.queries import sources
from mdt.trusts.queries import trusts as every_trust

AT_ONCE = 8


@click.group()
def trusts() -> None:
    """Trusts and their sources of imaging."""


@trusts.command()
@click.argument("file", type=click.Path(path_type=Path))
def load(file: Path) -> None:
    """Add or change the trusts and sources that FILE.toml describes. Nothing is contacted; `prove` does that."""
    entries = read(file)
    house = open_house()
    with house.db.writing() as session:
        loaded = load_trusts(session, entries, by=BY, now=utc_now())
    said = {"Added": loaded.added, "Changed": loaded.changed, "As before": loaded.same}
    click.echo(" ".join(f"{word}: {', '.join(odses)}." for word, odses in said.items() if odses))


@trusts.command()
@click.option("--json", "as_json", is_flag=True, help="print the result as one JSON object")
def prove(as_json: bool) -> None:
    """Prove every source by traffic, an echo and a query; exits 1 when one failed and names the phase."""
    house = open_house()
    with house.db.reading() as session:
        every = sources(session)
    if not every:
        raise Invalid("There is no source to prove; load trusts first.")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        proofs = list(
            pool.map(
                lambda source: prove_source(
                    source.trust_ods,
                    source.kind,
                    lambda: open_source(source, house.settings),
                    declared(source.settings),
                ),
                every,
            )
        )
    with house.db.writing() as session:
        for source, proof in zip(every, proofs, strict=True):
            record_proof(session, source.id, proof, by=BY, now=utc_now())
    if as_json:
        click.echo(json.dumps({"sources": [proof.as_json() for proof in proofs]}, indent=1, ensure_ascii=False))
    else:
        for proof in proofs:
            word = "proved" if proof.ok else f"FAILED in phase {proof.phase}"
            click.echo(f"{proof.ods:4} {proof.kind:8} {word} in {proof.seconds} s: {proof.detail}")
            if proof.ok:
                click.echo(f"     asked by {', '.join(proof.asked_by)}")
            for remark in proof.remarks:
                click.echo(f"     {remark}")
    if failed := [proof.ods for proof in proofs if not proof.ok]:
        click.echo(f"Error: Not every source was proved: {', '.join(dict.fromkeys(failed))}.", err=True)
        sys.exit(1)


@trusts.command(name="list")
def list_() -> None:
    """Every trust with its sources: what each is asked by, and when it was last proved."""
    house = open_house()
    with house.db.reading() as session:
        for trust in every_trust(session):
            until = f" until {trust.live_until:%d %b %Y}" if trust.live_until else ""
            click.echo(f"{trust.ods:4} {trust.name}, live from {trust.live_from:%d %b %Y}{until}")
            for source in trust.sources:
                click.echo(f"     {source.kind}, asked by {', '.join(declared(source.settings))}; {_proved(source)}")


def _proved(source: Source) -> str:
    if source.proved_at is None or source.proof is None:
        return "never proved"
    when = f"{in_london(source.proved_at):%d %b %Y %H:%M}"
    if source.proof["ok"]:
        return f"proved {when}"
    return f"failed {when} in phase {source.proof['phase']}: {source.proof['detail']}"


COMMANDS = (trusts,)
