"""A trust sends over STOW-RS: each object is answered for; what is wrong with one never costs the others."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.imaging.models import Instance, Series
from mdt.people import actions as people
from mdt.people import tokens
from mdt.record.models import Holder, Study
from mdt.trusts.models import Trust
from mdt.web.dicomweb import arriving, who
from mdt.web.memory import Memory
from tests.unit.objects import an_object, ramp, save
from tests.unit.provided import THORAX, Provided, at, provided

NEW = "1.2.826.0.1.3680043.10.999.88"
KIND = 'multipart/related; type="application/dicom"; boundary=b0'


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provided]:
    with provided(tmp_path_factory.mktemp("provided")) as made:
        yield made


def an_image(number: int, study: str = NEW, **attributes: Any) -> Dataset:
    named: dict[str, Any] = {"PatientID": "9990000018", "PatientName": "KOWALSKI^Maria"}
    made = an_object(ramp("int16") + number, **(named | attributes))
    made.StudyInstanceUID, made.SeriesInstanceUID = study, f"{study}.1"
    made.SOPInstanceUID, made.InstanceNumber = f"{study}.1.{number}", number
    return made


def body(objects: list[Dataset | bytes], folder: Path, kind: str = "application/dicom") -> bytes:
    sent = b""
    for number, one in enumerate(objects):
        content = one if isinstance(one, bytes) else save(one, folder / f"{number}.dcm").read_bytes()
        sent += f"--b0\r\nContent-Type: {kind}\r\n\r\n".encode() + content + b"\r\n"
    return sent + b"--b0--\r\n"


def send(held: Provided, data: bytes, study: str = "", *, kind: str = KIND, token: str | None = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {token or held.sending}", "Content-Type": kind}
    return held.ask(f"/studies{study}", method="POST", headers=headers, data=data)


def names(answer: TestResponse, tag: str) -> list[str]:
    return [one["00081155"]["Value"][0] for one in answer.get_json(force=True).get(tag, {"Value": []})["Value"]]


def test_what_a_trust_sends_is_kept_and_named(held: Provided, tmp_path: Path) -> None:
    answer = send(held, body([an_image(1), an_image(2)], tmp_path))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/dicom+json")
    assert names(answer, "00081199") == [f"{NEW}.1.1", f"{NEW}.1.2"]
    assert "00081198" not in answer.get_json(force=True)
    again = send(held, body([an_image(1)], tmp_path), f"/{NEW}")
    assert again.status_code == 200
    assert again.get_json(force=True)["00081190"]["Value"] == [f"http://localhost/dicomweb/studies/{NEW}"]
    with held.seeded.house.db.reading() as session:
        here = session.scalar(select(func.count(Instance.id)).join(Series).where(Series.series_uid == f"{NEW}.1"))
        holder = session.scalar(select(Holder).join(Study).where(Study.study_uid == NEW))
    assert (here, holder.trust_ods if holder else None) == (2, "RMC")
    assert held.ask(f"/studies/{NEW}", 'multipart/related; type="application/dicom"').status_code == 200
    assert [one.detail["stored"] for one in held.audited("dicomweb.stow")][:2] == [2, 1]


def test_what_is_larger_than_any_form_is_taken(held: Provided, tmp_path: Path) -> None:
    large = an_object(ramp("int16", 1024, 1024), PatientID="9990000018", PatientName="KOWALSKI^Maria")
    large.StudyInstanceUID, large.SeriesInstanceUID, large.SOPInstanceUID = NEW, f"{NEW}.2", f"{NEW}.2.1"
    answer = send(held, body([large], tmp_path))
    assert (answer.status_code, names(answer, "00081199")) == (200, [f"{NEW}.2.1"])


def test_one_wrong_object_does_not_cost_the_others(held: Provided, tmp_path: Path) -> None:
    stranger = an_image(4, PatientName="SOMEBODY^Else", PatientID="9990000026", PatientBirthDate="19481102")
    answer = send(held, body([an_image(3), stranger, b"this is no DICOM object at all"], tmp_path), f"/{NEW}")
    assert answer.status_code == 202
    said = answer.get_json(force=True)
    assert names(answer, "00081199") == [f"{NEW}.1.3"]
    assert names(answer, "00081198") == [f"{NEW}.1.4"]
    assert said["00081198"]["Value"][0]["00081197"] == {"vr": "US", "Value": [0x0110]}
    assert "another" in said["00081198"]["Value"][0]["00000902"]["Value"][0]
    assert said["0008119A"]["Value"][0]["00081197"]["Value"] == [0xC000]


def test_nothing_kept_is_a_conflict(held: Provided, tmp_path: Path) -> None:
    other = an_image(1, study=f"{NEW}.7")
    answer = send(held, body([other], tmp_path), f"/{NEW}")
    assert answer.status_code == 409
    assert answer.get_json(force=True)["00081198"]["Value"][0]["00081197"]["Value"] == [0xA900]
    with held.seeded.house.db.reading() as session:
        assert session.scalar(select(Study).where(Study.study_uid == f"{NEW}.7")) is None


@pytest.mark.parametrize(
    ("kind", "data", "status", "sentence"),
    [
        ("application/json", b"{}", 415, "multipart/related"),
        ('multipart/related; type="application/dicom+json"; boundary=b0', b"--b0--", 415, "whole objects"),
        ("multipart/related; type=application/dicom", b"", 400, "names no boundary"),
        (KIND, b"--b0--\r\n", 400, "no part"),
        (KIND, b"--b0\r\nContent-Type: application/dicom\r\n\r\nbreaks off", 400, "no whole multipart body"),
    ],
)
def test_what_is_no_sending_is_refused(held: Provided, kind: str, data: bytes, status: int, sentence: str) -> None:
    answer = send(held, data, kind=kind)
    assert (answer.status_code, sentence in answer.get_json()["message"]) == (status, True)


def test_an_object_that_is_too_large_or_finds_no_room_is_a_failure_by_itself(tmp_path: Path) -> None:
    whole = body([b"x" * 100, b"y" * 10], tmp_path)
    room = arriving.Room(largest=50, reserve=0)
    came = [
        (one.refused, one.path.exists()) for batch in arriving.batches([whole], "b0", tmp_path, room) for one in batch
    ]
    assert came == [("It is larger than the 0 MB of one object that are taken here.", True), (None, True)]
    full = arriving.Room(largest=50, reserve=1 << 60)
    assert {one.refused for batch in arriving.batches([whole], "b0", tmp_path, full) for one in batch} == {
        "It is larger than the 0 MB of one object that are taken here.",
        arriving.NO_ROOM,
    }
    assert not [path for path in tmp_path.iterdir() if path.suffix == ""]


def test_many_objects_go_in_batches_and_leave_nothing_behind(tmp_path: Path) -> None:
    whole = body([bytes([number]) for number in range(60)], tmp_path)
    sizes = []
    for batch in arriving.batches(
        (whole[start : start + 7] for start in range(0, len(whole), 7)), "b0", tmp_path, arriving.Room(9, 0)
    ):
        sizes.append(len(batch))
        assert len([path for path in tmp_path.iterdir() if path.suffix == ""]) == len(batch)
    assert sizes == [25, 25, 10]


def test_a_token_ends_on_its_day_when_revoked_and_with_its_person(held: Provided) -> None:
    now, by, house = utc_now(), system("test"), held.seeded.house
    with house.db.writing() as session:
        email = held.seeded.email("observer")
        made = tokens.make_for_person(session, by=by, email=email, days=1, now=now)
    assert held.ask("/studies", headers={"Authorization": f"Bearer {made.secret}"}).status_code == 200
    with house.db.writing() as session:
        tokens.revoke(session, by=by, token_id=made.token.id, now=now)
    assert held.ask("/studies", headers={"Authorization": f"Bearer {made.secret}"}).status_code == 401


def test_an_ended_token_and_a_trust_that_is_gone_are_told_so(
    held: Provided, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held.seeded.house.db.writing() as session:
        session.get_one(Trust, "RMC").live_until = date(2021, 1, 1)
    gone = send(held, body([an_image(9)], tmp_path))
    assert (gone.status_code, "not a live trust" in gone.get_json()["message"]) == (403, True)
    with held.seeded.house.db.writing() as session:
        session.get_one(Trust, "RMC").live_until = None
    later = utc_now() + timedelta(days=30, seconds=1)
    monkeypatch.setattr(who, "utc_now", lambda: later)
    assert held.ask("/studies").status_code == 401


def test_who_leaves_the_team_sees_nothing_of_it_from_the_next_request_on(held: Provided) -> None:
    now, by, house, team = utc_now(), system("test"), held.seeded.house, held.seeded.teams["lung"]
    person = held.seeded.people["presenter"]
    with house.db.writing() as session:
        made = tokens.make_for_person(session, by=by, email=held.seeded.email("presenter"), days=1, now=now)
    mine: dict[str, Any] = {"headers": {"Authorization": f"Bearer {made.secret}"}}
    frame = f"{at(THORAX, 1)}/frames/1"
    assert [held.ask(frame, **mine).status_code for _ in range(3)] == [200, 200, 200]
    with house.db.writing() as session:
        yesterday = now.date() - timedelta(days=1)
        people.end_membership(session, by=by, person_id=person, team_id=team, last_day=yesterday, now=now)
    assert held.ask(frame, **mine).status_code == 404
    assert held.ask("/studies", **mine).status_code == 204
    assert held.ask("/studies", who="presenter").status_code == 401


def test_what_was_found_is_forgotten_when_anything_happens() -> None:
    memory = Memory(most=2)
    asked: list[str] = []

    def find(answer: str) -> str:
        asked.append(answer)
        return answer

    assert [memory.recall(1, "a", lambda: find("old")), memory.recall(1, "a", lambda: find("new"))] == ["old", "old"]
    assert memory.recall(2, "a", lambda: find("newer")) == "newer"
    assert memory.recall(1, "a", lambda: find("late")) == "late"  # a request that began before is not served from after
    assert memory.recall(2, "a", lambda: find("again")) in ("newer", "again")
    for key in ("b", "c", "d"):
        memory.recall(2, key, lambda: find("one more"))
    before = len(asked)
    memory.recall(2, "d", lambda: find("not kept"))
    assert len(asked) == before + 1
