"""What a referral may say, as data: each field with its kind, its codes and its COSD v10 item; and how it is read.

Values are plain JSON: text, a code, a day as YYYY-MM-DD, or rows of such cells. Nothing said is "" or no rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mdt.core.errors import Invalid
from mdt.meeting.pathway.clock import KINDS, Kind
from mdt.meeting.referral import LONGEST_QUESTION

TEXT, LONG, CHOICE, DATE, TRUST, ROWS = "text", "long", "choice", "date", "trust", "rows"
REQUIRED, ASKED, OFF = NEEDS = ("required", "asked", "off")

LONGEST_TEXT, LONGEST_LONG, MOST_ROWS = 200, 4000, 20
EARLIEST = timedelta(days=365 * 120)


@dataclass(frozen=True)
class Field:
    """One thing that is asked. `need` is what the usual form says of it; `columns` are the cells of a row."""

    name: str
    label: str
    kind: str
    section: str
    need: str = ASKED
    options: tuple[tuple[str, str], ...] = ()
    cosd: str = ""
    hint: str = ""
    columns: tuple["Field", ...] = ()
    needed: tuple[str, ...] = ()  # the cells without which a row cannot be used

    @property
    def longest(self) -> int:
        if self.name == "question":
            return LONGEST_QUESTION
        return LONGEST_LONG if self.kind == LONG else LONGEST_TEXT


SECTIONS = {
    "request": "The question",
    "pathway": "Pathway and its dates",
    "fitness": "Fitness",
    "patient": "The patient’s side",
    "diagnosis": "Diagnosis so far",
    "imaging": "Imaging",
    "pathology": "Pathology",
    "own": "This team’s own questions",
}

_UNKNOWN = ("9", "Not known")
MODALITIES = (
    ("CT", "CT"), ("MR", "MRI"), ("PT", "PET or PET-CT"), ("US", "Ultrasound"), ("MG", "Mammogram"),
    ("DX", "X-ray"), ("NM", "Nuclear medicine"), ("XA", "Angiography or fluoroscopy"), ("OT", "Other"),
)  # fmt: skip


def _column(name: str, label: str, kind: str, **more: Any) -> Field:
    return Field(name, label, kind, "", **more)


FIELDS: tuple[Field, ...] = (
    Field("question", "Clinical question", LONG, "request", REQUIRED, hint="What should the meeting decide?"),
    Field("reason", "Reason for discussion", CHOICE, "request", options=(
        ("new", "New diagnosis or suspicion"), ("staged", "Staging is complete"), ("surgery", "After surgery"),
        ("treated", "After other treatment"), ("recurrence", "Recurrence"), ("progression", "Progression"),
        ("again", "Discussed before, new information"), ("other", "Another reason"),
    )),
    Field("urgency", "Urgency", CHOICE, "request", REQUIRED, options=(
        ("next", "Next meeting"), ("soon", "Within two weeks"), ("ready", "When everything is ready"),
    )),
    Field("history", "History in brief", LONG, "request"),
    Field("clinician", "Responsible consultant", TEXT, "request"),
    Field("contact", "Whom to ask about this referral", TEXT, "request", hint="A name, and a telephone number"),
    Field("kind", "How the patient came onto the pathway", CHOICE, "pathway", REQUIRED,
          options=tuple((kind.value, words) for kind, words in KINDS.items())),
    Field("received", "Referral received", DATE, "pathway",
          hint="By the hospital. It starts the clocks of 28 and 62 days of an urgent referral."),
    Field("first_seen", "First seen", DATE, "pathway"),
    Field("upgraded", "Consultant upgrade", DATE, "pathway", hint="Where a consultant upgraded a routine referral"),
    Field("told", "Patient told of the diagnosis, or that it is not cancer", DATE, "pathway"),
    Field("referred_on", "Decision to refer to this meeting", DATE, "pathway"),
    Field("decided", "Decision to treat, agreed with the patient", DATE, "pathway"),
    Field("holder_ods", "Trust that holds the pathway", TRUST, "pathway"),
    Field("ps", "WHO performance status", CHOICE, "fitness", REQUIRED, cosd="CR0510", options=(
        ("0", "0 Fully active"), ("1", "1 Restricted in strenuous activity"),
        ("2", "2 Up more than half of the day, no work"), ("3", "3 In bed or chair more than half of the day"),
        ("4", "4 Completely disabled"), _UNKNOWN,
    )),
    Field("cfs", "Rockwood Clinical Frailty Scale", CHOICE, "fitness", REQUIRED, options=(
        ("1", "1 Very fit"), ("2", "2 Fit"), ("3", "3 Managing well"), ("4", "4 Very mild frailty"),
        ("5", "5 Mild frailty"), ("6", "6 Moderate frailty"), ("7", "7 Severe frailty"),
        ("8", "8 Very severe frailty"), ("9", "9 Terminally ill"), ("not", "Not assessed"),
    )),
    Field("comorbidity", "Comorbidity (ACE-27)", CHOICE, "fitness", options=(
        ("0", "None"), ("1", "Mild"), ("2", "Moderate"), ("3", "Severe"), _UNKNOWN,
    )),
    Field("conditions", "Other conditions and medicines", LONG, "fitness"),
    Field("anticoagulants", "Anticoagulants", TEXT, "fitness", hint="Which, or none"),
    Field("renal", "Renal function", TEXT, "fitness", hint="eGFR and its date"),
    Field("contrast", "Allergy to contrast", CHOICE, "fitness",
          options=(("no", "No"), ("yes", "Yes"), ("unknown", "Not known"))),
    Field("aware", "Does the patient know of this referral?", CHOICE, "patient", REQUIRED,
          options=(("yes", "Yes"), ("no", "No"), ("unknown", "Not known"))),
    Field("views", "The patient’s own views and goals", LONG, "patient",
          hint="In their words where you can. Write “not known” if nobody has asked yet."),
    Field("views_by", "Who presents them at the meeting", TEXT, "patient", hint="Best somebody who has met them"),
    Field("understanding", "What the patient understands so far", LONG, "patient"),
    Field("needs", "Holistic needs assessment", CHOICE, "patient", options=(
        ("done", "Done"), ("offered", "Offered"), ("declined", "Declined"), ("no", "Not yet"), ("unknown", "Not known"),
    )),
    Field("needs_said", "Needs it showed", LONG, "patient"),
    Field("access", "Communication and access needs", TEXT, "patient", hint="For example an interpreter"),
    Field("capacity", "Capacity and safeguarding", TEXT, "patient"),
    Field("key_worker", "Key worker or nurse specialist", TEXT, "patient"),
    Field("diagnosis", "Working diagnosis", TEXT, "diagnosis"),
    Field("icd10", "ICD-10 code", TEXT, "diagnosis", cosd="CR0370"),
    Field("laterality", "Side", CHOICE, "diagnosis", cosd="CR0380", options=(
        ("L", "Left"), ("R", "Right"), ("M", "Midline"), ("B", "Both"), ("8", "Not applicable"), _UNKNOWN,
    )),
    Field("stage", "Stage so far", TEXT, "diagnosis", hint="For example T3a N1b M0, or FIGO IIB"),
    Field("diagnosed_on", "Date of diagnosis", DATE, "diagnosis", cosd="CR2030"),
    Field("imaging", "Imaging to be shown", ROWS, "imaging",
          hint="One line for each study. The team’s system looks for it at every trust by itself.", columns=(
              _column("date", "Date", DATE, cosd="CR0320"), _column("trust", "Trust", TRUST, cosd="CR0310"),
              _column("modality", "Kind", CHOICE, options=MODALITIES), _column("part", "Of what", TEXT),
              _column("number", "Accession number", TEXT),
          ), needed=("date", "trust")),
    Field("imaging_note", "About the imaging", LONG, "imaging", hint="What was reported; what is still to come"),
    Field("pathology", "Specimens", ROWS, "pathology", columns=(
              _column("date", "Date taken", DATE), _column("number", "Specimen number", TEXT),
              _column("trust", "Laboratory’s trust", TRUST), _column("result", "Result", TEXT),
          ), needed=("date", "number", "trust")),
    Field("pathology_note", "About the pathology", LONG, "pathology"),
)  # fmt: skip

BY_NAME = {field.name: field for field in FIELDS}
ALWAYS = frozenset({"question"})  # no meeting can prepare a case without one
# What is carried over on acceptance and lives on there: the question in the case, these in the pathway.
OF_THE_PATHWAY = ("kind", "received", "upgraded", "told", "decided", "holder_ods")
CARRIED = frozenset({"question", *OF_THE_PATHWAY})
STARTED_BY_RECEIPT = frozenset({Kind.URGENT.value, Kind.SCREENING.value, Kind.BREAST.value})


def read(field: Field, raw: Any, today: date, trusts: Mapping[str, str]) -> Any:
    """The value of a field from what somebody typed; raises Invalid that names it and says what is wrong."""
    if field.kind == ROWS:
        return _rows(field, raw, today, trusts)
    if not isinstance(raw, str):
        raise Invalid(f"{field.label}: this is not text.")
    text = raw.strip() if field.kind == LONG else " ".join(raw.split())
    if not text:
        return ""
    if field.kind == DATE:
        return _day(field, text, today)
    if field.kind == CHOICE and text not in dict(field.options):
        raise Invalid(f"{field.label}: choose one of the answers.")
    if field.kind == TRUST and text not in trusts:
        raise Invalid(f"{field.label}: choose one of the trusts.")
    if len(text) > field.longest:
        raise Invalid(f"{field.label}: {field.longest} characters or fewer, these are {len(text)}.")
    return text


def empty(value: Any) -> bool:
    return value in (None, "", [])


def said(field: Field, value: Any, trusts: Mapping[str, str]) -> str:
    """A value other than rows in words."""
    if field.kind == CHOICE:
        return dict(field.options).get(value, str(value))
    if field.kind == TRUST:
        return trusts.get(value, str(value))
    if field.kind == DATE and value:
        return f"{date.fromisoformat(value):%d-%b-%Y}"
    return str(value)


def _rows(field: Field, raw: Any, today: date, trusts: Mapping[str, str]) -> list[dict[str, str]]:
    if raw == "":
        return []
    if not isinstance(raw, list) or any(not isinstance(row, dict) for row in raw):
        raise Invalid(f"{field.label}: these are not lines.")
    if len(raw) > MOST_ROWS:
        raise Invalid(f"{field.label}: {MOST_ROWS} lines or fewer.")
    rows = []
    for row in raw:
        cells = {column.name: read(column, row.get(column.name, ""), today, trusts) for column in field.columns}
        if any(cells.values()):
            rows.append(cells)
    return rows


def _day(field: Field, text: str, today: date) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{field.label}: enter the day as day, month and year, for example 24 11 2026.") from None
    if day > today:
        raise Invalid(f"{field.label} cannot lie in the future.")
    if day < today - EARLIEST:
        raise Invalid(f"{field.label}: {day:%d-%b-%Y} is too long ago.")
    return day.isoformat()
