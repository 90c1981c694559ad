"""Segmentations: every mask has the words and the colour of its segment, and a window in which it can be seen."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from tests.unit.objects import an_object, frames_of, item, ramp, save

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"


def described(number: int, label: str, meaning: str, lab: list[int] | None = None) -> Dataset:
    made = item(SegmentNumber=number, SegmentLabel=label)
    made.SegmentedPropertyTypeCodeSequence = [
        item(CodeValue="108369006", CodingSchemeDesignator="SCT", CodeMeaning=meaning)
    ]
    if lab:
        made.RecommendedDisplayCIELabValue = lab
    return made


def frame_of(number: int, sop: str) -> Dataset:
    made = item(SegmentIdentificationSequence=[item(ReferencedSegmentNumber=number)])
    made.DerivationImageSequence = [item(SourceImageSequence=[item(ReferencedSOPInstanceUID=sop)])]
    return made


def entries_of(pixels: Any, folder: Path, **attributes: Any) -> list[dict[str, Any]]:
    dataset = an_object(pixels, SOPClassUID=SEGMENTATION, Modality="SEG", **attributes)
    if attributes.get("BitsAllocated") == 1:
        dataset.PixelData = np.packbits(pixels.ravel(), bitorder="little").tobytes()
    return frames_of(save(dataset, folder / "seg.dcm"), folder)[0]


def test_single_bits_are_the_mask_of_a_named_segment(tmp_path: Path) -> None:
    masks = (ramp("uint8", 32, 8) > 128).astype("uint8").reshape(2, 16, 8)
    entries = entries_of(
        masks,
        tmp_path,
        BitsAllocated=1,
        BitsStored=1,
        SegmentationType="BINARY",
        SegmentSequence=[
            described(1, "Tumour", "Neoplasm", [34885, 53485, 50171]),  # sRGB red
            described(2, "Liver", "Liver"),
        ],
        PerFrameFunctionalGroupsSequence=[frame_of(2, "1.2.9.1"), frame_of(1, "1.2.9.2")],
    )
    liver, tumour = (entry["segment"] for entry in entries)
    assert (liver["number"], liver["label"], liver["colour"]) == (2, "Liver", None)
    assert (tumour["number"], tumour["label"]) == (1, "Tumour (Neoplasm)")
    assert np.allclose(tumour["colour"], [255, 0, 0], atol=3)
    assert tumour["of"] == {"sop": "1.2.9.2", "frame": 1}
    assert (entries[0]["centre"], entries[0]["width"]) == ([1.0], [2.0])


def test_parts_of_a_pixel_are_seen_from_nothing_to_full(tmp_path: Path) -> None:
    entries = entries_of(
        ramp("uint8", 16, 8),
        tmp_path,
        SegmentationType="FRACTIONAL",
        MaximumFractionalValue=200,
        SegmentSequence=[described(1, "", "Bone")],
        SharedFunctionalGroupsSequence=[item(SegmentIdentificationSequence=[item(ReferencedSegmentNumber=1)])],
    )
    assert (entries[0]["centre"], entries[0]["width"]) == ([100.5], [201])
    assert entries[0]["segment"]["label"] == "Bone"


def test_a_label_map_names_every_value(tmp_path: Path) -> None:
    entries = entries_of(
        ramp("uint8", 16, 8, low=0, high=3),
        tmp_path,
        SegmentationType="LABELMAP",
        SegmentSequence=[described(0, "Background", "Background")]
        + [described(n, f"S{n}", "Vertebra") for n in (1, 3)],
    )
    segment = entries[0]["segment"]
    assert segment["label"] == "Label map of 2 segments"
    assert [(one["value"], one["label"]) for one in segment["labels"]] == [(1, "S1 (Vertebra)"), (3, "S3 (Vertebra)")]
    assert (entries[0]["centre"], entries[0]["width"]) == ([2], [4])


def test_a_segment_that_nobody_described_is_said_to_be_one(tmp_path: Path) -> None:
    entries = entries_of(ramp("uint8", 16, 8), tmp_path, SegmentationType="BINARY")
    assert entries[0]["segment"]["label"] == "A segment that is not described"
    assert frames_of(save(an_object(ramp("uint8")), tmp_path / "ct.dcm"), tmp_path)[0][0]["segment"] is None
