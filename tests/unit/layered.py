"""Segmentations, structure sets, measurement and CAD reports about images of `objects.py`, made for tests."""

import gzip
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import select

from mdt.imaging.models import Instance, Layer, Series
from tests.unit.objects import an_object, item
from tests.unit.pages import Seeded
from tests.unit.states import code, reference

STRUCTURES = "1.2.840.10008.5.1.4.1.1.481.3"
COMPREHENSIVE = "1.2.840.10008.5.1.4.1.1.88.33"
MAMMOGRAPHY_CAD = "1.2.840.10008.5.1.4.1.1.88.50"
FRAME = "1.2.3.77"


def a_contour(points: list[float], kind: str = "CLOSED_PLANAR", sop: str | None = None) -> Dataset:
    made = item(ContourGeometricType=kind, NumberOfContourPoints=len(points) // 3, ContourData=points)
    if sop:
        made.ContourImageSequence = [reference(sop)]
    return made


def a_structure_set(*rois: tuple[str, str, list[Dataset]], **changes: Any) -> Dataset:
    """Regions by name, ROI generation algorithm and contours, of series 1.2.3.1; red, green, blue by turns."""
    study = item(RTReferencedSeriesSequence=[item(SeriesInstanceUID="1.2.3.1")])
    named, drawn, observed = [], [], []
    for number, (name, how, contours) in enumerate(rois, start=1):
        named.append(
            item(ROINumber=number, ROIName=name, ROIGenerationAlgorithm=how, ReferencedFrameOfReferenceUID=FRAME)
        )
        colour = [255 if part == (number - 1) % 3 else 0 for part in range(3)]
        drawn.append(item(ReferencedROINumber=number, ROIDisplayColor=colour, ContourSequence=contours))
        observed.append(item(ReferencedROINumber=number, RTROIInterpretedType="GTV"))
    said: dict[str, Any] = {
        "SOPClassUID": STRUCTURES,
        "SeriesInstanceUID": "1.2.3.911",
        "SOPInstanceUID": "1.2.3.911.1",
        "Modality": "RTSTRUCT",
        "StructureSetLabel": "PLAN",
        "StructureSetDate": "20261103",
        "Manufacturer": "MIM Software",
        "ManufacturerModelName": "MIM Maestro",
        "SoftwareVersions": "7.1",
        "OperatorsName": "Planner^Pat",
        "ReferencedFrameOfReferenceSequence": [
            item(FrameOfReferenceUID=FRAME, RTReferencedStudySequence=[study]),
        ],
        "StructureSetROISequence": named,
        "ROIContourSequence": drawn,
        "RTROIObservationsSequence": observed,
    }
    return an_object(None, **(said | changes))


def content(kind: str, concept: Dataset, relation: str = "CONTAINS", **said: Any) -> Dataset:
    return item(ValueType=kind, RelationshipType=relation, ConceptNameCodeSequence=[concept], **said)


def a_number(concept: Dataset, value: float, unit: str, *children: Dataset) -> Dataset:
    units = code(unit, unit, "UCUM")
    measured = item(NumericValue=value, MeasurementUnitsCodeSequence=[units])
    return content("NUM", concept, MeasuredValueSequence=[measured], ContentSequence=list(children))


def a_place(kind: str, points: list[float], *on: Dataset, concept: Dataset | None = None) -> Dataset:
    named = concept or code("111030", "Image Region")
    return content("SCOORD", named, GraphicType=kind, GraphicData=points, ContentSequence=list(on))


def an_image(sop: str, *frames: int) -> Dataset:
    return item(ValueType="IMAGE", RelationshipType="SELECTED FROM", ReferencedSOPSequence=[reference(sop, *frames)])


def a_report(*items: Dataset, template: str = COMPREHENSIVE, **changes: Any) -> Dataset:
    """A report with these items below its root, whose evidence is image 1.2.3.1.1 of series 1.2.3.1."""
    series = item(SeriesInstanceUID="1.2.3.1", ReferencedSOPSequence=[reference("1.2.3.1.1")])
    said: dict[str, Any] = {
        "SOPClassUID": template,
        "SeriesInstanceUID": "1.2.3.912",
        "SOPInstanceUID": "1.2.3.912.1",
        "Modality": "SR",
        "ContentDate": "20261104",
        "ValueType": "CONTAINER",
        "ConceptNameCodeSequence": [code("126000", "Imaging Measurement Report")],
        "CurrentRequestedProcedureEvidenceSequence": [
            item(StudyInstanceUID="1.2.3", ReferencedSeriesSequence=[series]),
        ],
        "ContentSequence": list(items),
    }
    return an_object(None, **(said | changes))


def a_group(*items: Dataset) -> Dataset:
    return content("CONTAINER", code("125007", "Measurement Group"), ContentSequence=list(items))


LEAF = b'{"rois":[]}'


def add_layer(made: Seeded, folder: Path, **said: Any) -> str:
    """What Maria's document of the seeded region draws, if it were a structure set; returns the name of its leaf."""
    (folder / "layer").write_bytes(gzip.compress(LEAF, mtime=0))
    kept = made.house.store.put(folder / "layer")
    about = {"title": "Plan", "at": "2026-11-03", "refers": [], "machine": True, "problem": None} | said
    with made.house.db.writing() as session:
        instance_id = made.documents["maria"]
        place = session.execute(
            select(Series.id, Series.study_id)
            .join(Instance, Instance.series_id == Series.id)
            .where(Instance.id == instance_id)
        ).one()
        session.add(
            Layer(
                instance_id=instance_id,
                series_id=place.id,
                study_id=place.study_id,
                kind="contours",
                about=about,
                leaf=kept.sha256,
            )
        )
    return kept.sha256
