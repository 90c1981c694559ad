"""A presentation state and a key object selection about images of `tests/unit/objects.py`, made for tests."""

from typing import Any

from pydicom.dataset import Dataset

from tests.unit.objects import an_object, item

GRAYSCALE = "1.2.840.10008.5.1.4.1.1.11.1"
KEY_OBJECTS = "1.2.840.10008.5.1.4.1.1.88.59"
CT = "1.2.840.10008.5.1.4.1.1.2"


def reference(sop: str, *frames: int) -> Dataset:
    made = item(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID=sop)
    if frames:
        made.ReferencedFrameNumber = list(frames)
    return made


def code(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def a_state(series: str, sops: list[str], **changes: Any) -> Dataset:
    """Dr Smith's view of these images; what it says besides is for the test to add."""
    said: dict[str, Any] = {
        "SOPClassUID": GRAYSCALE,
        "SeriesInstanceUID": "1.2.3.901",
        "SOPInstanceUID": "1.2.3.901.1",
        "Modality": "PR",
        "SeriesDescription": "Views",
        "ContentLabel": "TUMOUR",
        "ContentDescription": "The tumour",
        "ContentCreatorName": "Smith^Ann^^Dr",
        "PresentationCreationDate": "20261102",
        "PresentationCreationTime": "140305",
        "PresentationLUTShape": "IDENTITY",
        "ReferencedSeriesSequence": [
            item(SeriesInstanceUID=series, ReferencedImageSequence=[reference(sop) for sop in sops])
        ],
    }
    return an_object(None, **(said | changes))


def an_area(first: list[int], last: list[int], **changes: Any) -> Dataset:
    return item(
        DisplayedAreaTopLeftHandCorner=first,
        DisplayedAreaBottomRightHandCorner=last,
        PresentationSizeMode="SCALE TO FIT",
        **changes,
    )


def a_graphic(kind: str, points: list[float], units: str = "PIXEL", filled: str = "N") -> Dataset:
    return item(
        GraphicAnnotationUnits=units,
        GraphicDimensions=2,
        NumberOfGraphicPoints=len(points) // 2,
        GraphicData=points,
        GraphicType=kind,
        GraphicFilled=filled,
    )


def a_selection(study: str, series: str, references: list[Dataset], **changes: Any) -> Dataset:
    """Dr Smith's key images."""
    evidence = item(StudyInstanceUID=study)
    evidence.ReferencedSeriesSequence = [
        item(
            SeriesInstanceUID=series,
            ReferencedSOPSequence=[reference(one.ReferencedSOPInstanceUID) for one in references],
        )
    ]
    content = [
        item(
            RelationshipType="HAS OBS CONTEXT", ValueType="PNAME", PersonName="Smith^Ann",
            ConceptNameCodeSequence=[code("121008", "Person Observer Name")],
        ),
        item(
            RelationshipType="CONTAINS", ValueType="TEXT", TextValue="Largest extent",
            ConceptNameCodeSequence=[code("113012", "Key Object Description")],
        ),
        *(
            item(RelationshipType="CONTAINS", ValueType="IMAGE", ReferencedSOPSequence=[one])
            for one in references
        ),
    ]  # fmt: skip
    said: dict[str, Any] = {
        "SOPClassUID": KEY_OBJECTS,
        "SeriesInstanceUID": "1.2.3.902",
        "SOPInstanceUID": "1.2.3.902.1",
        "Modality": "KO",
        "SeriesDescription": "Key images",
        "ContentDate": "20261103",
        "ContentTime": "0915",
        "ValueType": "CONTAINER",
        "ConceptNameCodeSequence": [code("113004", "For Patient")],
        "CurrentRequestedProcedureEvidenceSequence": [evidence],
        "ContentSequence": content,
    }
    return an_object(None, **(said | changes))
