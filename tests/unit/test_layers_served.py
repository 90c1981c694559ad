"""Layers from taking in to handing out: kept beside their object, told to those who may see the patient, and let go."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from mdt.core.actor import system
from mdt.core.audit import AuditEntry
from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.rereading import reread
from mdt.imaging.keeping.removal import forget
from mdt.imaging.models import Instance, Layer, Series
from mdt.people.actions import show_machine_layers
from mdt.record.models import Study
from tests.unit.layered import LEAF, a_contour, a_structure_set, add_layer
from tests.unit.objects import an_object, ramp, save
from tests.unit.pages import SETUP, Seeded, seeded
from tests.unit.receiving import NOW, Receiving, receiving
from tests.unit.states import a_state


def test_what_was_taken_in_before_layers_becomes_one_without_being_gathered_anew(
    place: Receiving, tmp_path: Path
) -> None:
    """As an earlier version left them: a plan and two captures without layers, a state without its colours."""
    plan = a_structure_set(("GTV", "MANUAL", [a_contour([0, 0, 5, 10, 0, 5, 10, 10, 5])]))
    captures = [
        an_object(
            ramp("uint8"), SOPClassUID="1.2.840.10008.5.1.4.1.1.7", SOPInstanceUID=f"1.2.3.7.{number}",
            SeriesInstanceUID="1.2.3.7", InstanceNumber=number,
        )
        for number in (1, 2)
    ]  # fmt: skip
    state = a_state(
        "1.2.3.1", ["1.2.3.1.1"], SOPClassUID="1.2.840.10008.5.1.4.1.1.11.3",
        PaletteColorLookupTableUID="1.2.840.10008.1.5.1",
    )  # fmt: skip
    plain = an_object(ramp("uint8"), SOPInstanceUID="1.2.3.1.9")
    taken = place.take(*(save(one, tmp_path / f"{n}.dcm") for n, one in enumerate((plan, *captures, state, plain))))
    assert [one.refused for one in taken] == [None] * 5
    with place.db.writing() as session:
        session.execute(delete(Layer))
        row = session.scalars(select(Instance).where(Instance.id == taken[3].instance_id)).one()
        row.header = {
            **row.header,
            "presentation": {"label": "OLD", "left_out": ["Its pseudo-colours are not applied."]},
        }
        before = len(list(session.scalars(select(AuditEntry.seq))))
    for told in (["capture", "contours", "state"], []):  # and a second time nothing more
        found = list(reread(place.db, place.store, place.sandbox, by=system("test"), now=NOW))
        assert sorted(one.gained for one in found if one.gained) == told
        assert [one.problem for one in found if one.problem] == []
    with place.db.reading() as session:
        layers = {layer.kind: layer for layer in session.scalars(select(Layer))}
        assert (layers["contours"].instance_id, layers["contours"].study_id) == (
            taken[0].instance_id,
            place.errand.study_id,
        )
        assert place.store.exists(layers["contours"].leaf or "")
        assert layers["capture"].instance_id == taken[1].instance_id
        said = session.get_one(Instance, taken[3].instance_id).header["presentation"]
        assert (said["label"], len(said["palette"]), said["left_out"]) == ("TUMOUR", 256, [])
        written = list(session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))[before:]
        assert [(one.action, one.detail) for one in written] == [("imaging.reread", {"objects": 3})]


def test_what_cannot_be_read_again_says_why_and_stays_as_it_is(place: Receiving, tmp_path: Path) -> None:
    plan = a_structure_set(("GTV", "MANUAL", [a_contour([0, 0, 5, 10, 0, 5, 10, 10, 5])]))
    (taken,) = place.take(save(plan, tmp_path / "plan.dcm"))
    with place.db.writing() as session:
        session.execute(delete(Layer))
        row = session.get_one(Instance, taken.instance_id)
        place.store.set_aside(row.sha256)
    (found,) = reread(place.db, place.store, place.sandbox, by=system("test"), now=NOW)
    assert found.gained is None
    assert found.problem
    with place.db.reading() as session:
        assert session.get(Instance, taken.instance_id) is not None


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Receiving]:
    with Sandbox() as sandbox, receiving(tmp_path, sandbox) as place:
        yield place


def test_a_structure_set_is_kept_with_what_it_draws_and_both_go_together(place: Receiving, tmp_path: Path) -> None:
    plan = a_structure_set(("GTV", "MANUAL", [a_contour([0, 0, 5, 10, 0, 5, 10, 10, 5])]))
    (taken,) = place.take(save(plan, tmp_path / "plan.dcm"))
    assert (taken.refused, taken.fresh) == (None, True)
    (again,) = place.take(tmp_path / "plan.dcm")
    assert not again.fresh
    with place.db.reading() as session:
        layer = session.scalars(select(Layer)).one()
        assert (layer.kind, layer.instance_id, layer.study_id) == ("contours", taken.instance_id, place.errand.study_id)
        assert layer.leaf is not None
        assert place.store.exists(layer.leaf)
    with place.db.writing() as session:
        instance = session.scalars(select(Instance)).one()
        free = forget(session, [instance], why="gone")
        assert free == {instance.sha256, layer.leaf}
        assert session.scalar(select(Layer.id)) is None


def test_the_first_capture_of_a_series_speaks_for_all(place: Receiving, tmp_path: Path) -> None:
    paths = [
        save(
            an_object(ramp("uint8"), SOPClassUID="1.2.840.10008.5.1.4.1.1.7", SOPInstanceUID=f"1.2.3.1.{number}"),
            tmp_path / f"{number}.dcm",
        )
        for number in (1, 2, 3)
    ]
    assert [taken.fresh for taken in place.take(*paths)] == [True, True, True]
    with place.db.reading() as session:
        assert [layer.kind for layer in session.scalars(select(Layer))] == ["capture"]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Seeded]:
    with seeded(tmp_path) as made:
        yield made


def layers_of(made: Seeded, who: str = "member") -> dict[str, Any]:
    answer = made.signed_in(who).get(f"/imaging/cases/{made.cases['maria']}/layers.json")
    assert answer.headers["Cache-Control"] == "no-store"
    said: dict[str, Any] = answer.get_json()
    return said


def test_layers_are_told_with_where_their_leaf_is(made: Seeded, tmp_path: Path) -> None:
    leaf = add_layer(made, tmp_path, refers=["1.2.3.1.1"])
    said = layers_of(made)
    (layer,) = said["layers"]
    assert said["machine_shown"] is True
    assert (layer["key"], layer["kind"], layer["leaf"]) == (made.documents["maria"], "contours", leaf)
    assert (layer["series"], layer["trust"], layer["problem"]) == ("1.2.3.1.2", "RMC", None)
    answer = made.signed_in("member").get(f"/imaging/layers/{layer['key']}/{leaf}.json")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(LEAF) == json.loads(gzip.decompress(answer.data))
    listed = made.signed_in("member").get(f"/imaging/cases/{made.cases['maria']}.json").get_json()
    assert {series["series"]: series["layers"] for study in listed["studies"] for series in study["series"]}[
        "1.2.3.1.2"
    ] == 1


def test_one_that_refers_to_somebody_elses_images_is_not_to_be_drawn(made: Seeded, tmp_path: Path) -> None:
    with made.house.db.writing() as session:
        study = Study(study_uid="1.2.9", modalities=["CT"])
        session.add(study)
        session.flush()
        session.add(Series(study_id=study.id, series_uid="1.2.9.1", gaps=[]))
    add_layer(made, tmp_path, refers=["1.2.9.1"])
    (layer,) = layers_of(made)["layers"]
    assert layer["problem"] == "It refers to images that are not this patient's, and is not drawn."


def test_a_team_may_want_what_machines_drew_only_when_it_is_switched_on(made: Seeded) -> None:
    with made.house.db.writing() as session:
        show_machine_layers(session, by=SETUP, team_id=made.teams["lung"], shown=False, now=NOW)
    assert layers_of(made)["machine_shown"] is False
