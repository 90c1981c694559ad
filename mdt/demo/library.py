"""Makes the region's imaging once, as a folder of trusts: `<folder>/<ODS>/<study>/*.dcm` and `<folder>/region.json`.

Run as a program it says what it is doing; it is a process of its own because painting is heavy work:
`python -m mdt.demo.library FOLDER YYYY-MM-DD`.
"""

import json
import os
import shutil
import sys
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from mdt.demo import cast
from mdt.demo.geography import TRUSTS, DemoTrust, trust
from mdt.demo.phantoms.objects import uid
from mdt.demo.recipes import objects_of
from mdt.demo.tether import end_with

# The longest to paint come first, so that both cores finish together.
_HEAVY = ("maureen-ct", "maureen-ct-prior", "maureen-petct", "maureen-cxr", "sian-mr", "mohammed-ct")


Paint = Callable[[str, date], Iterable[Dataset]]  # a study's objects, by its key and the day of the story


def make(folder: Path, anchor: date, paint: Paint = objects_of) -> None:
    """Make the whole region for a story whose today is `anchor`. The folder appears only when it is whole."""
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    held: dict[str, dict[str, int]] = {}
    keys = sorted((one.key for one in cast.STUDIES), key=lambda key: _HEAVY.index(key) if key in _HEAVY else 99)
    with ProcessPoolExecutor(os.cpu_count(), initializer=end_with, initargs=(os.getpid(),)) as pool:
        running = {pool.submit(_write, draft, key, anchor, paint): key for key in keys}
        for done, finished in enumerate(as_completed(running), start=1):
            held[running[finished]] = finished.result()
            print(f"  painted {running[finished]} ({done} of {len(keys)})", flush=True)
    (draft / "region.json").write_text(
        json.dumps(_region(anchor, held), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(draft, folder)


def _write(folder: Path, key: str, anchor: date, paint: Paint) -> dict[str, int]:
    """Write one study for every trust that holds it; returns how many instances each got."""
    study = next(one for one in cast.STUDIES if one.key == key)
    counts = dict.fromkeys((copy.ods for copy in study.copies), 0)
    for ds in paint(key, anchor):
        for copy in study.copies:
            if copy.only_first is not None and counts[copy.ods] >= copy.only_first:
                continue
            if int(ds.InstanceNumber) in copy.missing:
                continue
            identify(
                ds, trust(copy.ods), cast.patient(study.of), copy.says, number=accession(key, copy.ods), today=anchor
            )
            place = folder / copy.ods / key
            place.mkdir(parents=True, exist_ok=True)
            counts[copy.ods] += 1
            ds.save_as(place / f"{ds.Modality}-{counts[copy.ods]:04d}.dcm", enforce_file_format=True)
    return counts


def identify(ds: Dataset, at: DemoTrust, who: cast.Invented, says: cast.Says, *, number: str, today: date) -> None:
    """Put on an object whose it is, in the words of the trust that holds it."""
    ds.PatientName, ds.PatientSex = who.pn, who.sex
    born = who.born
    if says == "wrong birth date":
        born = born.replace(month=born.day, day=born.month)  # the day and the month were swapped at the front desk
    ds.PatientBirthDate = born.strftime("%Y%m%d")
    ds.PatientAge = f"{(today - born).days // 365:03d}Y"
    ds.InstitutionName, ds.AccessionNumber = at.name, number
    spaced = f"{who.nhs[:3]} {who.nhs[3:6]} {who.nhs[6:]}"
    ds.pop("OtherPatientIDsSequence", None)
    ds.pop("IssuerOfPatientID", None)
    if at.ids == "nhs_in_patient_id" and says != "local only":
        ds.PatientID, ds.IssuerOfPatientID = who.nhs, "NHS"
        return
    ds.PatientID, ds.IssuerOfPatientID = local_number(at, who), at.ods
    if says != "local only":
        other = Dataset()
        other.PatientID = spaced if at.ids == "nhs_spaced" else who.nhs
        other.IssuerOfPatientID, other.TypeOfPatientID = "NHS", "TEXT"
        ds.OtherPatientIDsSequence = Items([other])


def local_number(at: DemoTrust, who: cast.Invented) -> str:
    """The hospital number a trust would have given; always the same."""
    return f"{at.prefix}{100000 + zlib.crc32(f'{at.ods}/{who.key}'.encode()) % 900000}"


def accession(key: str, ods: str) -> str:
    return f"{ods}{1000000 + zlib.crc32(key.encode()) % 9000000}"


def _region(anchor: date, held: dict[str, dict[str, int]]) -> dict[str, Any]:
    """What a correct federation does with it, in the form that `--dicom` also takes."""
    return {
        "made_for": anchor.isoformat(),
        "trusts": {one.ods: {"name": one.name, "prefix": one.prefix, "ids": one.ids} for one in TRUSTS},
        "patients": [
            {"id": who.key, "name": who.pn, "dob": who.born.strftime("%Y%m%d"), "sex": who.sex, "nhs": who.nhs}
            for who in cast.PATIENTS
        ],
        "studies": [
            {
                "trust": copy.ods,
                "folder": study.key,
                "StudyInstanceUID": str(uid(study.key)),
                "instances": held[study.key][copy.ods],
                "patient": study.of,
                "link": copy.link,
                "why": copy.why,
                "date": (anchor - timedelta(days=study.days_ago)).strftime("%Y%m%d"),
                "description": study.description,
            }
            for study in cast.STUDIES
            for copy in study.copies
        ],
    }


if __name__ == "__main__":
    make(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
