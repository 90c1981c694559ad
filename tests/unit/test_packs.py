"""A series' pack: every frame in hanging order, as a browser reads it; built again as the series grows."""

import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mdt.core.sandbox import Sandbox
from mdt.imaging.gathering.series import unpacked
from mdt.imaging.models import Series
from mdt.imaging.pixels.frames import Encoded
from mdt.imaging.pixels.packs import MAKER, Packer, outdated
from tests.unit.objects import Pixels, an_object, ramp, save
from tests.unit.receiving import NOW, Receiving, receiving

AXIAL = [1, 0, 0, 0, 1, 0]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, sandbox: Sandbox) -> Iterator[Receiving]:
    with receiving(tmp_path, sandbox) as made:
        yield made


@pytest.fixture
def packer(place: Receiving) -> Iterator[Packer]:
    with Packer(place.db, place.store) as made:
        yield made


def a_slice(folder: Path, number: int, z: float) -> tuple[Path, Pixels]:
    pixels = np.roll(ramp("int16"), number)
    dataset = an_object(
        pixels,
        SOPInstanceUID=f"1.2.3.1.{number}",
        InstanceNumber=number,
        ImagePositionPatient=[-100, -120, z],
        ImageOrientationPatient=AXIAL,
        PixelSpacing=[0.7, 0.8],
        SliceThickness=2,
        RescaleSlope=1,
        RescaleIntercept=-1024,
        WindowCenter=[40, -600],
        WindowWidth=[400, 1500],
        FrameOfReferenceUID="1.2.3.9",
    )
    return save(dataset, folder / f"{number}.dcm"), pixels


def test_a_pack_holds_every_frame_in_hanging_order(place: Receiving, packer: Packer, tmp_path: Path) -> None:
    made = {number: a_slice(tmp_path, number, 300 - 2.0 * number) for number in (3, 1, 4, 2)}
    taken = place.take(*(path for path, _ in made.values()))
    shown = place.shown(packer, taken[0].series_id or "")
    assert [entry["number"] for entry, _ in shown] == [1, 2, 3, 4]
    assert all(np.array_equal(pixels, made[entry["number"]][1]) for entry, pixels in shown)
    first = shown[0][0]
    assert first["sop"] == "1.2.3.1.1"
    assert first["frame"] == 1
    assert (first["position"], first["orientation"]) == ([-100, -120, 298], AXIAL)
    assert (first["spacing"], first["spacing_source"], first["thickness"]) == ([0.7, 0.8], "PixelSpacing", 2)
    assert (first["slope"], first["intercept"], first["units"]) == (1, -1024, "HU")
    assert (first["centre"], first["width"], first["voi_function"]) == ([40, -600], [400, 1500], "LINEAR")
    pack = place.pack()
    assert pack is not None
    assert (pack.frames, pack.lossy) == (4, False)


