"""Structured reports as pages: everything is there, with its codes, and nothing of it can do anything."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from pydicom.dataset import Dataset

from mdt.imaging.papers.reports import images, page
from tests.unit.objects import item
from tests.unit.reported import a_report, node, number
from tests.unit.states import code, reference


class Outline(HTMLParser):
    """The words of a page, and its headings with their levels; fails on what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.words = ""
        self.feed(html.split("</style>")[1])
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert tag not in ("script", "a", "img", "iframe", "form")
        if tag != "br":
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("head", "html", "body"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data
        if self.open and any(re.fullmatch("h[1-6]", tag) for tag in self.open):
            level, said = self.headings[-1]
            self.headings[-1] = (level, said + data)


def read(dataset: Dataset) -> Outline:
    html = page(dataset)
    return Outline(html.replace("</head><body>", "</head>", 1).replace("</body></html>", ""))


SITE = node("CODE", code("363698007", "Finding Site", "SCT"), relation="HAS CONCEPT MOD")
SITE.ConceptCodeSequence = [code("39607008", "Lung", "SCT")]


def measurements() -> Dataset:
    """TID 1500: one lesion, two diameters, the image and the line they were measured on."""
    place = node(
        "SCOORD", None, node("IMAGE", None, relation="SELECTED FROM", ReferencedSOPSequence=[reference("1.2.9.1", 3)]),
        relation="INFERRED FROM", GraphicType="POLYLINE", GraphicData=[1, 2, 30, 40],
    )  # fmt: skip
    long_axis = number(code("103339001", "Long Axis", "SCT"), "32.5", "mm", "millimeter", SITE)
    short_axis = number(code("103340004", "Short Axis", "SCT"), "21", "mm", "millimeter")
    volume = number(code("118565006", "Volume", "SCT"), "9.4", "cm3", "cubic centimeter", place)
    finding = node("CODE", code("121071", "Finding"), ConceptCodeSequence=[code("108369006", "Neoplasm", "SCT")])
    group = node(
        "CONTAINER", code("125007", "Measurement Group"),
        node("TEXT", code("112039", "Tracking Identifier"), TextValue="Lesion 1"),
        node("UIDREF", code("112040", "Tracking Unique Identifier"), UID="1.2.826.0.1.99"),
        finding, long_axis, short_axis, volume,
    )  # fmt: skip
    series = item(SeriesInstanceUID="1.2.9", ReferencedSOPSequence=[reference("1.2.9.1")])
    observer = node("PNAME", code("121008", "Person Observer Name"), relation="HAS OBS CONTEXT", PersonName="Smith^Ann")
    return a_report(
        code("126000", "Imaging Measurement Report"),
        [observer, node("CONTAINER", code("126010", "Imaging Measurements"), group)],
        "1500",
        CurrentRequestedProcedureEvidenceSequence=[item(StudyInstanceUID="1.2", ReferencedSeriesSequence=[series])],
    )


def test_a_measurement_report() -> None:
    told = read(measurements())
    assert [(level, said.split(" (")[0]) for level, said in told.headings] == [
        (1, "Imaging Measurement Report"), (2, "Imaging Measurements"), (3, "Measurement Group"),
    ]  # fmt: skip
    assert "Measurement report (TID 1500)" in told.words
    assert "Person Observer Name (121008, DICOM)Smith, Ann" in told.words
    assert "Tracking Identifier (112039, DICOM): Lesion 1" in told.words
    assert "Finding (121071, DICOM): Neoplasm (108369006, SNOMED CT)" in told.words
    assert "Long Axis (103339001, SNOMED CT)Finding Site: Lung (39607008, SNOMED CT)32.5 mm" in told.words
    assert "Short Axis (103340004, SNOMED CT)21 mm" in told.words, "neighbours are rows of one table"
    assert page(measurements()).count("<table>") == 1
    assert "Volume (118565006, SNOMED CT): 9.4 cm3" in told.words
    assert "a polyline of 2 points on the image, column and row" in told.words
    assert "image 1 of this report (CT Image Storage, frame 3)" in told.words
    assert "1.2.826.0.1.99" in told.words
    assert images(measurements()) == [{"series": "1.2.9", "sop": "1.2.9.1", "frame": 3}]


def test_a_radiation_dose_report() -> None:
    total = number(code("113813", "CT Dose Length Product Total"), "412.3", "mGy.cm", "mGy.cm")
    events = number(code("113812", "Total Number of Irradiation Events"), "2", "{events}", "events")
    started = node("DATETIME", code("113809", "Start of X-Ray Irradiation"), DateTime="20261102140305.000+0000")
    dose = a_report(
        code("113701", "X-Ray Radiation Dose Report"),
        [started, node("CONTAINER", code("113811", "CT Accumulated Dose Data"), events, total)],
        "10011",
        VerificationFlag="UNVERIFIED",
    )
    told = read(dose)
    assert "CT radiation dose (TID 10011)" in told.words
    assert "Nobody has verified this report." in told.words
    assert "Start of X-Ray Irradiation (113809, DICOM): 2 November 2026 at 14:03" in told.words
    assert "2 events" in told.words
    assert "412.3 mGy.cm" in told.words


def test_a_mammography_cad_report() -> None:
    outlined = node("SCOORD", code("111041", "Outline"), GraphicType="CIRCLE", GraphicData=[10, 20, 13, 24])
    centre = node("SCOORD", code("111010", "Center"), GraphicType="POINT", GraphicData=[10, 20])
    finding = node(
        "CODE", code("111059", "Single Image Finding"), centre, outlined,
        ConceptCodeSequence=[code("4147007", "Mammographic breast mass", "SCT")],
    )  # fmt: skip
    absent = node("NUM", code("111047", "Probability of cancer"))
    absent.NumericValueQualifierCodeSequence = [code("114007", "Measurement not attempted")]
    cad = a_report(
        code("111036", "Mammography CAD Report"),
        [node("CONTAINER", code("111034", "Individual Impression/Recommendation"), finding, absent)],
        "4000",
    )
    told = read(cad)
    assert "Mammography CAD (TID 4000)" in told.words
    assert "Single Image Finding (111059, DICOM): Mammographic breast mass (4147007, SNOMED CT)" in told.words
    assert "a circle on the image, column and row: about 10.0, 20.0, radius 5.0 pixels" in told.words
    assert "a point on the image, column and row: 10.0, 20.0" in told.words
    assert "Measurement not attempted (114007, DICOM)" in told.words


def test_who_verified_it_and_what_is_not_whole() -> None:
    verifier = item(
        VerifyingObserverName="Adeyemi^Ruth", VerifyingOrganization="RMC", VerificationDateTime="20261103091500"
    )
    partial = a_report(
        code("18748-4", "Diagnostic imaging report", "LN"),
        [],
        CompletionFlag="PARTIAL",
        CompletionFlagDescription="Second reader waits",
        PreliminaryFlag="PRELIMINARY",
        VerifyingObserverSequence=[verifier],
    )
    told = read(partial)
    assert "This report is partial: Second reader waits. This report is preliminary." in told.words
    assert "Verified byAdeyemi, Ruth, RMC, 3 November 2026" in told.words
    assert "Diagnostic imaging report (18748-4, LOINC)" in told.words
    assert "This report has no content." in told.words


@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
def test_nothing_in_a_report_can_do_anything() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    concept = code('"><script>', evil, '"')
    hostile = a_report(
        concept,
        [
            node("TEXT", concept, TextValue=evil),
            node("CODE", concept, ConceptCodeSequence=[concept]),
            node("UIDREF", concept, UID="1.2.3"),
            node("CONTAINER", concept, node("PNAME", concept, PersonName=evil)),
        ],
        evil[:16],
        CompletionFlagDescription=evil,
        CompletionFlag="PARTIAL",
    )
    html = page(hostile)
    assert "<script" not in html
    assert "<img" not in html
    read(hostile)


def test_a_report_that_goes_on_for_ever_ends() -> None:
    deep = node("TEXT", None, TextValue="the deepest")
    for _ in range(200):
        deep = node("CONTAINER", code("1", "Deeper"), deep)
    told = read(a_report(code("1", "Deep"), [deep]))
    assert "It goes deeper than is shown here." in told.words
    assert "the deepest" not in told.words
