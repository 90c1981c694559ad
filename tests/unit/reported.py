"""Structured reports made for tests: nodes of a content tree, and the object that holds them."""

from collections.abc import Iterable
from typing import Any

from pydicom.dataset import Dataset

from tests.unit.objects import an_object, item
from tests.unit.states import code


def node(kind: str, concept: Dataset | None, *children: Dataset, relation: str = "CONTAINS", **said: Any) -> Dataset:
    made = item(RelationshipType=relation, ValueType=kind, **said)
    if concept is not None:
        made.ConceptNameCodeSequence = [concept]
    if children:
        made.ContentSequence = list(children)
    return made


def number(concept: Dataset, value: str, unit: str, meaning: str, *children: Dataset) -> Dataset:
    measured = item(NumericValue=value, MeasurementUnitsCodeSequence=[code(unit, meaning, "UCUM")])
    return node("NUM", concept, *children, MeasuredValueSequence=[measured])


def a_report(concept: Dataset, content: Iterable[Dataset], template: str = "", **said: Any) -> Dataset:
    dataset = an_object(
        None,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33",
        Modality="SR",
        ContentDate="20261102",
        CompletionFlag="COMPLETE",
        VerificationFlag="VERIFIED",
        ValueType="CONTAINER",
        ConceptNameCodeSequence=[concept],
        ContentSequence=list(content),
    )
    if template:
        dataset.ContentTemplateSequence = [item(MappingResource="DCMR", TemplateIdentifier=template)]
    for keyword, value in said.items():
        setattr(dataset, keyword, value)
    return dataset
