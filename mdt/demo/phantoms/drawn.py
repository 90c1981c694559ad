"""What others drew over a chest CT: an AI's segmentation, a planner's structure set, a radiologist's measurements."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID

from mdt.demo.phantoms.canvas import Point
from mdt.demo.phantoms.objects import Series, Shot, code, new, uid

_CT = "1.2.840.10008.5.1.4.1.1.2"
_SIDES = 48  # of a polygon that stands for a circle


@dataclass(frozen=True)
class Stack:
    """The slices of a CT: the first pixel's centre, spacings in mm, and how the numbers of images run (head first)."""

    shot: Shot
    series: int
    first: Point
    pixel: float
    spacing: float
    count: int
    size: int = 512

    @property
    def frame(self) -> UID:
        return uid(self.shot.key, "frame")

    def z(self, k: int) -> float:
        return self.first[2] + self.spacing * k

    def sop(self, k: int) -> UID:
        return uid(self.shot.key, self.series, self.count - k)

    def near(self, z: float, radius: float) -> list[int]:
        return [k for k in range(self.count) if abs(self.z(k) - z) < radius]


@dataclass(frozen=True)
class Ball:
    """A lesion as a ball: its centre and radius in mm."""

    centre: Point
    radius: float

    def across(self, z: float) -> float:
        """Its radius in an axial plane."""
        return float(np.sqrt(max(0.0, self.radius**2 - (z - self.centre[2]) ** 2)))


@dataclass(frozen=True)
class Region:
    """Of a structure set: a volume by its interpreted type, and how it was made (3006,0036)."""

    name: str
    ball: Ball
    how: str
    colour: tuple[int, int, int]


def drawn(stack: Stack, nodule: Ball, lung: Ball) -> Iterator[Dataset]:
    """All three; `lung` is where a margin around the nodule ends."""
    yield segmentation(stack, nodule)
    gross, planned = Region("GTV", nodule, "MANUAL", (230, 60, 60)), Region("PTV", lung, "AUTOMATIC", (90, 160, 255))
    yield structures(stack, (gross, planned))
    yield measurements(stack, nodule)


def segmentation(stack: Stack, nodule: Ball) -> Dataset:
    """A binary SEG (PS3.3 A.51) that says an algorithm made it."""
    ds = _new(stack, "1.2.840.10008.5.1.4.1.1.66.4", "SEG", Series(901, "Lung nodule, automatic"), 1)
    ds.Manufacturer, ds.ManufacturerModelName, ds.SoftwareVersions = "Pennine AI", "NoduleFinder", "3.2"
    ds.ContentLabel, ds.ContentDescription, ds.ContentCreatorName = "NODULE", "Lung nodule, automatic", ""
    ds.ImageType, ds.FrameOfReferenceUID = ["DERIVED", "PRIMARY"], stack.frame
    slices = stack.near(nodule.centre[2], nodule.radius)
    masks = np.stack([_disc(stack, nodule, k) for k in slices])
    ds.SegmentationType, ds.NumberOfFrames, ds.Rows, ds.Columns = "BINARY", len(slices), stack.size, stack.size
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.LossyImageCompression = 1, 1, 0, "00"
    segment = Dataset()
    segment.SegmentNumber, segment.SegmentLabel, segment.SegmentAlgorithmType = 1, "Nodule", "AUTOMATIC"
    segment.SegmentAlgorithmName = "NoduleFinder 3.2"
    segment.SegmentedPropertyCategoryCodeSequence = Items(
        [code("49755003", "SCT", "Morphologically Abnormal Structure")]
    )
    segment.SegmentedPropertyTypeCodeSequence = Items([code("27925004", "SCT", "Nodule")])
    segment.RecommendedDisplayCIELabValue = [54000, 22000, 47000]
    ds.SegmentSequence = Items([segment])
    ds.ReferencedSeriesSequence = Items([_series(stack, slices)])
    shared, measures, plane = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [round(stack.pixel, 4)] * 2, stack.spacing
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = Items([measures]), Items([plane])
    ds.SharedFunctionalGroupsSequence = Items([shared])
    ds.PerFrameFunctionalGroupsSequence = Items([_frame(stack, k) for k in slices])
    packed = np.packbits(masks.ravel(), bitorder="little").tobytes()
    ds.add_new(0x7FE00010, "OB", packed + b"\0" * (len(packed) % 2))
    return ds