def test_a_series_that_grows_copies_what_is_packed_already(
    place: Receiving, packer: Packer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[str] = []
    make = packer._make

    def noting(instance: Any, part: Path) -> Encoded:
        encoded.append(instance.sop_uid)
        return make(instance, part)

    monkeypatch.setattr(packer, "_make", noting)
    series_id = ""
    versions: list[str] = []
    for numbers in ((1, 3), (2,), (4, 5)):
        taken = place.take(*(a_slice(tmp_path, number, 2.0 * number)[0] for number in numbers))
        series_id = taken[0].series_id or ""
        versions.append(packer.build(series_id, now=NOW + timedelta(minutes=len(versions) + 1)) or "")
    assert sorted(encoded) == [f"1.2.3.1.{number}" for number in range(1, 6)]
    assert [entry["number"] for entry, _ in place.read(series_id, versions[2])] == [1, 2, 3, 4, 5]
    assert len(place.read(series_id, versions[1])) == 3, "who looks at the one before keeps it"
    with pytest.raises(FileNotFoundError):
        place.read(series_id, versions[0])
    anew = Packer(place.db, place.store)
    with anew:
        assert anew.build(series_id, now=NOW) == versions[2]
        place.store.drop_pack(series_id, versions[2])
        assert anew.build(series_id, now=NOW) == versions[2], "the version is a hash of the content alone"


def test_the_worker_knows_which_series_wait(place: Receiving, packer: Packer, tmp_path: Path) -> None:
    taken = place.take(a_slice(tmp_path, 1, 0)[0])
    series_id = taken[0].series_id or ""

    def waiting() -> list[str]:
        with place.db.reading() as session:
            return unpacked(session)

    assert waiting() == [series_id]
    packer.build(series_id, now=NOW + timedelta(days=1))
    assert waiting() == []
    place.take(a_slice(tmp_path, 2, 1)[0])
    assert waiting() == [series_id], "what was read before the pack and kept after it waits too"
    packer.build(series_id, now=NOW)
    assert waiting() == []


def test_a_pack_of_an_older_make_is_made_again(
    place: Receiving, packer: Packer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def old() -> list[str]:
        with place.db.reading() as session:
            return outdated(session, 9)

    taken = place.take(a_slice(tmp_path, 1, 0)[0])
    series_id = taken[0].series_id or ""
    with monkeypatch.context() as before:
        before.setattr("mdt.imaging.pixels.packs.MAKER", MAKER - 1)
        first = packer.build(series_id, now=NOW)
    assert old() == [series_id]
    second = packer.build(series_id, now=NOW)
    assert (second != first, old()) == (True, [])
    entries = [entry for entry, _ in place.read(series_id, second or "")]
    assert len(entries[0]["hash"]) == 32
    assert place.read(series_id, first or ""), "who looks at the one before keeps it"


def test_an_object_that_cannot_be_decoded_says_so_and_the_others_are_shown(
    place: Receiving, packer: Packer, tmp_path: Path
) -> None:
    good, pixels = a_slice(tmp_path, 1, 0)
    broken = an_object(pixels, payloads=[b"not a codestream at all"], SOPInstanceUID="1.2.3.1.2", InstanceNumber=2)
    taken = place.take(good, save(broken, tmp_path / "broken.dcm", "1.2.840.10008.1.2.4.90"))
    shown = place.shown(packer, taken[0].series_id or "")
    assert [entry["sop"] for entry, _ in shown] == ["1.2.3.1.1"]
    problem = place.instances()["1.2.3.1.2"].problem
    assert problem is not None
    assert problem.startswith("Its pixels could not be decoded (")
    assert place.instances()["1.2.3.1.2"].frames == 0
    with place.db.reading() as session:
        assert unpacked(session) == []


def test_a_broken_frame_among_good_ones_is_counted(place: Receiving, packer: Packer, tmp_path: Path) -> None:
    cine = ramp("uint8", 60, 20).reshape(3, 20, 20)
    dataset = an_object(cine, payloads=[_deflated(cine[0]), b"\xff\xff\xff", _deflated(cine[2])], FrameTime=40)
    taken = place.take(save(dataset, tmp_path / "cine.dcm", "1.2.840.10008.1.2.8.1"))
    shown = place.shown(packer, taken[0].series_id or "")
    assert [entry["frame"] for entry, _ in shown] == [1, 3]
    assert [entry["seconds"] for entry, _ in shown] == [0.04, 0.04]
    assert np.array_equal(shown[1][1], cine[2])
    instance = place.instances()["1.2.3.1.1"]
    assert instance.frames == 2
    assert (instance.problem or "").startswith("1 of its 3 frames could not be decoded, the first of them frame 2")


def test_a_series_with_nothing_to_show_has_no_pack(place: Receiving, packer: Packer, tmp_path: Path) -> None:
    taken = place.take(save(an_object(None), tmp_path / "a.dcm"))
    assert packer.build(taken[0].series_id or "", now=NOW) is None
    assert place.pack() is None
    assert packer.build("0" * 32, now=NOW) is None


def test_any_store_that_fsspec_reaches(sandbox: Sandbox, tmp_path: Path) -> None:
    with receiving(tmp_path, sandbox, store="memory://imaging") as place, Packer(place.db, place.store) as packer:
        made = {number: a_slice(tmp_path, number, 2.0 * number) for number in (1, 2)}
        taken = place.take(*(path for path, _ in made.values()))
        series_id = taken[0].series_id or ""
        assert len(place.shown(packer, series_id)) == 2
        place.take(a_slice(tmp_path, 3, 6.0)[0])
        assert len(place.shown(packer, series_id)) == 3
        with place.db.reading() as session:
            assert session.get_one(Series, series_id).series_uid == "1.2.3.1"


def _deflated(pixels: Pixels) -> bytes:
    return zlib.compress(pixels.tobytes(), wbits=-15)
