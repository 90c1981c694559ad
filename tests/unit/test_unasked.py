"""What comes without our asking: whose it is, before and after that patient is known; and never two people's as one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.intake import Taken
from mdt.imaging.arrivals.unasked import finish_unasked, take_in_unasked
from mdt.imaging.gathering.withdrawn import take_out
from mdt.imaging.models import Instance, Refusal, Series
from mdt.record.actions import add_patient, decide_match
from mdt.record.belonging import departure
from mdt.record.correcting import look_again
from mdt.record.findings import note
from mdt.record.models import Holder, Link, LocalIdentifier, Patient, Study
from mdt.record.unasked import link_held
from mdt.trusts.source import ClaimedIdentity, FoundStudy
from tests.unit.objects import an_object, ramp, save
from tests.unit.receiving import BY, NOW, Receiving, receiving

BORN = date(1951, 3, 14)
DOROTHY: dict[str, Any] = {
    "nhs": "9990000018", "family": "HARGREAVES", "given": "Dorothy", "birth_date": BORN, "sex": "F",
}  # fmt: skip
ALAN: dict[str, Any] = {
    "nhs": "9990000069", "family": "BROWN", "given": "Alan", "birth_date": date(1944, 7, 2), "sex": "M",
}  # fmt: skip
ALANS = {
    "PatientID": "9990000069",
    "PatientName": "BROWN^Alan",
    "PatientBirthDate": "19440702",
    "PatientSex": "M",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@dataclass
class Desk:
    """Where trusts push to."""

    place: Receiving
    folder: Path

    def push(self, *objects: dict[str, Any], trust: str = "RMC") -> list[Taken]:
        paths = [
            save(an_object(ramp("uint8"), **said), self.folder / f"{number:06}.dcm")
            for number, said in enumerate(objects)
        ]
        return self.push_files(*paths, trust=trust)

    def push_files(self, *paths: Path, trust: str = "RMC") -> list[Taken]:
        place = self.place
        return take_in_unasked(place.db, place.store, place.sandbox, trust_ods=trust, paths=paths, by=BY, now=NOW)

    def add(self, who: dict[str, Any]) -> Patient:
        with self.place.db.writing() as session:
            return add_patient(session, by=BY, now=NOW, **who)

    def links(self) -> list[tuple[str, str, str]]:
        """Whose, at which trust, and how."""
        with self.place.db.reading() as session:
            rows = session.scalars(select(Link).order_by(Link.trust_ods))
            return [(link.patient.family, link.trust_ods, link.status) for link in rows]

    def all(self, table: type[Any]) -> list[Any]:
        with self.place.db.reading() as session:
            return list(session.scalars(select(table)))


@pytest.fixture
def desk(tmp_path: Path, sandbox: Sandbox) -> Iterator[Desk]:
    with receiving(tmp_path, sandbox) as place:
        with place.db.writing() as session:
            session.delete(session.scalars(select(Study)).one())
        yield Desk(place, tmp_path)


def slices(count: int, **said: Any) -> list[dict[str, Any]]:
    return [
        {"SOPInstanceUID": f"1.2.3.1.{n}", "InstanceNumber": n, "ImagePositionPatient": [0, 0, n * 2.5],
         "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], **said}
        for n in range(1, count + 1)
    ]  # fmt: skip


def test_what_is_pushed_for_a_patient_we_know_is_theirs_at_once(desk: Desk) -> None:
    desk.add(DOROTHY)
    taken = desk.push(*slices(6, StudyDate="20261103", StudyDescription="CT chest", AccessionNumber="A1"))
    assert [one.fresh for one in taken] == [True] * 6
    assert {one.study_uid for one in taken} == {"1.2.3"}
    assert desk.links() == [("HARGREAVES", "RMC", "auto")]
    (study,) = desk.all(Study)
    assert (study.study_date, study.description, study.accession, study.modalities) == (
        date(2026, 11, 3), "CT chest", "A1", ["CT"],
    )  # fmt: skip
    assert len(desk.place.grew) == 1, "a pack is asked for"


def test_what_is_pushed_for_nobody_we_know_waits_until_that_patient_is_added(desk: Desk) -> None:
    desk.push(*slices(2))
    assert desk.links() == []
    desk.add(ALAN)
    assert desk.links() == []
    desk.add(DOROTHY)
    assert desk.links() == [("HARGREAVES", "RMC", "auto")]


def test_a_gather_looks_at_what_lies_here_too(desk: Desk) -> None:
    desk.push(*slices(1))
    with desk.place.db.writing() as session:  # added by a process that did not see the push
        patient = Patient(nhs_number="9990000018", family="Hargreaves", given="Dorothy",
                          birth_date=date(1951, 3, 14), sex="F")  # fmt: skip
        session.add(patient)
        session.flush()
        for _ in range(2):
            link_held(session, by=BY, patient=patient, now=NOW)
    assert desk.links() == [("Hargreaves", "RMC", "auto")]


def test_less_than_three_identifiers_wait_for_a_person_and_what_they_decided_stays(desk: Desk) -> None:
    patient = desk.add(DOROTHY)
    local = {"PatientID": "C0012345", "IssuerOfPatientID": "RMC"}
    desk.push(*slices(1, **local))
    assert desk.links() == [("HARGREAVES", "RMC", "confirm")]
    with desk.place.db.writing() as session:
        link = session.scalars(select(Link)).one()
        decide_match(session, by=BY, team_id="t", patient_id=patient.id, link_id=link.id, belongs=True,
                     reason="Same address", now=NOW)  # fmt: skip
    desk.push(*slices(3, **local))
    assert desk.links() == [("HARGREAVES", "RMC", "confirmed")]
    assert len(desk.all(Instance)) == 3
    assert desk.all(LocalIdentifier) == []


def test_coming_again_changes_nothing(desk: Desk) -> None:
    desk.add(DOROTHY)
    first = desk.push(*slices(3))
    again = desk.push(*slices(3)) + desk.push(*slices(3), trust="RBV")
    assert [one.instance_id for one in again] == [one.instance_id for one in first] * 2
    assert not any(one.fresh or one.refused for one in again)
    assert desk.links() == [("HARGREAVES", "RBV", "auto"), ("HARGREAVES", "RMC", "auto")]
    assert (len(desk.all(Study)), len(desk.all(Series)), len(desk.all(Holder))) == (1, 1, 2)


def test_another_persons_object_under_the_same_study_is_refused_whoever_comes_first(desk: Desk) -> None:
    for trust, said in (("RMC", {}), ("RBV", ALANS)):
        taken = desk.push(*slices(1, **said), trust=trust)
    assert taken[0].refused == (
        "It is part of a study that RMC holds as another person's: the NHS number written on it is another one."
    )
    (first, second) = desk.push(
        {"StudyInstanceUID": "1.2.5", "SeriesInstanceUID": "1.2.5.1", "SOPInstanceUID": "1.2.5.1.1"},
        {"StudyInstanceUID": "1.2.5", "SeriesInstanceUID": "1.2.5.1", "SOPInstanceUID": "1.2.5.1.2", **ALANS},
    )
    assert first.fresh
    assert second.refused == "It came with a study of another person: the NHS number written on it is another one."
    desk.add(ALAN)
    assert desk.links() == [], "nothing of hers is his"


def test_a_study_that_holds_objects_of_somebody_unknown_is_linked_to_nobody_else(desk: Desk) -> None:
    """His came first, unasked; then her trust claims the same study in answer to a gather."""
    desk.push(*slices(1, **ALANS))
    patient = desk.add(DOROTHY)
    with desk.place.db.writing() as session:
        claimed = ClaimedIdentity("9990000018", "", (), "HARGREAVES", "Dorothy", date(1951, 3, 14), "F")
        found = FoundStudy("1.2.3", claimed, None, "", "", ("CT",), "", 1, 1)
        (link,) = note(session, by=BY, patient=patient, trust_ods="RBV", found=[found], now=NOW)
    assert link.status == "never"
    assert link.why == (
        "the same Study Instance UID is used for another person at RMC; nothing is linked until that is corrected"
    )


def test_a_trust_that_had_corrected_itself_is_heard_anew_and_still_not_against_the_others(desk: Desk) -> None:
    desk.push(*slices(1, **ALANS))
    with desk.place.db.writing() as session:
        look_again(session, by=BY, trust_ods="RMC", study_uid="1.2.3", found=None, now=NOW)
        take_out(session, by=BY, trust_ods="RMC", study_uid="1.2.3", now=NOW)
    desk.add(DOROTHY)
    desk.add(ALAN)
    (hers,) = desk.push(*slices(1), trust="RBV")
    assert hers.fresh
    (his,) = desk.push({"SOPInstanceUID": "1.2.3.1.8", **ALANS})
    assert his.refused is not None
    (again,) = desk.push({"SOPInstanceUID": "1.2.3.1.9"})
    assert again.fresh
    assert ("HARGREAVES", "RMC", "auto") in desk.links()
    assert ("HARGREAVES", "RBV", "auto") in desk.links()


def test_what_cannot_be_read_is_refused_by_name_and_the_others_are_taken(desk: Desk) -> None:
    good = save(an_object(ramp("uint8")), desk.folder / "good")
    cut = save(an_object(ramp("uint8"), SOPInstanceUID="1.2.3.1.9"), desk.folder / "cut")
    cut.write_bytes(cut.read_bytes()[:400])
    (desk.folder / "letter").write_text("Dear colleague")
    taken = desk.push_files(desk.folder / "letter", good, cut)
    assert [bool(one.refused) for one in taken] == [True, False, True]
    desk.push_files(desk.folder / "letter", cut)
    names = {row.name: row.why for row in desk.all(Refusal)}
    assert names["letter"] == "It is not a DICOM file."
    assert "1.2.3.1.9" in names
    assert len(desk.all(Refusal)) == 2


def test_once_all_has_come_the_gaps_are_told(desk: Desk) -> None:
    taken = desk.push(*(one for one in slices(9) if one["InstanceNumber"] not in (4, 5)))
    finish_unasked(desk.place.db, {one.series_id for one in taken if one.series_id})
    (series,) = desk.all(Series)
    assert series.gaps == ["instances 4 and 5 are missing"]


@pytest.mark.parametrize(
    ("held", "written", "why"),
    [
        ({}, {"family": "SMITH"}, None),
        ({"family": "BROWN"}, {"family": "Brown"}, None),
        ({"family": "BROWN"}, {"family": "SMITH"}, "the family name written on it is another one"),
        ({"family": "WI?NIEWSKI"}, {"family": "WIŚNIEWSKI"}, None),
        ({"sex": "F"}, {"sex": "M"}, "the sex written on it is another one"),
        ({"sex": "F"}, {"sex": "O"}, None),
        ({"birth_date": BORN}, {"birth_date": date(1951, 3, 15)}, "the date of birth written on it is another one"),
        ({"patient_id": "9990000018"}, {"patient_id": "C1"}, None),
        ({"patient_id": "9990000018"}, {"other_ids": ("9990000069",)}, "the NHS number written on it is another one"),
        (
            {"patient_id": "9990000018", "birth_date": date(1951, 3, 14), "family": "HARGREAVES"},
            {"patient_id": "9990000018", "birth_date": date(1951, 3, 14), "family": "DENT"},
            None,
        ),
    ],
)  # fmt: skip
def test_two_claims_differ_only_where_both_speak(held: dict, written: dict, why: str | None) -> None:
    assert departure(ClaimedIdentity(**held), ClaimedIdentity(**written)) == why
