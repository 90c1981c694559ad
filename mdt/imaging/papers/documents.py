"""Objects that are read rather than looked at: encapsulated PDF as it came, structured reports as a plain page."""

from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID

from mdt.core.errors import Invalid
from mdt.imaging.files import attributes
from mdt.imaging.papers import reports

PDF, HTML = "application/pdf", "text/html"

_ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
_REPORTS = "1.2.840.10008.5.1.4.1.1.88."


def extract(dataset: Dataset, sop_class_uid: str, to: Path) -> dict[str, Any] | None:
    """Write the document in an object to `to` and say what it is; None when it is no document. Raises Invalid."""
    if sop_class_uid == _ENCAPSULATED_PDF:
        content, kind = _pdf(dataset), PDF
    elif sop_class_uid.startswith(_REPORTS):
        content, kind = reports.page(dataset).encode(), HTML
    else:
        return None
    to.write_bytes(content)
    images = reports.images(dataset) if kind == HTML else []
    return {"title": _title(dataset), "type": kind, "bytes": len(content), "images": images}


def _pdf(dataset: Dataset) -> bytes:
    content = attributes.value(dataset, "EncapsulatedDocument")
    if not isinstance(content, bytes) or b"%PDF" not in content[:1024]:
        raise Invalid("It says that it holds a PDF document, but what it holds is not one.")
    length = attributes.integer(dataset, "EncapsulatedDocumentLength")
    return content[:length] if length and 0 < length <= len(content) else content


def _title(dataset: Dataset) -> str:
    concept = attributes.first(dataset, "ConceptNameCodeSequence")
    return (
        attributes.text(dataset, "DocumentTitle")
        or (attributes.text(concept, "CodeMeaning") if concept else "")
        or attributes.text(dataset, "SeriesDescription")
        or UID(attributes.text(dataset, "SOPClassUID")).name
    )
