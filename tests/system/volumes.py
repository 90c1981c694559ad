"""Small volumes whose planes NumPy computes too: anisotropic and upright, oblique, and uptake in a prone patient."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from tests.unit.layered import a_contour, a_structure_set
from tests.unit.objects import an_object, item

Values = npt.NDArray[Any]
COLUMNS, ROWS, SLICES = 40, 32, 12
CELL = (3, 8, 8)  # slices, rows, columns of one value
FRAME_OF_REFERENCE = "1.2.99"
STACK_NUMBER = 950  # of the first block's series
HOT, SUV = (7, 20, 12), 10.0  # slice, row, column in the middle of a cell; its uptake


@dataclass(frozen=True)
class Block:
    """Voxels [slice, row, column], and where in the patient they lie: origin, the three axes and spacings in mm."""

    name: str
    values: Values
    axes: Values
    spacing: Values  # along a row, down a column, from slice to slice
    header: dict[str, Any]

    @property
    def origin(self) -> Values:
        """So that the middle of every block is at 0, 0, 100."""
        middle = (np.array([COLUMNS, ROWS, SLICES]) - 1) / 2 * self.spacing
        return np.array([0.0, 0.0, 100.0]) - middle @ self.axes

    def patient(self, k: float, j: float, i: float) -> Values:
        return self.origin + (np.array([i, j, k]) * self.spacing) @ self.axes

    def at(self, point: Values) -> float:
        """The value at a patient point, between voxels interpolated in three directions."""
        i, j, k = self.axes @ (point - self.origin) / self.spacing
        low = [int(np.floor(part)) for part in (k, j, i)]
        total = 0.0
        for corner in np.ndindex(2, 2, 2):
            weight, place = 1.0, []
            for part, first, step in zip((k, j, i), low, corner, strict=True):
                weight *= part - first if step else 1 - (part - first)
                place.append(first + step)
            total += weight * float(self.values[tuple(place)]) if weight > 1e-9 else 0.0
        return total

    def objects(self, number: int) -> Iterator[Dataset]:
        for k in range(SLICES):
            yield an_object(
                self.values[k].astype("int16"),
                SeriesInstanceUID=f"1.2.3.{number}",
                SOPInstanceUID=f"1.2.3.{number}.{k + 1}",
                SeriesNumber=number,
                InstanceNumber=k + 1,
                SeriesDescription=self.name,
                StudyDate="20261120",
                StudyDescription="Pixels",
                FrameOfReferenceUID=FRAME_OF_REFERENCE,
                ImagePositionPatient=[round(float(part), 6) for part in self.patient(k, 0, 0)],
                ImageOrientationPatient=[round(float(part), 9) for part in self.axes[:2].ravel()],
                PixelSpacing=[float(self.spacing[1]), float(self.spacing[0])],
                SliceThickness=float(self.spacing[2]),
                **self.header,
            )


def _cells() -> Values:
    """Every cell has a value of its own, in no order."""
    shape = [count // size for count, size in zip((SLICES, ROWS, COLUMNS), CELL, strict=True)]
    values = np.random.default_rng(4).permutation(np.linspace(0, 1000, int(np.prod(shape)))).reshape(shape)
    return np.kron(values, np.ones(CELL)).round()


def _turned() -> Values:
    """Tilted by 20 degrees about the patient's left-right axis, and by 10 about the long one."""
    a, b = np.deg2rad(20), np.deg2rad(10)
    tilt = np.array([[1, 0, 0], [0, np.cos(a), np.sin(a)], [0, -np.sin(a), np.cos(a)]])
    spin = np.array([[np.cos(b), np.sin(b), 0], [-np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return tilt @ spin


def _waves() -> Values:
    k, j, i = np.mgrid[0:SLICES, 0:ROWS, 0:COLUMNS]
    return (500 + 200 * np.sin(i / 6) + 150 * np.cos(j / 5) + 100 * np.sin(k / 3)).round()


def _uptake() -> Values:
    values = np.full((SLICES, ROWS, COLUMNS), 50.0)
    cell = tuple(slice(part // size * size, part // size * size + size) for part, size in zip(HOT, CELL, strict=True))
    values[cell] = SUV * 100
    return values


WINDOW = {"WindowCenter": 500.5, "WindowWidth": 1001}
STACKED = Block("stacked", _cells(), np.eye(3), np.array([1.5, 2.0, 4.0]), WINDOW)
OBLIQUE = Block("oblique", _waves(), _turned(), np.array([1.5, 2.0, 4.0]), WINDOW)
PRONE = Block(
    "prone",
    _uptake(),
    np.array([[-1.0, 0, 0], [0, -1.0, 0], [0, 0, 1.0]]),
    np.array([1.5, 2.0, 4.0]),
    {
        "Modality": "PT",
        "Units": "GML",
        "RescaleSlope": 0.01,
        "RescaleIntercept": 0,
        "WindowCenter": 5,
        "WindowWidth": 10,
    },
)
BLOCKS = (STACKED, OBLIQUE, PRONE)

# What a machine's mask covers of the stacked block: a staircase of its slices, so that nothing mirrored looks the same.
COVERED = np.zeros((SLICES, ROWS, COLUMNS), bool)
for _slice in range(3, 9):
    COVERED[_slice, 8:24, 8 : 8 + 3 * (_slice - 1)] = True
# The corners of a person's outlines, in every slice from the first to the last named: columns and rows.
OUTLINED, OUTLINE = (2, 6), ((20, 4), (34, 4), (34, 28), (20, 28))


def drawn_over_the_stack() -> Iterator[Dataset]:
    """The mask by a machine, one frame a slice, and two regions of a structure set, of the same frame of reference."""
    block = STACKED
    frames = []
    for k in range(SLICES):
        frame = item(SegmentIdentificationSequence=[item(ReferencedSegmentNumber=1)])
        frame.PlanePositionSequence = [item(ImagePositionPatient=[float(part) for part in block.patient(k, 0, 0)])]
        frames.append(frame)
    shared = item(
        PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        PixelMeasuresSequence=[item(PixelSpacing=[2.0, 1.5], SliceThickness=4.0)],
    )
    mask = an_object(
        COVERED.astype("uint8"), SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4", SOPInstanceUID="1.2.3.980.1",
        SeriesInstanceUID="1.2.3.980", Modality="SEG", SegmentationType="BINARY", BitsAllocated=1, BitsStored=1,
        HighBit=0, SeriesDescription="stack by machine", ContentDescription="Stack by machine",
        FrameOfReferenceUID=FRAME_OF_REFERENCE,
        SegmentSequence=[item(SegmentNumber=1, SegmentLabel="Stairs", SegmentAlgorithmType="AUTOMATIC")],
        SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=frames, NumberOfFrames=SLICES,
        ReferencedSeriesSequence=[item(SeriesInstanceUID=f"1.2.3.{STACK_NUMBER}")],
    )  # fmt: skip
    mask.PixelData = np.packbits(COVERED.astype("uint8").ravel(), bitorder="little").tobytes()
    outlines = [
        a_contour([float(part) for column, row in OUTLINE for part in block.patient(k, row, column)])
        for k in range(OUTLINED[0], OUTLINED[1] + 1)
    ]
    away = a_contour(
        [float(part) for column, row in ((1, 1), (4, 1), (4, 3)) for part in block.patient(9, row, column)]
    )
    plan = a_structure_set(
        ("GTV", "MANUAL", outlines), ("Cord", "MANUAL", [away]), SOPInstanceUID="1.2.3.981.1",
        SeriesInstanceUID="1.2.3.981", StructureSetLabel="STACKPLAN", SeriesDescription="stack plan",
    )  # fmt: skip
    for roi in plan.StructureSetROISequence:
        roi.ReferencedFrameOfReferenceUID = FRAME_OF_REFERENCE
    study = item(RTReferencedSeriesSequence=[item(SeriesInstanceUID=f"1.2.3.{STACK_NUMBER}")])
    plan.ReferencedFrameOfReferenceSequence = [
        item(FrameOfReferenceUID=FRAME_OF_REFERENCE, RTReferencedStudySequence=[study])
    ]
    yield from (mask, plan)
