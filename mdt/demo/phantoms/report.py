"""A pathology report: a real PDF, and the DICOM object that carries it (PS3.3 A.45.1)."""

from datetime import date, datetime

from fpdf import FPDF
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from mdt.demo.phantoms.objects import Series, Shot, code, new


def pathology(
    *, trust: str, patient: str, nhs: str, born: date, specimen: str, taken: date, reported: date, title: str,
    sections: tuple[tuple[str, str], ...], pathologist: str,
) -> bytes:  # fmt: skip
    """One A4 page. Deterministic: its date is the date of the report."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.combine(reported, datetime.min.time()))
    pdf.set_title(title)
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 13)
    pdf.cell(0, 8, trust, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 10)
    pdf.cell(0, 6, "Department of Cellular Pathology", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)
    pdf.set_font("Helvetica", "B", 15)
    pdf.cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 10)
    for label, value in (
        ("Patient", patient),
        ("NHS number", f"{nhs[:3]} {nhs[3:6]} {nhs[6:]}"),
        ("Born", born.strftime("%d-%b-%Y")),
        ("Specimen", specimen),
        ("Taken", taken.strftime("%d-%b-%Y")),
        ("Reported", reported.strftime("%d-%b-%Y")),
    ):
        pdf.set_font("Helvetica", "B", 10)
        pdf.cell(32, 6, label)
        pdf.set_font("Helvetica", "", 10)
        pdf.cell(0, 6, value, new_x="LMARGIN", new_y="NEXT")
    for heading, text in sections:
        pdf.ln(3)
        pdf.set_font("Helvetica", "B", 11)
        pdf.cell(0, 7, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", "", 10)
        pdf.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(5)
    pdf.cell(0, 6, f"Authorised by {pathologist}", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "I", 8)
    pdf.ln(4)
    pdf.multi_cell(0, 4, "Invented for a demonstration. It describes nobody.")
    return bytes(pdf.output())


def encapsulated(shot: Shot, title: str, pdf: bytes) -> Dataset:
    """Encapsulated PDF."""
    ds = new(shot, "1.2.840.10008.5.1.4.1.1.104.1", "DOC", Series(1, title), 1)
    del ds.BodyPartExamined
    ds.AcquisitionDateTime = ds.StudyDate + ds.StudyTime
    ds.ConversionType, ds.BurnedInAnnotation, ds.DocumentTitle = "WSD", "YES", title
    ds.ConceptNameCodeSequence = Items([code("11526-1", "LN", "Pathology study")])
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    ds.EncapsulatedDocumentLength = len(pdf)
    ds.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    return ds
