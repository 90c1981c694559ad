"""A disc the patient brought: hers is taken in, somebody else's never, and it is said what became of every file."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mdt.core.audit import AuditEntry
from mdt.core.errors import Forbidden, Invalid, NotFound
from mdt.core.sandbox import Sandbox
from mdt.imaging.actions import decide_match
from mdt.imaging.arrivals.unasked import keep_unasked
from mdt.imaging.disc import importing
from mdt.imaging.disc.disc_identity import not_this_patients
from mdt.imaging.disc.discs import Announced, begin_import, cancel_import, imports
from mdt.imaging.disc.importing import Importer
from mdt.imaging.disc.medium import Medium
from mdt.imaging.disc.tally import Fate, added
from mdt.imaging.models import Instance, Refusal, Series
from mdt.imaging.standing import readiness
from mdt.imaging.standing.board import Word
from mdt.record.actions import add_patient
from mdt.record.findings import known, note
from mdt.record.models import Holder, Link, LocalIdentifier, Study
from mdt.record.queries import timeline
from mdt.trusts.source import ClaimedIdentity, FoundStudy
from tests.unit.discs import HIS, Case, Disc, dicomdir, slices, zipped
from tests.unit.receiving import BY, CLAIMED, NOW, receiving
from tests.unit.test_unasked import ALAN


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def case(tmp_path: Path, sandbox: Sandbox) -> Iterator[Case]:
    with receiving(tmp_path, sandbox) as place:
        with place.db.writing() as session:
            session.delete(session.scalars(select(Study)).one())
        yield Case(place.db, place.store, tmp_path / "imports", sandbox)


def groups(row: Any) -> dict[tuple[str, str], int]:
    return {(group["what"], group["why"]): group["count"] for group in row.outcome}


def all_of(case: Case, table: type[Any]) -> list[Any]:
    with case.db.reading() as session:
        return list(session.scalars(select(table)))


VIEWER: Disc = {
    "VIEWER/Viewer.exe": b"MZ\x90\x00" + bytes(400),
    "VIEWER/lib.dll": b"MZ\x90\x00" + bytes(400),
    "autorun.inf": b"[autorun]\r\nopen=viewer.exe",
    "README.TXT": b"Insert the disc and wait.",
    "HELP/more.zip": zipped({"a": b"b"}),
}


def test_a_disc_of_hers_is_taken_in_and_its_programs_are_not(case: Case) -> None:
    row = case.bring({"DISC.ZIP": zipped({**slices(5, StudyDescription="CT chest", StudyDate="20260102"), **VIEWER})})
    assert (row.state, row.total, row.done, row.problem) == ("done", 10, 10, "")
    assert groups(row) == {
        ("taken", ""): 5,
        ("refused", "It is a program. Programs are never taken in."): 3,
        ("refused", "It is not a DICOM file."): 1,
        ("refused", "It is an archive inside the disc; unpack it and bring what is in it."): 1,
    }
    with case.db.reading() as session:
        (entry,) = timeline(session, BY, team_id=case.team_id, patient_id=case.patient.id)
        assert (entry.study.description, entry.discs, entry.archives) == ("CT chest", {"RMC": "CD from Leeds"}, ())
        done = session.scalars(select(AuditEntry).where(AuditEntry.action.like("import.%"))).all()
        assert [one.action for one in done] == ["import.begun", "import.uploaded", "import.finished"]
        assert done[-1].detail == {"trust": "RMC", "looked_at": 10, "taken": 5, "refused": 5}
    assert not (case.root / row.id).exists()
    assert all_of(case, Refusal) == []
    assert all_of(case, LocalIdentifier) == []


def test_a_case_is_arriving_while_a_disc_is_brought_to_it(case: Case) -> None:
    def said(when: Any) -> tuple[Word, bool]:
        with case.db.reading() as session:
            now = readiness.of_patients(session, {case.patient.id}, now=when)[case.patient.id]
            return now.word, "A disc is being brought" in now.notes

    before = said(NOW)
    with case.db.writing() as session:
        announced = Announced("CD from Leeds", 3, 900)
        begun = begin_import(session, by=case.by, **case.whose, announced=announced, most_bytes=1000, now=NOW)
    assert before == (Word.NOT_ASKED, False)
    assert said(NOW + timedelta(minutes=1)) == (Word.ARRIVING, True)
    assert said(NOW + timedelta(minutes=4)) == before  # whoever sent it has gone
    with case.db.writing() as session:
        cancel_import(session, by=case.by, import_id=begun.id, **case.whose, now=NOW)
    assert said(NOW + timedelta(minutes=1)) == before


def test_a_folder_is_as_good_as_a_zip_and_the_second_time_it_is_here_already(case: Case) -> None:
    case.bring(slices(4))
    row = case.bring(slices(4), label="The same again")
    assert groups(row) == {("here", ""): 4}
    assert len(all_of(case, Instance)) == 4
    assert [holder.label for holder in all_of(case, Holder)] == ["CD from Leeds"]


def test_a_disc_of_somebody_else_is_refused_with_both_records_named_and_leaves_no_trace(case: Case) -> None:
    row = case.bring({**slices(120, **HIS), **slices(1, study="1.2.4", folder="HERS")})
    assert groups(row) == {
        ("taken", ""): 1,
        (
            "refused",
            "It is not this patient’s: it says BROWN, Alan, born 02-Jul-1944, NHS number 999 000 0069; this case is of "
            "HARGREAVES, Dorothy, born 14-Mar-1951, NHS number 999 000 0018.",
        ): 120,
    }
    assert [study.study_uid for study in all_of(case, Study)] == ["1.2.4"]
    with case.db.writing() as session:
        add_patient(session, by=BY, now=NOW, **ALAN)
    assert {link.patient_id for link in all_of(case, Link)} == {case.patient.id}


def test_less_than_three_identifiers_wait_for_a_person_and_then_are_hers(case: Case) -> None:
    local = {"PatientID": "L-77", "IssuerOfPatientID": "LEEDS"}
    row = case.bring(slices(3, **local))
    why = "local number only: name, date of birth and sex agree, no NHS number"
    assert groups(row) == {("waits", why): 3}
    with case.db.writing() as session:
        assert timeline(session, BY, team_id=case.team_id, patient_id=case.patient.id) == []
        link = session.scalars(select(Link)).one()
        decide_match(session, by=case.by, link_id=link.id, belongs=True, reason="She brought it", now=NOW, **case.whose)
        assert len(timeline(session, BY, team_id=case.team_id, patient_id=case.patient.id)) == 1
    assert groups(case.bring(slices(5, **local)))[("taken", "")] == 2


def test_what_a_person_refused_is_refused_again(case: Case) -> None:
    local = {"PatientID": "L-77", "IssuerOfPatientID": "LEEDS"}
    case.bring(slices(1, **local))
    with case.db.writing() as session:
        link = session.scalars(select(Link)).one()
        decide_match(session, by=case.by, link_id=link.id, belongs=False, reason="A twin", now=NOW, **case.whose)
    assert [what for what, _ in groups(case.bring(slices(2, **local)))] == ["refused"]
    assert len(all_of(case, Instance)) == 1


def test_what_an_archive_holds_as_anothers_is_not_taken_from_a_disc_and_stays_with_the_other(case: Case) -> None:
    with case.db.writing() as session:
        alan = add_patient(session, by=BY, now=NOW, **ALAN)
        his = ClaimedIdentity(patient_id="9990000069")  # all that the archive says
        found = FoundStudy("1.2.3", his, None, "", "", ("CT",), "", 1, 1)
        (link,) = note(session, by=BY, patient=alan, trust_ods="RBV", found=[found], now=NOW)
        link.decision, link.decided_by = "confirmed", case.by.person_id
    row = case.bring(slices(2))
    assert [what for what, _ in groups(row)] == ["refused"]
    assert all_of(case, Instance) == []


def test_asking_every_trust_again_keeps_what_came_by_disc_and_doubles_nothing(case: Case) -> None:
    case.bring(slices(3))
    with case.db.writing() as session:
        found = FoundStudy("1.2.3", CLAIMED, None, "", "", ("CT",), "", 1, 3)
        note(session, by=BY, patient=case.patient, trust_ods="RMC", found=[found], now=NOW)
        (entry,) = timeline(session, BY, team_id=case.team_id, patient_id=case.patient.id)
        assert (entry.trusts, entry.archives, entry.discs) == (("RMC",), ("RMC",), {"RMC": "CD from Leeds"})
    assert len(all_of(case, Instance)) == 3
    assert len(all_of(case, Series)) == 1


def test_the_disc_is_compared_with_its_table_of_contents(case: Case) -> None:
    listed = [f"dicom/im{n:04}" for n in range(1, 6)]
    disc = {name: content for name, content in slices(6).items() if name not in ("DICOM/IM0003", "DICOM/IM0004")}
    disc = {f"cd/{name}": content for name, content in {"DICOMDIR": dicomdir({"1.2.3.1": listed}), **disc}.items()}
    row = case.bring({"a.zip": zipped(disc)})
    assert row.remarks == ["The disc lists 2 files that are not on it: cd/DICOM/IM0003, cd/DICOM/IM0004."]
    assert groups(row) == {
        ("contents", ""): 1,
        ("taken", ""): 3,
        ("taken", "The disc’s table of contents does not list it."): 1,
    }
    (series,) = all_of(case, Series)
    assert (series.expected, series.gaps) == (5, ["instances 3 and 4 are missing"])


def test_a_broken_table_of_contents_costs_nothing_but_a_remark(case: Case) -> None:
    row = case.bring({"DICOMDIR": b"nonsense", **slices(2)})
    assert row.remarks == ["The disc's table of contents (DICOMDIR) is not a DICOM file."]
    assert groups(row) == {("contents", ""): 1, ("taken", ""): 2}


def test_a_worker_that_is_killed_goes_on_where_it_was(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    done, row = Medium.done, case.upload({"a.zip": zipped(slices(60))})

    def killed_after_the_first_batch(medium: Medium) -> None:
        if case.now(row.id).done == 24:
            raise Killed
        done(medium)

    with monkeypatch.context() as patch:
        patch.setattr(Medium, "done", killed_after_the_first_batch)
        with pytest.raises(Killed):
            case.importer().run(row.id)
    assert case.importer().unfinished() == [row.id]
    assert (case.now(row.id).state, case.now(row.id).done, case.now(row.id).total) == ("working", 24, 60)
    case.importer().run(row.id)
    assert groups(case.now(row.id)) == {("taken", ""): 60}
    case.importer().run(row.id)
    assert groups(case.now(row.id)) == {("taken", ""): 60}
    assert case.importer().unfinished() == []


def test_a_file_that_we_stumble_over_is_left_out_by_name_and_the_others_are_taken(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(session: Any, sender: Any, files: Any, **more: Any) -> Any:
        if any(file.about and file.about.number == 7 for file in files):
            raise ZeroDivisionError
        return keep_unasked(session, sender, files, **more)

    monkeypatch.setattr(importing, "keep_unasked", stumbles)
    row = case.bring(slices(30))
    assert groups(row) == {("taken", ""): 29, ("refused", "Something went wrong on our side with this file."): 1}
    assert [group["names"] for group in row.outcome if group["what"] == "refused"] == [["DICOM/IM0007"]]


def test_while_the_disk_is_full_it_waits(case: Case) -> None:
    row = case.upload(slices(2))
    full = replace(case.importer(), reserve=1 << 60)
    with pytest.raises(OSError, match="too full"):
        full.run(row.id)
    assert case.now(row.id).state == "working"
    case.importer().run(row.id)
    assert groups(case.now(row.id)) == {("taken", ""): 2}


def test_it_can_be_cancelled_and_what_was_taken_in_stays(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    row = case.upload(slices(60))
    take = Importer._take

    def cancelled_after_the_first(importer: Importer, job: Any, places: Any) -> None:
        take(importer, job, places)
        with case.db.writing() as session:
            cancel_import(session, by=case.by, import_id=row.id, now=NOW, **case.whose)

    monkeypatch.setattr(Importer, "_take", cancelled_after_the_first)
    case.importer().run(row.id)
    assert case.now(row.id).state == "cancelled"
    assert groups(case.now(row.id)) == {("taken", ""): 24}
    assert not (case.root / row.id).exists()


def test_one_at_a_time_by_those_who_may_and_kept_by_their_trust(case: Case) -> None:
    row = case.upload(slices(1))
    announced = Announced("CD", 1, 10)
    with case.db.writing() as session:
        with pytest.raises(Invalid, match="already"):
            begin_import(session, by=case.by, announced=announced, most_bytes=100, now=NOW, **case.whose)
        cancel_import(session, by=case.by, import_id=row.id, now=NOW, **case.whose)
        begun = begin_import(session, by=case.by, announced=announced, most_bytes=100, now=NOW, **case.whose)
        assert begun.trust_ods == "RMC"
        observer = type(case.by)(case.by.person_id, "Ed", "RMC", roles={case.team_id: "observer"})
        with pytest.raises(Forbidden):
            begin_import(session, by=observer, announced=announced, most_bytes=100, now=NOW, **case.whose)
        stranger = type(case.by)(case.by.person_id, "Gita", "RMC", roles={"another": "chair"})
        with pytest.raises(NotFound):
            imports(session, stranger, **case.whose)


@pytest.mark.parametrize(
    ("announced", "why"),
    [
        (Announced(" ", 1, 10), "Enter what is written on the disc"),
        (Announced("x" * 101, 1, 10), "100 characters"),
        (Announced("CD", 0, 0), "Choose a ZIP"),
        (Announced("CD", 60_000, 10), "60,000 files"),
        (Announced("CD", 1, 5 << 30), "5,120 MB"),
    ],
)
def test_what_cannot_be_brought_is_said_before_anything_is_sent(case: Case, announced: Announced, why: str) -> None:
    with case.db.writing() as session, pytest.raises(Invalid, match=why):
        begin_import(session, by=case.by, announced=announced, most_bytes=1 << 30, now=NOW, **case.whose)


def test_what_nobody_goes_on_with_is_cleared_up(case: Case) -> None:
    row = case.upload(slices(1))
    with case.db.writing() as session:
        cancel_import(session, by=case.by, import_id=row.id, now=NOW, **case.whose)
    assert case.importer().unfinished() == [row.id], "the hint that it was cancelled was lost"
    case.importer().run(row.id)
    assert case.importer().unfinished() == []
    old = replace(case.importer(), clock=lambda: NOW + timedelta(days=2))
    announced = Announced("CD", 1, 10)
    with case.db.writing() as session:
        row = begin_import(session, by=case.by, announced=announced, most_bytes=100, now=NOW, **case.whose)
    assert case.importer().unfinished() == []
    old.unfinished()
    assert case.now(row.id).state == "cancelled"


def test_files_that_are_gone_are_said_to_be_gone(case: Case) -> None:
    row = case.upload(slices(1))
    shutil.rmtree(case.root / row.id)
    case.importer().run(row.id)
    assert case.now(row.id).problem == "The files of this import are no longer there. Bring the disc again."


def test_who_says_nothing_is_told_apart_from_who_says_another(case: Case) -> None:
    ours = known(case.patient)
    assert not_this_patients(ours, CLAIMED) is None
    nobody = not_this_patients(ours, ClaimedIdentity(patient_id="ANON"))
    assert nobody is not None
    assert nobody.startswith("It does not say whose it is")
    twin = ClaimedIdentity(family="HARGREAVES", given="Dora", birth_date=ours.birth_date)
    assert not_this_patients(ours, twin) is not None


def test_equal_refusals_are_one_line_and_a_flood_of_reasons_is_bounded() -> None:
    told = added([], (Fate(f"f{n}", "refused", "Because.") for n in range(300)))
    assert [(group["count"], len(group["names"])) for group in told] == [(300, 100)]
    flood = added(told, (Fate(f"f{n}", "refused", f"Because {n}.") for n in range(1000)))
    assert len(flood) == 201
    assert sum(group["count"] for group in flood) == 1300
    assert told[0]["count"] == 300
