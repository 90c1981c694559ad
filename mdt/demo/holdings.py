"""What an archive of the demo region holds: the headers of a folder of DICOM files, read once and remembered."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

log = logging.getLogger(__name__)

Json = dict[str, Any]

_BULK = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"}
_FORM = 3  # of the remembered file; a change of what is kept changes it


@dataclass(frozen=True)
class Instance:
    """One file: where it is, how it is encoded, and its attributes as DICOM JSON (PS3.18 annex F) without bulk data."""

    path: Path
    transfer_syntax: str
    attributes: Json

    def text(self, tag: str) -> str:
        """The first value of an attribute, as text."""
        values = self.attributes.get(tag, {}).get("Value") or [""]
        return str(values[0])


def load(folder: Path, remembered: Path | None = None) -> list[Instance]:
    """Every instance below `folder`; what `remembered` says is believed while no file has changed."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    print_of_all = [[str(p.relative_to(folder)), p.stat().st_size, p.stat().st_mtime_ns] for p in paths]
    if remembered is not None and remembered.exists():
        kept = json.loads(remembered.read_text(encoding="utf-8"))
        if kept["form"] == _FORM and kept["files"] == print_of_all:
            return [Instance(folder / one["path"], one["syntax"], one["attributes"]) for one in kept["instances"]]
    instances = list(_read(paths))
    if remembered is not None:
        kept = [
            {"path": str(one.path.relative_to(folder)), "syntax": one.transfer_syntax, "attributes": one.attributes}
            for one in instances
        ]
        remembered.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"form": _FORM, "files": print_of_all, "instances": kept}, ensure_ascii=False)
        remembered.write_text(text, encoding="utf-8")
    return instances


def _read(paths: Iterable[Path]) -> Iterable[Instance]:
    for path in paths:
        try:
            ds = pydicom.dcmread(path, stop_before_pixels=True)
        except InvalidDicomError:
            log.warning("not a DICOM file, left out: %s", path.name)
            continue
        if "SOPInstanceUID" in ds:
            _drop_bulk(ds)
            yield Instance(path, str(ds.file_meta.TransferSyntaxUID), ds.to_json_dict(suppress_invalid_tags=True))


def _drop_bulk(ds: Dataset) -> None:
    for element in list(ds):
        if element.VR in _BULK:
            del ds[element.tag]
        elif element.VR == "SQ":
            for item in element.value:
                _drop_bulk(item)
