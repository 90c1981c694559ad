"""Layers: what others drew over images is read with who or what made it; what is malformed is named, never believed."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from mdt.imaging.files.parsing import describe
from mdt.imaging.layers import contours
from mdt.imaging.layers.reading import leaf_beside
from tests.unit.layered import (
    FRAME,
    MAMMOGRAPHY_CAD,
    a_contour,
    a_group,
    a_number,
    a_place,
    a_report,
    a_structure_set,
    an_image,
    content,
)
from tests.unit.objects import an_object, item, ramp, save
from tests.unit.states import code

SQUARE = [0.0, 0.0, 5.0, 10.0, 0.0, 5.0, 10.0, 10.0, 5.0, 0.0, 10.0, 5.0]


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """What is told of the layer, and its leaf."""

    def ask(dataset: Dataset) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        described = describe(save(dataset, tmp_path / "a.dcm"), tmp_path / "document")
        assert described.layer is not None
        assert described.problem is None
        leaf = leaf_beside(tmp_path / "document")
        drawn = json.loads(gzip.decompress(leaf.read_bytes())) if described.layer["leaf"] else None
        return described.layer["kind"], described.layer["about"], drawn

    return ask


def test_a_structure_set_says_what_its_regions_are_and_who_drew_them(read: Any) -> None:
    kind, about, leaf = read(
        a_structure_set(
            ("GTV", "AUTOMATIC", [a_contour(SQUARE, sop="1.2.3.1.1")]),
            ("Cord", "MANUAL", [a_contour([1, 2, 3], "POINT")]),
        )
    )
    assert kind == "contours"
    assert (about["title"], about["at"], about["creator"]) == ("PLAN", "2026-11-03", "Planner, Pat")
    assert about["equipment"] == "MIM Software MIM Maestro 7.1"
    assert (about["frame_of_reference"], about["refers"]) == (FRAME, ["1.2.3.1"])
    gtv, cord = about["parts"]
    assert (gtv["name"], gtv["type"], gtv["colour"], gtv["machine"]) == ("GTV", "GTV", [255, 0, 0], True)
    assert (cord["colour"], cord["machine"]) == ([0, 255, 0], False)
    assert about["machine"] is True
    assert about["why"] == "Of its parts 1 of 2: It says that an algorithm made it (AUTOMATIC)."
    assert leaf is not None
    first, second = leaf["rois"]
    assert first["contours"] == [{"kind": "CLOSED_PLANAR", "sop": "1.2.3.1.1", "points": SQUARE}]
    assert second["contours"][0]["points"] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    "broken",
    [
        a_contour([0, 0, 5, 10, 0, 5], "CLOSED_PLANAR"),  # two points enclose nothing
        a_contour([0, 0, 5, 10, 0], "OPEN_PLANAR"),  # half a point
        a_contour([0, 0, 5, 10, 0, 5, 10, 10, 9, 0, 10, 5]),  # not in one plane
        a_contour([0, 0, 5, 10, 0, 5, 1e9, 10, 5]),  # nobody is as large
        a_contour(SQUARE, "SPHERE"),
        item(ContourGeometricType="CLOSED_PLANAR"),
    ],
    ids=["two", "half", "bent", "far", "kind", "empty"],
)
def test_a_malformed_contour_is_left_out_and_named(read: Any, broken: Dataset) -> None:
    _, about, leaf = read(a_structure_set(("GTV", "", [broken, a_contour(SQUARE)])))
    assert [len(roi["contours"]) for roi in leaf["rois"]] == [1]
    assert about["left_out"] == ["1 contour is malformed and not drawn (of GTV)."]
    assert about["machine"] is None
    _, about, leaf = read(a_structure_set(("GTV", "", [broken])))
    assert (about["problem"], leaf) == ("None of its contours can be drawn.", None)


@pytest.mark.parametrize("number", ["nan", "inf", "x"])
def test_numbers_that_are_none_are_no_contour(tmp_path: Path, number: str) -> None:
    dataset = a_structure_set(("GTV", "", [a_contour([0.125, 0.125, 5, 1, 0, 5, 1, 1, 5]), a_contour(SQUARE)]))
    path = save(dataset, tmp_path / "b.dcm")
    written = path.read_bytes()
    assert written.count(b"0.125\\0.125") == 1
    path.write_bytes(written.replace(b"0.125\\0.125", b"0.125\\" + number.encode().ljust(5)))
    described = describe(path, tmp_path / "document")
    assert described.layer is not None
    assert described.layer["about"]["left_out"] == ["1 contour is malformed and not drawn (of GTV)."]


def test_more_points_than_can_be_drawn_are_named(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contours, "MOST_POINTS", 6)
    _, about, leaf = read(
        a_structure_set(
            ("GTV", "", [a_contour(SQUARE)]), ("PTV", "", [a_contour(SQUARE), a_contour([1, 2, 3], "POINT")])
        )
    )
    assert [len(roi["contours"]) for roi in leaf["rois"]] == [1, 1]
    assert about["left_out"] == ["It holds more points than can be drawn here; not all of PTV is."]


def test_a_name_is_text_whatever_it_says(read: Any) -> None:
    _, about, _ = read(a_structure_set(("<script>alert(1)</script>", "", [a_contour(SQUARE)])))
    assert about["parts"][0]["name"] == "<script>alert(1)</script>"  # shown as text, see the panel


def test_a_segmentation_says_which_algorithm_made_which_segment(read: Any) -> None:
    made = item(AlgorithmName="LungNet", AlgorithmVersion="3.2")
    segments = [
        item(
            SegmentNumber=1, SegmentLabel="Nodule", SegmentAlgorithmType="AUTOMATIC",
            SegmentationAlgorithmIdentificationSequence=[made],
        ),
        item(SegmentNumber=2, SegmentLabel="Lung", SegmentAlgorithmType="SEMIAUTOMATIC", SegmentAlgorithmName="Brush"),
    ]  # fmt: skip
    kind, about, leaf = read(
        an_object(
            ramp("uint8", 4, 8),
            SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4",
            SegmentationType="FRACTIONAL",
            FrameOfReferenceUID=FRAME,
            ContentDescription="Lung nodules",
            ContentCreatorName="Reader^Rae",
            SegmentSequence=segments,
            ReferencedSeriesSequence=[item(SeriesInstanceUID="1.2.3.1")],
        )
    )
    assert (kind, leaf) == ("mask", None)
    assert (about["title"], about["creator"], about["refers"]) == ("Lung nodules", "Reader, Rae", ["1.2.3.1"])
    assert [(part["name"], part["algorithm"], part["machine"]) for part in about["parts"]] == [
        ("Nodule", "LungNet 3.2", True),
        ("Lung", "Brush", True),
    ]
    assert (about["machine"], about["frame_of_reference"]) == (True, FRAME)


LONG_AXIS = code("103339001", "Long Axis", "SCT")


def test_a_measurement_has_its_value_unit_finding_and_place(read: Any) -> None:
    line = a_place("POLYLINE", [10.5, 20.5, 30.5, 20.5], an_image("1.2.3.1.1"))
    group = a_group(
        content("TEXT", code("112039", "Tracking Identifier"), TextValue="Lesion 1"),
        content("CODE", code("121071", "Finding"), ConceptCodeSequence=[code("4147007", "Mass", "SCT")]),
        content(
            "CODE", code("363698007", "Finding Site", "SCT"), ConceptCodeSequence=[code("39607008", "Lung", "SCT")]
        ),
        a_number(LONG_AXIS, 22.4, "mm", line),
    )
    person = content("PNAME", code("121008", "Person Observer Name"), "HAS OBS CONTEXT", PersonName="Siddiqui^Ayesha")
    kind, about, leaf = read(
        a_report(person, content("CONTAINER", code("126010", "Measurements"), ContentSequence=[group]))
    )
    assert kind == "marks"
    assert (about["machine"], about["observers"], about["refers"]) == (False, ["Siddiqui, Ayesha"], ["1.2.3.1"])
    (mark,) = leaf["marks"]
    assert mark["image"] == {"sop": "1.2.3.1.1", "frames": []}
    assert (mark["type"], mark["points"]) == ("POLYLINE", [[10.5, 20.5], [30.5, 20.5]])
    assert (mark["label"], mark["finding"], mark["site"]) == ("Lesion 1", "Mass", "Lung")
    assert mark["values"] == [{"name": "Long Axis", "value": 22.4, "unit": "mm"}]


def test_a_region_is_told_with_all_that_was_measured_of_it(read: Any) -> None:
    region = a_place("POLYLINE", [0, 0, 9, 0, 9, 9, 0, 0], an_image("1.2.3.1.1", 3))
    device = content(
        "CODE", code("121005", "Observer Type"), "HAS OBS CONTEXT", ConceptCodeSequence=[code("121007", "Device")]
    )
    mean, volume = code("373098007", "Mean", "SCT"), code("118565006", "Volume", "SCT")
    _, about, leaf = read(
        a_report(device, a_group(region, a_number(mean, 41, "[hnsf'U]"), a_number(volume, 5.2, "cm3")))
    )
    (mark,) = leaf["marks"]
    assert mark["image"]["frames"] == [3]
    assert [(one["name"], one["value"], one["unit"]) for one in mark["values"]] == [
        ("Mean", 41.0, "[hnsf'U]"),
        ("Volume", 5.2, "cm3"),
    ]
    assert (about["machine"], about["why"]) == (True, "It says that its only observer is a device.")


def test_cad_finds_its_image_by_reference_and_keeps_to_what_is_to_be_presented(read: Any) -> None:
    def finding(intent: str, *places: Dataset) -> Dataset:
        shown = content(
            "CODE", code("111056", "Rendering Intent"), "HAS CONCEPT MOD", ConceptCodeSequence=[code(intent, "Intent")]
        )
        chance = a_number(code("111047", "Probability of cancer"), 84, "%")
        return content(
            "CODE", code("111059", "Single Image Finding"), ConceptCodeSequence=[code("129770000", "Density", "SCT")],
            ContentSequence=[shown, chance, *places],
        )  # fmt: skip

    by_reference = item(RelationshipType="SELECTED FROM", ReferencedContentItemIdentifier=[1, 1, 1])
    library = content("CONTAINER", code("111028", "Image Library"), ContentSequence=[an_image("1.2.3.1.1")])
    outline = a_place("POLYLINE", [5, 5, 9, 5, 9, 9, 5, 5], by_reference, concept=code("111041", "Outline"))
    hidden = a_place("POINT", [1, 1], by_reference, concept=code("111010", "Center"))
    _, about, leaf = read(
        a_report(library, finding("111150", outline), finding("111152", hidden), template=MAMMOGRAPHY_CAD)
    )
    (mark,) = leaf["marks"]
    assert (mark["image"]["sop"], mark["label"]) == ("1.2.3.1.1", "Density")
    assert mark["values"][0] == {"name": "Probability of cancer", "value": 84.0, "unit": "%"}
    assert (about["cad"], about["machine"]) == (True, True)
    assert about["left_out"] == ["1 of its marks is not meant to be presented."]


@pytest.mark.parametrize(
    "place",
    [
        a_place("POLYLINE", [1, 2, 3], an_image("1.2.3.1.1")),
        a_place("ELLIPSE", [1, 2, 3, 4], an_image("1.2.3.1.1")),
        a_place("POINT", [float("nan"), 2], an_image("1.2.3.1.1")),
        a_place("POINT", [1, 2]),  # on no image
        a_place("POINT", [1, 2], item(RelationshipType="SELECTED FROM", ReferencedContentItemIdentifier=[1, 9, 9])),
        a_place("POLYLINE", [0.0] * 10_000, an_image("1.2.3.1.1")),
    ],
    ids=["half", "ellipse", "nan", "no-image", "nowhere", "endless"],
)
def test_a_malformed_mark_is_left_out_and_named(read: Any, place: Dataset) -> None:
    _, about, leaf = read(a_report(a_group(place)))
    assert leaf is None
    assert about["left_out"] == ["1 of its marks is malformed and not drawn."]
    assert about["problem"] == "None of its marks can be drawn."


def test_a_report_that_refers_to_itself_or_goes_deep_comes_to_an_end(read: Any, tmp_path: Path) -> None:
    deep = a_group(a_place("POINT", [1, 2], an_image("1.2.3.1.1")))
    for _ in range(60):
        deep = content("CONTAINER", code("1", "Deeper"), ContentSequence=[deep])
    good = a_place("POINT", [1, 2], item(RelationshipType="SELECTED FROM", ReferencedContentItemIdentifier=[1]))
    described = describe(save(a_report(deep, a_group(good)), tmp_path / "deep.dcm"), tmp_path / "document")
    assert described.layer is not None
    assert described.layer["about"]["problem"] == "None of its marks can be drawn."


def test_a_report_without_marks_is_no_layer(tmp_path: Path) -> None:
    words = a_report(content("TEXT", code("121071", "Finding"), TextValue="No nodule."))
    assert describe(save(words, tmp_path / "a.dcm"), tmp_path / "document").layer is None
    image = describe(save(an_object(ramp("uint8")), tmp_path / "b.dcm"), tmp_path / "document")
    assert image.layer is None


@pytest.mark.parametrize(
    ("said", "machine"),
    [
        ({}, None),
        ({"ConversionType": "WSD"}, None),
        ({"ConversionType": "SYN"}, True),
        ({"ConversionType": "SD"}, False),
        ({"DerivationAlgorithmSequence": [item(AlgorithmName="Ruler", AlgorithmVersion="1")]}, True),
        (
            {
                "ImageType": ["DERIVED", "SECONDARY"],
                "ContributingEquipmentSequence": [
                    item(PurposeOfReferenceCodeSequence=[code("109102", "Processing Equipment")], Manufacturer="AI Co")
                ],
            },
            True,
        ),
    ],
)
def test_a_capture_says_what_it_says_of_its_making(read: Any, said: dict[str, Any], machine: bool | None) -> None:
    kind, about, _ = read(an_object(ramp("uint8"), SOPClassUID="1.2.840.10008.5.1.4.1.1.7", **said))
    assert (kind, about["machine"]) == ("capture", machine)
    assert about["why"].endswith(".")


def test_a_slide_is_no_capture_though_its_class_begins_alike(tmp_path: Path) -> None:
    slide = an_object(ramp("uint8"), SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.6")
    assert describe(save(slide, tmp_path / "a.dcm"), tmp_path / "document").layer is None


def test_numbers_are_numpy_free(read: Any) -> None:
    """What crosses from the sandbox is plain."""
    _, about, _ = read(a_structure_set(("GTV", "", [a_contour([np.float64(one) for one in SQUARE])])))
    assert json.loads(json.dumps(about)) == about
