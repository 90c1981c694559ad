"""Presentation states and key object selections: what others chose is read, and what is not applied is said."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from mdt.imaging.files.parsing import describe
from tests.unit.objects import an_object, item, ramp, save
from tests.unit.states import a_graphic, a_selection, a_state, an_area, reference

SOP = "1.2.3.1.1"


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def ask(dataset: Dataset) -> dict[str, Any]:
        about = describe(save(dataset, tmp_path / "a.dcm"), tmp_path / "document")
        assert (about.frames, about.problem) == (0, None)
        return about.header

    return ask


def test_whose_it_is_and_for_which_images(read: Any) -> None:
    said = read(a_state("1.2.3.1", [SOP, "1.2.3.1.2"]))["presentation"]
    assert (said["label"], said["description"]) == ("TUMOUR", "The tumour")
    assert (said["creator"], said["at"]) == ("Smith, Ann", "2026-11-02T14:03")
    assert said["images"] == [
        {"sop": SOP, "frames": [], "series": "1.2.3.1"},
        {"sop": "1.2.3.1.2", "frames": [], "series": "1.2.3.1"},
    ]
    assert (said["windows"], said["areas"], said["graphics"], said["shutter"]) == ([], [], [], None)
    assert (said["invert"], said["rotation"], said["flip"], said["left_out"]) == (False, 0, False, [])


def test_windows_areas_and_turns(read: Any) -> None:
    said = read(
        a_state(
            "1.2.3.1",
            [SOP],
            SoftcopyVOILUTSequence=[
                item(ReferencedImageSequence=[reference(SOP, 2)], WindowCenter=40, WindowWidth=400),
                item(VOILUTSequence=[item(LUTDescriptor=[3, 100, 8], LUTData=b"\0\0\x66\0\xff\0")]),
            ],
            DisplayedAreaSelectionSequence=[
                an_area([10, 20], [200, 220]),
                an_area([200, 220], [10, 20]),  # turned by half a circle, the last pixel comes first
                an_area([5, 5], [5, 9]),  # no width
            ],
            ImageRotation=90,
            ImageHorizontalFlip="Y",
            PresentationLUTShape="INVERSE",
        )
    )["presentation"]
    assert said["windows"] == [
        {"images": [{"sop": SOP, "frames": [2]}], "centre": 40, "width": 400, "function": "LINEAR"},
        {"images": [], "centre": 101.5, "width": 3, "function": "LINEAR", "lut": [0, 0.4, 1]},
    ]
    area = {"images": [], "first": [10, 20], "last": [200, 220], "mode": "SCALE TO FIT"}
    assert said["areas"] == [area, area]
    assert (said["rotation"], said["flip"], said["invert"]) == (90, True, True)
    assert said["left_out"] == []


def test_pseudo_colours_and_the_presentation_table(read: Any) -> None:
    """By tables of their own, in 16 bits, and by a palette that the standard knows by its UID (PS3.6 annex B)."""
    pseudo = "1.2.840.10008.5.1.4.1.1.11.3"
    tables: dict[str, Any] = {}
    for colour, values in {"Red": [0, 65535, 65535], "Green": [0, 0, 65535], "Blue": [0, 32768, 0]}.items():
        tables[f"{colour}PaletteColorLookupTableDescriptor"] = [3, 0, 16]
        tables[f"{colour}PaletteColorLookupTableData"] = np.array(values, "<u2").tobytes()
    said = read(a_state("1.2.3.1", [SOP], SOPClassUID=pseudo, **tables))["presentation"]
    assert (said["palette"], said["left_out"]) == ([[0, 0, 0], [255, 0, 128], [255, 255, 0]], [])
    hot_iron = a_state("1.2.3.1", [SOP], SOPClassUID=pseudo, PaletteColorLookupTableUID="1.2.840.10008.1.5.1")
    palette = read(hot_iron)["presentation"]["palette"]
    assert (len(palette), palette[0], palette[127], palette[255]) == (256, [0, 0, 0], [254, 0, 0], [255, 255, 255])
    table = item(LUTDescriptor=[5, 0, 8], LUTData=np.array([0, 51, 102, 204, 255], "<u2").tobytes())
    said = read(a_state("1.2.3.1", [SOP], PresentationLUTSequence=[table]))["presentation"]
    assert (said["tone"], said["palette"], said["left_out"]) == ([0, 0.2, 0.4, 0.8, 1], None, [])


def test_what_blends_is_found_at_both_its_series_and_refused_by_name(read: Any) -> None:
    """Each series keeps its own window; that one lies over the other is said and not shown."""
    over = [
        item(
            BlendingPosition=position,
            StudyInstanceUID="1.2.3",
            ReferencedSeriesSequence=[item(SeriesInstanceUID=series, ReferencedImageSequence=[reference(sop)])],
            SoftcopyVOILUTSequence=[item(WindowCenter=centre, WindowWidth=400)],
        )
        for position, series, sop, centre in (("UNDERLYING", "1.2.3.1", SOP, 40), ("SUPERIMPOSED", "1.2.3.2", "9.9", 5))
    ]
    state = a_state("1.2.3.1", [SOP], SOPClassUID="1.2.840.10008.5.1.4.1.1.11.4", RelativeOpacity=0.5)
    del state.ReferencedSeriesSequence
    state.BlendingSequence = over
    said = read(state)["presentation"]
    assert [(one["series"], one["sop"]) for one in said["images"]] == [("1.2.3.1", SOP), ("1.2.3.2", "9.9")]
    assert [(one["images"], one["centre"]) for one in said["windows"]] == [
        ([{"sop": SOP, "frames": []}], 40),
        ([{"sop": "9.9", "frames": []}], 5),
    ]
    assert said["left_out"] == ["It lays one series over another, which is not shown by it; what it says of each is."]

    window = [item(WindowCenter=40, WindowWidth=400)]
    whole = [
        item(
            BlendingInputNumber=1, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.3.1", SoftcopyVOILUTSequence=window
        )
    ]
    advanced = a_state("1.2.3.1", [SOP], SOPClassUID="1.2.840.10008.5.1.4.1.1.11.8", AdvancedBlendingSequence=whole)
    del advanced.ReferencedSeriesSequence
    said = read(advanced)["presentation"]
    assert (said["images"], said["windows"]) == ([{"sop": "", "frames": [], "series": "1.2.3.1"}], [])
    assert said["left_out"][0].startswith("It lays several series over each other")
    assert said["left_out"][1:] == ["Its windows are of whole series, and are not applied."]


def test_shutters(read: Any) -> None:
    said = read(
        a_state(
            "1.2.3.1",
            [SOP],
            ShutterShape=["RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP"],
            ShutterLeftVerticalEdge=10,
            ShutterRightVerticalEdge=90,
            ShutterUpperHorizontalEdge=20,
            ShutterLowerHorizontalEdge=80,
            CenterOfCircularShutter=[50, 45],  # row, column
            RadiusOfCircularShutter=30,
            VerticesOfThePolygonalShutter=[1, 2, 1, 90, 60, 45],
            ShutterPresentationValue=32768,
        )
    )["presentation"]
    assert said["shutter"] == {
        "shapes": [
            {"rectangle": [10, 90, 20, 80]},
            {"circle": [45, 50, 30]},
            {"polygon": [[2, 1], [90, 1], [45, 60]]},
        ],
        "value": 32768,
    }
    assert said["left_out"] == ["Its bitmap shutter is not applied."]


def test_graphics_and_words_in_their_layers(read: Any) -> None:
    drawn = item(GraphicLayer="ARROWS", ReferencedImageSequence=[reference(SOP)])
    drawn.GraphicObjectSequence = [
        a_graphic("POLYLINE", [1, 2, 3.5, 4, 5, 6]),
        a_graphic("CIRCLE", [0.5, 0.5, 0.5, 0.75], units="DISPLAY", filled="Y"),
        a_graphic("ELLIPSE", [1, 2, 3, 4]),  # an ellipse has four points
        a_graphic("SPIRAL", [1, 2, 3, 4]),
    ]
    drawn.TextObjectSequence = [
        item(
            UnformattedTextValue="Tumour\r\n32 mm", AnchorPoint=[30, 40], AnchorPointAnnotationUnits="PIXEL",
            AnchorPointVisibility="Y", BoundingBoxTopLeftHandCorner=[0.25, 0.125],
            BoundingBoxBottomRightHandCorner=[0.5, 0.25], BoundingBoxAnnotationUnits="DISPLAY",
            BoundingBoxTextHorizontalJustification="RIGHT",
        ),
        item(UnformattedTextValue="Nowhere"),
    ]  # fmt: skip
    layers = [
        item(GraphicLayer="ARROWS", GraphicLayerOrder=2),
        item(GraphicLayer="BELOW", GraphicLayerOrder=1, GraphicLayerDescription="Regions"),
    ]
    said = read(a_state("1.2.3.1", [SOP], GraphicAnnotationSequence=[drawn], GraphicLayerSequence=layers))[
        "presentation"
    ]
    assert [layer["name"] for layer in said["layers"]] == ["BELOW", "ARROWS"]
    (graphics,) = said["graphics"]
    assert (graphics["layer"], graphics["images"]) == ("ARROWS", [{"sop": SOP, "frames": []}])
    assert graphics["objects"] == [
        {"type": "POLYLINE", "units": "PIXEL", "points": [[1, 2], [3.5, 4], [5, 6]], "filled": False},
        {"type": "CIRCLE", "units": "DISPLAY", "points": [[0.5, 0.5], [0.5, 0.75]], "filled": True},
    ]
    (text,) = graphics["texts"]
    assert (text["text"], text["anchor"], text["leader"], text["align"]) == ("Tumour\n32 mm", [30, 40], True, "RIGHT")
    assert (text["box"], text["box_units"]) == ([[0.25, 0.125], [0.5, 0.25]], "DISPLAY")


def test_what_is_not_applied_is_said(read: Any) -> None:
    blending = a_state("1.2.3.1", [SOP], SOPClassUID="1.2.840.10008.5.1.4.1.1.11.4")
    assert read(blending)["presentation"]["left_out"] == [
        "It lays one series over another, which is not shown by it; what it says of each is."
    ]
    coloured = a_state("1.2.3.1", [SOP], RedPaletteColorLookupTableDescriptor=[256, 0, 16])
    assert read(coloured)["presentation"]["left_out"] == ["Its pseudo-colours cannot be read, and are not applied."]
    table = item(LUTDescriptor=[4096, 0, 12], LUTData=bytes(12))
    broken = a_state(
        "1.2.3.1", [SOP], PresentationLUTSequence=[table], SoftcopyVOILUTSequence=[item(VOILUTSequence=[table])]
    )
    assert read(broken)["presentation"]["left_out"] == [
        "Its presentation table cannot be read, and is not applied.",
        "Its VOI table cannot be read, and is not applied.",
    ]
    rescaled = a_state("1.2.3.1", [SOP], RescaleSlope=2, RescaleIntercept=0)
    assert read(rescaled)["presentation"]["left_out"][0].startswith("Its own rescale is not applied")


def test_key_images_and_why_they_were_chosen(read: Any) -> None:
    header = read(a_selection("1.2.3", "1.2.3.1", [reference(SOP), reference("1.2.3.1.7", 3, 5)]))
    said = header["key_objects"]
    assert (said["title"], said["description"], said["creator"]) == ("For Patient", "Largest extent", "Smith, Ann")
    assert said["at"] == "2026-11-03T09:15"
    assert said["images"] == [
        {"study": "1.2.3", "series": "1.2.3.1", "sop": SOP, "frames": []},
        {"study": "1.2.3", "series": "1.2.3.1", "sop": "1.2.3.1.7", "frames": [3, 5]},
    ]


def test_broken_ones_say_nothing_and_break_nothing(tmp_path: Path) -> None:
    empty = a_state("1.2.3.1", [SOP], PresentationCreationTime="", ImageRotation=45)
    del empty.ReferencedSeriesSequence
    said = describe(save(empty, tmp_path / "a.dcm"), tmp_path / "document").header["presentation"]
    assert (said["images"], said["at"], said["rotation"]) == ([], "2026-11-02", 0)
    image = describe(save(an_object(ramp("uint8")), tmp_path / "b.dcm"), tmp_path / "document")
    assert "presentation" not in image.header