def _disc(stack: Stack, ball: Ball, k: int) -> NDArray[np.uint8]:
    along = stack.pixel * np.arange(stack.size)
    x, y = stack.first[0] + along - ball.centre[0], stack.first[1] + along - ball.centre[1]
    return (x[None, :] ** 2 + y[:, None] ** 2 < ball.across(stack.z(k)) ** 2).astype(np.uint8)


def _frame(stack: Stack, k: int) -> Dataset:
    made, position, named, derived = Dataset(), Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = [round(stack.first[0], 3), round(stack.first[1], 3), round(stack.z(k), 3)]
    named.ReferencedSegmentNumber = 1
    derived.SourceImageSequence = Items([_image(stack, k)])
    made.PlanePositionSequence, made.SegmentIdentificationSequence = Items([position]), Items([named])
    made.DerivationImageSequence = Items([derived])
    return made


def structures(stack: Stack, regions: tuple[Region, ...]) -> Dataset:
    """An RT structure set (PS3.3 A.19) of nested regions."""
    ds = _new(stack, "1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT", Series(902, "SABR planning"), 1)
    ds.Manufacturer, ds.ManufacturerModelName, ds.SoftwareVersions = "MIM Software", "MIM Maestro", "7.1"
    ds.StructureSetLabel, ds.StructureSetName, ds.OperatorsName = "SABR", "SABR planning", "Duckworth^Ellen"
    ds.StructureSetDate, ds.StructureSetTime, ds.ApprovalStatus = ds.ContentDate, ds.ContentTime, "UNAPPROVED"
    everything = stack.near(regions[0].ball.centre[2], max(one.ball.radius for one in regions))
    series, study, frame = _series(stack, everything), Dataset(), Dataset()
    series.ContourImageSequence = Items([_image(stack, k) for k in everything])
    del series.ReferencedInstanceSequence
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = UID("1.2.840.10008.3.1.2.3.1"), ds.StudyInstanceUID
    study.RTReferencedSeriesSequence = Items([series])
    frame.FrameOfReferenceUID, frame.RTReferencedStudySequence = stack.frame, Items([study])
    ds.ReferencedFrameOfReferenceSequence = Items([frame])
    ds.StructureSetROISequence, ds.ROIContourSequence, ds.RTROIObservationsSequence = Items(), Items(), Items()
    for number, region in enumerate(regions, start=1):
        ball = region.ball
        roi, contours, observed = Dataset(), Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, roi.ROIGenerationAlgorithm = number, region.name, region.how
        roi.ReferencedFrameOfReferenceUID = stack.frame
        contours.ReferencedROINumber, contours.ROIDisplayColor = number, list(region.colour)
        slices = stack.near(ball.centre[2], ball.radius)
        contours.ContourSequence = Items([_circle(stack, ball, k) for k in slices])
        observed.ObservationNumber, observed.ReferencedROINumber, observed.ROIInterpreter = number, number, ""
        observed.RTROIInterpretedType = region.name
        ds.StructureSetROISequence.append(roi)
        ds.ROIContourSequence.append(contours)
        ds.RTROIObservationsSequence.append(observed)
    return ds


def _circle(stack: Stack, ball: Ball, k: int) -> Dataset:
    made, turns = Dataset(), 2 * np.pi * np.arange(_SIDES) / _SIDES
    radius = ball.across(stack.z(k))
    made.ContourImageSequence, made.ContourGeometricType = Items([_image(stack, k)]), "CLOSED_PLANAR"
    made.NumberOfContourPoints = _SIDES
    made.ContourData = [
        part
        for turn in turns
        for part in (
            round(float(ball.centre[0] + radius * np.cos(turn)), 2),
            round(float(ball.centre[1] + radius * np.sin(turn)), 2),
            round(stack.z(k), 3),
        )
    ]
    return made


