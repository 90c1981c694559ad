"""Files that come with a referral: what they are is read from their content, never from their name. Pure rules."""

import zipfile
from dataclasses import dataclass
from io import BytesIO

from mdt.core.errors import Invalid

LARGEST = 20 * 1024 * 1024
MOST = 20
LONGEST_NAME = 160

_NO_DICOM = (
    "This is a DICOM file. Imaging is added on the case’s own page, under “Add imaging from a disc or file”, "
    "once the patient is listed."
)
_ONLY = "Only PDF, PNG and JPEG pictures, Word documents (.docx) and plain text can be added."


@dataclass(frozen=True)
class Kind:
    """How one kind of file is called, sent and shown; what a browser cannot show by itself is only downloaded."""

    label: str
    mime: str
    suffix: str
    shown: bool


KINDS = {
    "pdf": Kind("PDF", "application/pdf", ".pdf", True),
    "png": Kind("PNG picture", "image/png", ".png", True),
    "jpeg": Kind("JPEG picture", "image/jpeg", ".jpg", True),
    "docx": Kind(
        "Word document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", False
    ),
    "text": Kind("Text", "text/plain", ".txt", True),
}


def kind_of(content: bytes) -> str:
    """One of KINDS; raises Invalid with a sentence for anything else, and for what is empty or too large."""
    if not content:
        raise Invalid("This file is empty.")
    if len(content) > LARGEST:
        raise Invalid(f"This file is larger than {LARGEST >> 20} MB.")
    if content[128:132] == b"DICM":
        raise Invalid(_NO_DICOM)
    for start, kind in ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg")):
        if content.startswith(start):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _word(content)
    if _is_text(content):
        return "text"
    raise Invalid(_ONLY)


def name_of(typed: str, kind: str) -> str:
    """The file's name without folders or control characters, ending as its kind does."""
    last = typed.replace("\\", "/").rsplit("/", 1)[-1]
    tidy = " ".join("".join(letter if letter.isprintable() else " " for letter in last).split()).lstrip(".")
    suffix = KINDS[kind].suffix
    stem = tidy[: -len(suffix)] if tidy.casefold().endswith(suffix) else tidy
    return (stem[: LONGEST_NAME - len(suffix)] or "File") + suffix


def _word(content: bytes) -> str:
    """Only its table of contents is read. One with macros is none of ours."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        raise Invalid("This file is damaged: its list of contents cannot be read.") from None
    if "word/document.xml" not in names:
        raise Invalid(_ONLY)
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Invalid("This Word document contains macros. Save it without them, or as PDF, and add that.")
    return "docx"


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t\f\ufeff" for letter in text)
