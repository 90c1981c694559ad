"""Commands about patients and their imaging."""

import json
import sys
from datetime import datetime
from typing import Any

import click

from mdt.cli.house import BY, open_house
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.imaging.actions import begin_gather
from mdt.imaging.gathering.summary import summary
from mdt.record import nhs_number
from mdt.record.actions import SEXES, add_patient
from mdt.record.queries import patient_by_nhs
from mdt.record.written import in_full


@click.group()
def patients() -> None:
    """Patients with a verified NHS number."""


@patients.command("add")
@click.option("--nhs", required=True, help="NHS number, with or without spaces")
@click.option("--family", required=True, help="family name")
@click.option("--given", default="", help="given name; none for somebody of one name")
@click.option("--dob", type=click.DateTime(["%Y-%m-%d"]), help="date of birth, YYYY-MM-DD; none where it is not known")
@click.option("--sex", required=True, type=click.Choice(SEXES))
def add(nhs: str, family: str, given: str, dob: datetime | None, sex: str) -> None:
    """Add a patient whose NHS number was verified."""
    house = open_house()
    with house.db.writing() as session:
        patient = add_patient(
            session, by=BY, nhs=nhs, family=family, given=given, birth_date=dob.date() if dob else None, sex=sex,
            now=utc_now(),
        )  # fmt: skip
    name, number = in_full(patient.family, patient.given), nhs_number.spaced(patient.nhs_number)
    click.echo(f"The record has {name}, NHS number {number}.")


@click.command()
@click.option("--nhs", required=True, help="NHS number, with or without spaces")
@click.option("--json", "as_json", is_flag=True, help="print the result as one JSON object")
def gather(nhs: str, as_json: bool) -> None:
    """Ask every live trust for a patient and bring the imaging; exits 0 when every trust answered."""
    house = open_house()
    gatherer = house.gatherer(BY)
    with house.db.writing() as session:
        patient = patient_by_nhs(session, BY, nhs)
        gather_id = begin_gather(session, by=BY, patient_id=patient.id, now=utc_now()).id
    gatherer.run(gather_id)
    with house.db.reading() as session:
        result = summary(session, BY, gather_id=gather_id)
    click.echo(json.dumps(result, indent=1, ensure_ascii=False) if as_json else _in_words(result))
    if not result["trusts"]:
        raise Invalid("There is no live trust to ask; load trusts first.")
    silent = [trust["ods"] for trust in result["trusts"] if trust["status"] != "answered"]
    if silent:
        click.echo(f"Not every trust answered: {', '.join(silent)}.", err=True)
        sys.exit(1)


def _in_words(result: dict[str, Any]) -> str:
    lines = [f"NHS number {nhs_number.spaced(result['nhs'])}"]
    for trust in result["trusts"]:
        phase = f" ({trust['phase']})" if trust["phase"] else ""
        lines.append(f"  {trust['ods']:4} {trust['status']}{phase} in {trust['seconds']} s  {trust['detail']}".rstrip())
    for study in result["studies"]:
        whole = "complete" if study["complete"] else "INCOMPLETE"
        if study["link"] != "auto" and study["decision"] != "confirmed":
            whole = "not brought"
        lines.append(
            f"  {study['date'] or 'undated':10} {'/'.join(study['modalities']):8} {study['description']}"
            f" [{', '.join(study['holders'])}] {study['link']}, {study['received_instances']} of "
            f"{study['expected_instances'] if study['expected_instances'] is not None else '?'}, {whole}"
        )
        lines += [f"             {sentence}" for sentence in ([study["why"]] if study["why"] else []) + study["gaps"]]
    return "\n".join(lines)


COMMANDS = (patients, gather)
