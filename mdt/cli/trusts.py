"""Commands about trusts and the ways into their imaging."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from mdt.cli.house import BY, open_house
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.trusts.actions import load_trusts, record_proof
from mdt.trusts.load import read
from mdt.trusts.open import open_source
from mdt.trusts.prove import prove as prove_source
from mdt.trusts.queries import sources

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
                lambda source: prove_source(source.trust_ods, source.kind, lambda: open_source(source, house.settings)),
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
    if failed := [proof.ods for proof in proofs if not proof.ok]:
        click.echo(f"Error: Not every source was proved: {', '.join(dict.fromkeys(failed))}.", err=True)
        sys.exit(1)


COMMANDS = (trusts,)
