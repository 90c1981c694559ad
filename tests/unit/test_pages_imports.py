"""Adding imaging from a disc on the page: sent file by file, told as it goes on, and shown where it came from."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from mdt.core.actor import system
from mdt.core.audit import AuditEntry
from mdt.record.models import Patient
from tests.unit.discs import HIS, Disc, slices, zipped
from tests.unit.pages import Seeded, seeded


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Seeded]:
    with seeded(tmp_path) as made:
        yield made


@pytest.fixture
def hers(made: Seeded) -> dict[str, str]:
    """What a disc says that is Maria's."""
    with made.house.db.reading() as db:
        maria = db.get_one(Patient, made.patients["maria"])
        return {
            "PatientID": maria.nhs_number, "PatientName": f"{maria.family}^{maria.given}",
            "PatientBirthDate": f"{maria.birth_date:%Y%m%d}", "PatientSex": maria.sex,
        }  # fmt: skip


def address(made: Seeded) -> str:
    return f"/cases/{made.cases['maria']}/imports"


def begin(client: FlaskClient, made: Seeded, disc: Disc) -> str:
    fields = {"label": "CD from Leeds", "files": str(len(disc)), "bytes": str(sum(map(len, disc.values())))}
    answer = client.post(f"{address(made)}/begin.json", data=fields)
    assert answer.status_code == 200, answer.json
    return str(said(answer)["id"])


def bring(client: FlaskClient, made: Seeded, disc: Disc) -> str:
    """As the page's script does, and then the worker."""
    row = begin(client, made, disc)
    for place, (name, content) in enumerate(disc.items()):
        sent = client.put(f"{address(made)}/{row}/files/{place}.json", query_string={"name": name}, data=content)
        assert sent.json == {"ok": True}
    assert client.post(f"{address(made)}/{row}/uploaded.json").json == {"ok": True}
    made.house.importer(system("worker")).run(row)
    return row


def said(answer: TestResponse) -> dict[str, Any]:
    return cast(dict[str, Any], answer.json)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_disc_is_sent_looked_at_and_told_of(made: Seeded, hers: dict[str, str]) -> None:
    client = made.signed_in("member")
    disc = {**slices(3, study="1.2.77", **hers), **slices(2, folder="HIS", **HIS), "VIEWER.EXE": b"MZ" + bytes(200)}
    bring(client, made, disc)
    page = words(client.get(f"{address(made)}/").text)
    assert "Brought by Mr Chandra Patel, Manchester University" in page
    assert "Done: 3 taken in, 3 not taken in." in page
    assert "It is not this patient’s: it says BROWN, Alan" in page
    assert "HIS/IM0001" in page
    assert "It is a program. Programs are never taken in." in page
    case = words(client.get(f"/cases/{made.cases['maria']}/").text)
    assert "From a disc: CD from Leeds brought by Manchester University" in case
    answer = said(client.get(f"{address(made)}/now.json"))
    assert (answer["moving"], answer["said"]) == (False, "Done: 3 taken in, 3 not taken in.")


def test_what_waits_for_a_person_is_decided_among_the_other_matches(made: Seeded, hers: dict[str, str]) -> None:
    client = made.signed_in("coordinator")
    bring(client, made, {"a.zip": zipped(slices(2, study="1.2.77", **{**hers, "PatientID": "LEEDS-1"}))})
    page = client.get(f"{address(made)}/").text
    assert "Decide on the case’s page" in page
    assert "disc: CD from Leeds" in client.get(f"/cases/{made.cases['maria']}/").text


def test_how_it_goes_on_is_told_and_it_can_be_cancelled(made: Seeded, hers: dict[str, str]) -> None:
    client = made.signed_in("chair")
    row = begin(client, made, slices(2, **hers))
    assert said(client.get(f"{address(made)}/now.json"))["said"] == "Dr Amara Osei is sending the files."
    refused = client.post(f"{address(made)}/begin.json", data={"label": "Another", "files": "1", "bytes": "1"})
    assert (refused.status_code, "already" in said(refused)["message"]) == (400, True)
    early = client.post(f"{address(made)}/{row}/uploaded.json")
    assert said(early)["message"] == "Only 0 of 2 files have arrived. Send the others again."
    other = made.signed_in("member")
    sent = other.put(f"{address(made)}/{row}/files/0.json", query_string={"name": "a"}, data=b"x")
    assert said(sent)["message"] == "Only the person who began this import can send its files."
    assert other.post(f"{address(made)}/{row}/cancel.json").json == {"ok": True}
    answer = said(client.get(f"{address(made)}/now.json"))
    assert (answer["moving"], answer["said"][:19]) == (False, "This was cancelled.")
    late = client.put(f"{address(made)}/{row}/files/0.json", query_string={"name": "a"}, data=b"x")
    assert said(late)["message"] == "This import was cancelled."
    made.house.importer(system("worker")).run(row)
    assert not (made.house.settings.imports / row).exists()


def test_more_than_was_announced_is_not_taken(made: Seeded) -> None:
    client = made.signed_in("chair")
    row = begin(client, made, {"a": bytes(10), "b": bytes(10)})
    for place, size in ((2, 1), (0, 21)):
        sent = client.put(f"{address(made)}/{row}/files/{place}.json", query_string={"name": "a"}, data=bytes(size))
        assert said(sent)["message"] == "This is more than was announced."
    for place in (0, 1):
        client.put(f"{address(made)}/{row}/files/{place}.json", query_string={"name": "a"}, data=bytes(11))
    assert said(client.post(f"{address(made)}/{row}/uploaded.json"))["message"] == "More was sent than announced."


def test_a_file_larger_than_a_form_may_be_is_taken_but_not_without_the_token(made: Seeded) -> None:
    client = made.signed_in("chair", guarded=True)
    page = client.get(f"{address(made)}/").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    token = {"X-CSRFToken": found[1], "Accept": "application/json"}
    big = bytes(3 << 20)
    fields = {"label": "CD", "files": "1", "bytes": str(len(big))}
    begun = client.post(f"{address(made)}/begin.json", data=fields, headers=token)
    where = f"{address(made)}/{said(begun)['id']}/files/0.json"
    accept = {"Accept": "application/json"}
    assert client.put(where, query_string={"name": "a"}, data=big, headers=accept).status_code == 400
    assert client.put(where, query_string={"name": "a"}, data=big, headers=token).json == {"ok": True}
    assert (made.house.settings.imports / said(begun)["id"] / "0").stat().st_size == len(big)


def test_looking_at_it_is_audited_and_names_of_files_are_text(made: Seeded, hers: dict[str, str]) -> None:
    client = made.signed_in("chair")
    bring(client, made, {"<img src=x onerror=alert(1)>": b"nothing"})
    page = client.get(f"{address(made)}/").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    with made.house.db.reading() as db:
        read = db.scalars(select(AuditEntry).where(AuditEntry.action == "imports.read")).all()
    assert [entry.patient_id for entry in read] == [made.patients["maria"]]
