"""Keeping the store: what is damaged is found, named and brought again; what nobody needs makes room, nothing else."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from mdt.cli import store as command
from mdt.core.errors import Invalid, MdtError
from mdt.core.sandbox import Limits, Sandbox
from mdt.imaging.arrivals.intake import take_in
from mdt.imaging.keeping import eviction
from mdt.imaging.keeping.eviction import Needed, evict, plan
from mdt.imaging.keeping.scrub import Checked, Scrubber
from mdt.imaging.keeping.store import Store
from mdt.imaging.keeping.usage import by_patient
from mdt.imaging.models import Gather, Instance, Pack, Series
from mdt.imaging.pixels import packs
from mdt.imaging.pixels.packs import Packer
from mdt.record.models import Holder, Link, Patient, Study
from mdt.trusts.models import Source
from tests.unit.objects import an_object, ramp, save
from tests.unit.receiving import BY, NOW, Receiving, receiving

LATER = NOW + timedelta(days=30)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


class Here:
    """Packs are made in this process: what makes them is ours, and a child takes long to start."""

    def __init__(self, _limits: Limits) -> None:
        pass

    def call(self, function: Any, *args: Any) -> Any:
        return function(*args)

    def close(self) -> None:
        pass


EVERYWHERE = pytest.mark.parametrize("place", ["folder", "memory", "s3"], indirect=True)


@pytest.fixture
def place(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Receiving]:
    """Three slices of one series and a pack of them, linked to Dorothy, held by a trust that can be asked again."""
    monkeypatch.setattr(packs, "Sandbox", Here)
    where = getattr(request, "param", "folder")
    bucket = request.getfixturevalue("bucket") if where == "s3" else ""
    store = {"folder": None, "memory": f"memory://{tmp_path.name}", "s3": f"{bucket}/{tmp_path.name}"}[where]
    with receiving(tmp_path, sandbox, store=store) as place:
        for number in (1, 2, 3):
            pixels = ramp("int16", low=-100 * number, high=1000)
            dataset = an_object(pixels, SOPInstanceUID=f"1.2.3.1.{number}", InstanceNumber=number)
            place.take(save(dataset, tmp_path / f"{number}.dcm"))
        with place.db.writing() as session:
            born = date(1951, 3, 14)
            patient = Patient(nhs_number="9990000018", family="HARGREAVES", given="Dorothy", birth_date=born, sex="F")
            session.add_all([patient, Source(trust_ods="RMC", kind="folder", settings={"path": "/nowhere"})])
            session.flush()
            study = place.errand.study_id
            session.add_all(
                [
                    Link(patient_id=patient.id, study_id=study, trust_ods="RMC", status="auto"),
                    Holder(study_id=study, trust_ods="RMC", claimed={}, seen_at=NOW),
                ]
            )
        with Packer(place.db, place.store) as packer:
            packer.build(series_of(place).id, now=NOW)
        yield place


def series_of(place: Receiving) -> Series:
    with place.db.reading() as session:
        return session.scalars(select(Series)).one()


def patient_of(place: Receiving) -> str:
    with place.db.reading() as session:
        return session.scalars(select(Patient.id)).one()


def spoil(store: Store, place: str) -> None:
    """One bit of a file in the store turns over."""
    content = bytearray(store._fs.cat_file(place))
    content[len(content) // 2] ^= 1
    store._fs.pipe_file(place, bytes(content))


def checked(place: Receiving, after: str = "") -> list[Checked]:
    return list(Scrubber(place.db, place.store, BY, lambda: LATER).run(after))


@EVERYWHERE
def test_a_sound_store_is_read_whole(place: Receiving) -> None:
    everything = checked(place)
    assert [one.damage for one in everything] == [None] * 4
    with place.db.reading() as session:
        objects = sum(session.scalars(select(Instance.bytes)))
        packs = sum(session.scalars(select(Pack.bytes)))
    assert sum(one.bytes for one in everything) == objects + packs
    assert checked(place, everything[1].after) == everything[2:], "a run that was cut short goes on where it was"
    assert checked(place, everything[3].after) == []


@EVERYWHERE
def test_a_damaged_object_is_set_aside_and_named_and_comes_again(place: Receiving, tmp_path: Path) -> None:
    broken = place.instances()["1.2.3.1.2"]
    spoil(place.store, place.store._object(broken.sha256))
    (damage,) = [one.damage for one in checked(place) if one.damage]
    assert damage.name == broken.sha256
    assert damage.why.startswith("Its bytes are not those it was kept with")
    assert damage.studies == ((place.errand.study_id, (patient_of(place),)),)
    assert sorted(place.instances()) == ["1.2.3.1.1", "1.2.3.1.3"]
    series = series_of(place)
    assert (series.received, series.frames) == (2, 2)
    assert series.gaps[0].startswith("An object was found damaged in the store on 24 December 2026")
    assert not place.store.exists(broken.sha256)
    assert place.store._fs.exists(f"{place.store._root}/quarantine/{broken.sha256}")
    assert [one.fresh for one in place.take(tmp_path / "2.dcm")] == [True], "the next gather brings it again"
    assert place.instances()["1.2.3.1.2"].sha256 == broken.sha256
    assert not [one for one in checked(place) if one.damage]


@EVERYWHERE
def test_an_object_that_is_gone_is_noticed(place: Receiving) -> None:
    lost = place.instances()["1.2.3.1.3"]
    place.store.drop_object(lost.sha256)
    assert [(one.damage.name, one.damage.why) for one in checked(place) if one.damage] == [(lost.sha256, "It is gone.")]
    assert sorted(place.instances()) == ["1.2.3.1.1", "1.2.3.1.2"]


@EVERYWHERE
@pytest.mark.parametrize("file", ["frames", "index.json"])
def test_a_damaged_pack_is_made_anew(place: Receiving, file: str) -> None:
    series, pack = series_of(place), place.pack()
    assert pack is not None
    spoil(place.store, f"{place.store._root}/packs/{series.id}/{pack.version}/{file}")
    (damage,) = [one.damage for one in checked(place) if one.damage]
    assert damage.why == "The pack is damaged and is made anew."
    assert place.pack() is None
    assert place.store.packs(series.id) == set()
    with Packer(place.db, place.store) as packer:
        assert packer.build(series.id, now=NOW) == pack.version


@EVERYWHERE
def test_room_is_told_by_kind_and_patient(place: Receiving) -> None:
    kinds = place.store.kinds()
    with place.db.reading() as session:
        room = by_patient(session)[patient_of(place)]
    assert (room.studies, room.instances) == (1, 3)
    assert kinds["objects"] < room.bytes <= kinds["objects"] + kinds["packs"]
    assert kinds["quarantine"] == 0


NOBODY = Needed()


def planned(place: Receiving, needed: Needed = NOBODY, excess: int = 1) -> eviction.Plan:
    with place.db.reading() as session:
        return plan(session, excess=excess, needed=needed, now=LATER)


def test_what_nobody_needs_goes_and_says_that_it_can_be_asked_for_again(place: Receiving, tmp_path: Path) -> None:
    (one,) = planned(place).going
    assert (one.study_id, one.patients, one.instances, one.since) == (
        place.errand.study_id, (patient_of(place),), 3, NOW,
    )  # fmt: skip
    with place.db.writing() as session:
        evicted = evict(session, one, by=BY, now=LATER)
    assert evicted is not None
    assert len(evicted.names) == 3
    series = series_of(place)
    assert (series.received, series.frames, place.instances(), place.pack()) == (0, 0, {}, None)
    assert series.gaps == ["Removed from the store on 24 December 2026 to make room; asking again brings it back."]
    assert planned(place).going == ()
    assert [one.fresh for one in place.take(tmp_path / "1.dcm", tmp_path / "2.dcm")] == [True, True]


def test_the_store_below_its_quota_loses_nothing(place: Receiving) -> None:
    assert planned(place, excess=0).going == ()
    assert planned(place, excess=-5).going == ()


def test_what_is_needed_stays_and_why_is_told(place: Receiving) -> None:
    patient, day = patient_of(place), timedelta(days=1)
    stays = {
        eviction.COMING: Needed(coming={patient}),
        eviction.DECIDED: Needed(decided={patient: NOW + day}),
        eviction.MARKED: Needed(series_uids={"1.2.3.1"}),
    }
    for why, needed in stays.items():
        assert planned(place, needed).going == ()
        assert set(planned(place, needed).staying) == {why}
    other = Needed(coming={"f" * 32}, decided={patient: NOW - day}, series_uids={"1.2.999"})
    assert len(planned(place, other).going) == 1, "the decision was made before any of it was here"


def test_what_nobody_could_send_again_stays(place: Receiving) -> None:
    with place.db.writing() as session:
        session.scalars(select(Holder)).one().gone_at = NOW
    assert set(planned(place).staying) == {eviction.NOWHERE_ELSE}
    with place.db.writing() as session:
        holder = session.scalars(select(Holder)).one()
        holder.gone_at, holder.origin = None, "disc"
    assert set(planned(place).staying) == {eviction.NOWHERE_ELSE}


def test_what_is_asked_for_at_this_moment_stays_even_when_it_was_to_go(place: Receiving) -> None:
    (one,) = planned(place).going
    with place.db.writing() as session:
        session.add(Gather(patient_id=patient_of(place), asked_at=LATER))
    assert set(planned(place).staying) == {eviction.GATHERING}
    with place.db.writing() as session:
        assert evict(session, one, by=BY, now=LATER) is None
    assert len(place.instances()) == 3


def test_the_oldest_goes_first_and_no_more_than_must(place: Receiving, tmp_path: Path) -> None:
    with place.db.writing() as session:
        newer = Study(study_uid="1.2.4", modalities=[])
        session.add(newer)
        session.flush()
        session.add(Holder(study_id=newer.id, trust_ods="RMC", claimed={}, seen_at=NOW))
        newer_id = newer.id
    uids: dict[str, Any] = {"StudyInstanceUID": "1.2.4", "SeriesInstanceUID": "1.2.4.1", "SOPInstanceUID": "1.2.4.1.1"}
    path = save(an_object(ramp("int16"), **uids), tmp_path / "newer.dcm")
    errand = replace(place.errand, study_id=newer_id, study_uid="1.2.4")
    later = NOW + timedelta(days=1)
    take_in(place.db, place.store, place.sandbox, errand, [path], by=BY, now=later)
    (older,) = planned(place, excess=1).going
    assert older.study_id == place.errand.study_id
    assert [one.study_id for one in planned(place, excess=older.bytes).going] == [older.study_id]
    both = planned(place, excess=older.bytes + 1).going
    assert [one.study_id for one in both] == [older.study_id, newer_id]


@pytest.fixture
def say(place: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`app.py store ...` on this place; gives the exit code and what was said."""
    house = SimpleNamespace(db=place.db, store=place.store, settings=SimpleNamespace(data=tmp_path))
    monkeypatch.setattr(command, "open_house", lambda: house)
    monkeypatch.setattr(command, "utc_now", lambda: LATER)

    def ask(*words: str) -> tuple[int, str]:
        told = CliRunner().invoke(command.store, list(words))
        assert told.exception is None or isinstance(told.exception, SystemExit | MdtError), told.exception
        return told.exit_code, told.output + str(told.exception or "")

    return ask