def measurements(stack: Stack, nodule: Ball) -> Dataset:
    """A comprehensive SR after TID 1500 with the nodule's axes on its largest slice, observed by a radiologist."""
    ds = _new(stack, "1.2.840.10008.5.1.4.1.1.88.33", "SR", Series(903, "Nodule measurements"), 1)
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "UNVERIFIED"
    ds.ConceptNameCodeSequence = Items([code("126000", "DCM", "Imaging Measurement Report")])
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "1500"
    ds.ContentTemplateSequence = Items([template])
    k = min(range(stack.count), key=lambda one: abs(stack.z(one) - nodule.centre[2]))
    evidence = Dataset()
    evidence.StudyInstanceUID = ds.StudyInstanceUID
    listed = _series(stack, [k])
    listed.ReferencedSOPSequence = listed.ReferencedInstanceSequence
    del listed.ReferencedInstanceSequence
    evidence.ReferencedSeriesSequence = Items([listed])
    ds.CurrentRequestedProcedureEvidenceSequence = Items([evidence])
    column = (nodule.centre[0] - stack.first[0]) / stack.pixel + 0.5
    row = (nodule.centre[1] - stack.first[1]) / stack.pixel + 0.5
    half, short = nodule.radius / stack.pixel, 0.8 * nodule.radius / stack.pixel
    finding, site = code("27925004", "SCT", "Nodule"), code("45653009", "SCT", "Upper lobe of right lung")
    long, short_axis = code("103339001", "SCT", "Long Axis"), code("103340004", "SCT", "Short Axis")
    across = [column - half, row, column + half, row]
    upright = [column, row - short, column, row + short]
    content = [
        _item("TEXT", code("112039", "DCM", "Tracking Identifier"), "HAS OBS CONTEXT", TextValue="Lesion 1"),
        _coded(code("121071", "DCM", "Finding"), finding, "CONTAINS"),
        _coded(code("363698007", "SCT", "Finding Site"), site, "HAS CONCEPT MOD"),
        _number(stack, k, long, 2 * nodule.radius, across),
        _number(stack, k, short_axis, 1.6 * nodule.radius, upright),
    ]
    group = _container(code("125007", "DCM", "Measurement Group"), content)
    observer = _item("PNAME", code("121008", "DCM", "Person Observer Name"), "HAS OBS CONTEXT")
    observer.PersonName = "Siddiqui^Ayesha^^Dr"
    person = _coded(code("121005", "DCM", "Observer Type"), code("121006", "DCM", "Person"), "HAS OBS CONTEXT")
    measured = _container(code("126010", "DCM", "Imaging Measurements"), [group])
    ds.ContentSequence = Items([person, observer, measured])
    return ds


def _container(concept: Dataset, content: list[Dataset]) -> Dataset:
    return _item("CONTAINER", concept, ContinuityOfContent="SEPARATE", ContentSequence=Items(content))


def _coded(concept: Dataset, said: Dataset, relation: str) -> Dataset:
    return _item("CODE", concept, relation, ConceptCodeSequence=Items([said]))


def _number(stack: Stack, k: int, concept: Dataset, millimetres: float, line: list[float]) -> Dataset:
    image = _item("IMAGE", None, "SELECTED FROM", ReferencedSOPSequence=Items([_image(stack, k)]))
    place = _item(
        "SCOORD", None, "INFERRED FROM", GraphicType="POLYLINE", GraphicData=[round(part, 2) for part in line],
        ContentSequence=Items([image]),
    )  # fmt: skip
    measured = Dataset()
    measured.NumericValue = f"{millimetres:.1f}"
    measured.MeasurementUnitsCodeSequence = Items([code("mm", "UCUM", "millimeter")])
    return _item("NUM", concept, MeasuredValueSequence=Items([measured]), ContentSequence=Items([place]))


def _item(kind: str, concept: Dataset | None, relation: str = "CONTAINS", **said: object) -> Dataset:
    made = Dataset()
    made.RelationshipType, made.ValueType = relation, kind
    if concept is not None:
        made.ConceptNameCodeSequence = Items([concept])
    for keyword, value in said.items():
        setattr(made, keyword, value)
    return made


def _new(stack: Stack, sop_class: str, modality: str, series: Series, number: int) -> Dataset:
    ds = new(stack.shot, sop_class, modality, series, number)
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = uid(stack.shot.key, series.number, number)
    return ds


def _image(stack: Stack, k: int) -> Dataset:
    made = Dataset()
    made.ReferencedSOPClassUID, made.ReferencedSOPInstanceUID = UID(_CT), stack.sop(k)
    return made


def _series(stack: Stack, slices: list[int]) -> Dataset:
    made = Dataset()
    made.SeriesInstanceUID = uid(stack.shot.key, stack.series)
    made.ReferencedInstanceSequence = Items([_image(stack, k) for k in slices])
    return made
