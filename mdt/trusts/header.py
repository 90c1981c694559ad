"""What a DICOM file says of itself, read in a sandbox's child. Every function here may meet a hostile file."""

from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import MediaStorageDirectoryStorage

from mdt.core.errors import Invalid, MdtError
from mdt.trusts import listing
from mdt.trusts.attributes import attributes

_KEYWORDS = (
    *listing.IDENTITY,
    *(keyword for keyword in listing.STUDY if not keyword.startswith("Number")),
    *(keyword for keyword in listing.SERIES if not keyword.startswith("Number")),
    *listing.INSTANCE,
)
_ALSO_IN_META = {"SOPClassUID": "MediaStorageSOPClassUID", "SOPInstanceUID": "MediaStorageSOPInstanceUID"}
_MUST_HAVE = ("SOPInstanceUID", "SOPClassUID", "StudyInstanceUID", "SeriesInstanceUID")

Header = dict[str, tuple[str, ...]]


def read_header(path: str) -> Header:
    """Who, which study, series and object; raises Invalid with a sentence for what is not such a file."""
    dataset = _open(path)
    meta = getattr(dataset, "file_meta", None) or Dataset()
    if str(meta.get("MediaStorageSOPClassUID", "")) == MediaStorageDirectoryStorage:
        raise Invalid("It is a DICOMDIR, the table of contents of a disc; the images are files of their own.")
    found = attributes(dataset, _KEYWORDS)
    for keyword, wrapped in _ALSO_IN_META.items():
        if not listing.text(found, keyword) and meta.get(wrapped):
            found[keyword] = (str(meta[wrapped].value),)
    missing = [keyword for keyword in _MUST_HAVE if not listing.text(found, keyword)]
    if len(missing) == len(_MUST_HAVE) and not meta:
        raise Invalid("It is not a DICOM file.")
    if missing:
        raise Invalid(f"It has no {' and no '.join(missing)}, so nobody can tell where it belongs.")
    for keyword in _MUST_HAVE:
        if not listing.is_uid(uid := listing.text(found, keyword)):
            raise Invalid(f"Its {keyword} is not a UID ({uid[:80]!r}).")
    return found


def read_headers(paths: list[str]) -> list[Header | str]:
    """Many at once: a header, or the sentence why not."""
    return [_header_or_sentence(path) for path in paths]


def _header_or_sentence(path: str) -> Header | str:
    try:
        return read_header(path)
    except MdtError as error:
        return str(error)
    except MemoryError:
        raise
    except RecursionError:
        return "It is nested too deeply to read."
    except Exception as error:  # whatever a broken file does to the parser, the others must be read
        return f"It cannot be read ({type(error).__name__}: {error})."[:400]


def _open(path: str) -> FileDataset:
    tags = [*_KEYWORDS, "OtherPatientIDsSequence", "SpecificCharacterSet"]
    if Path(path).stat().st_size == 0:
        raise Invalid("It is empty.")
    try:
        return dcmread(path, stop_before_pixels=True, specific_tags=tags)
    except InvalidDicomError:
        pass  # no preamble: old archives have such files, and only their content can tell
    try:
        return dcmread(path, stop_before_pixels=True, specific_tags=tags, force=True)
    except Exception:
        raise Invalid("It is not a DICOM file.") from None