def test_verify_is_gone_on_with_and_names_what_is_damaged(place: Receiving, say: Any) -> None:
    code, said = say("verify", "--most", "2")
    assert (code, said.startswith("2 checked, ")) == (0, True)
    code, said = say("verify")
    assert code == 0
    assert "Going on where the last run was cut short" in said
    assert "\n2 checked, " in said
    broken = place.instances()["1.2.3.1.1"].sha256
    spoil(place.store, place.store._object(broken))
    code, said = say("verify")
    assert code == 1
    assert f"DAMAGED {broken}: Its bytes are not those it was kept with" in said
    assert f"study {place.errand.study_id}, patient {patient_of(place)}" in said
    assert "HARGREAVES" not in said


def test_eviction_tells_before_it_acts(place: Receiving, say: Any) -> None:
    code, said = say("usage")
    assert code == 0
    assert re.search(rf"{patient_of(place)} +1 studies +3 objects", said)
    code, said = say("evict", "--quota", "1M")
    assert (code, "goes:" in said, "Nothing was removed" in said) == (0, False, False), "there is room"
    code, said = say("evict", "--quota", "100")
    assert f"study {place.errand.study_id}, patient {patient_of(place)}, here since 24 Nov 2026" in said
    assert "Nothing was removed; --yes removes them." in said
    assert len(place.instances()) == 3
    code, said = say("evict", "--quota", "100", "--yes")
    assert "Removed 1 study." in said
    assert (place.store.kinds()["objects"], place.store.kinds()["packs"]) == (0, 0)
    with pytest.raises(Invalid, match="is not a size"):
        command._bytes("a lot")
    assert [command._bytes(text) for text in ("500G", "1.5 TB", "12")] == [500 * 10**9, 15 * 10**11, 12]


def test_eviction_says_when_the_quota_cannot_be_kept(place: Receiving, say: Any) -> None:
    with place.db.writing() as session:
        session.scalars(select(Holder)).one().gone_at = NOW
    code, said = say("evict", "--quota", "100", "--yes")
    assert code == 1
    assert "no trust could send it again" in said
    assert "The quota cannot be kept" in said
    assert len(place.instances()) == 3
