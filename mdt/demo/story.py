"""A region's imaging on disk, `<folder>/<ODS>/<study>/*.dcm`, and what its `region.json` says of it."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mdt.core.errors import Invalid
from mdt.demo.geography import TRUSTS, DemoTrust


@dataclass(frozen=True)
class Patient:
    """Somebody whose imaging is in the folder."""

    key: str
    family: str
    given: str
    born: date
    sex: str
    nhs: str


@dataclass(frozen=True)
class Story:
    """The folder, its trusts and its patients; `studies` as region.json has them."""

    folder: Path
    trusts: tuple[DemoTrust, ...]
    patients: tuple[Patient, ...]
    studies: tuple[dict[str, Any], ...]

    def about(self, key: str) -> list[dict[str, Any]]:
        """Studies that a correct federation would show for a patient, newest first."""
        own = [one for one in self.studies if one["patient"] == key and one["link"] != "never"]
        return sorted(own, key=lambda one: str(one["date"]), reverse=True)


def read(folder: Path) -> Story:
    """Raises Invalid with a sentence when the folder is not laid out as it must be."""
    try:
        said = json.loads((folder / "region.json").read_text(encoding="utf-8"))
        return Story(
            folder=folder,
            trusts=tuple(sorted(_trusts(said), key=lambda one: one.ods)),
            patients=tuple(_patient(one) for one in said["patients"]),
            studies=tuple(said["studies"]),
        )
    except OSError as error:
        raise Invalid(f"{folder / 'region.json'} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{folder / 'region.json'} is not what it must be: {type(error).__name__} {error}.") from None


def _trusts(said: dict[str, Any]) -> list[DemoTrust]:
    """How we reach a trust is ours to say; its name is the folder's. One we do not know speaks DICOMweb."""
    known = {one.ods: one for one in TRUSTS}
    found = dict(known)
    for ods, about in said["trusts"].items():
        usual = known.get(ods)
        found[ods] = DemoTrust(
            ods=ods,
            name=about["name"],
            kind=usual.kind if usual else "dicomweb",
            prefix=about.get("prefix", ""),
            ids=about.get("ids", "nhs_in_other_ids"),
            retrieve=usual.retrieve if usual else "get",
            delay=usual.delay if usual else 0.0,
        )
    return list(found.values())


def _patient(one: dict[str, Any]) -> Patient:
    family, _, rest = one["name"].partition("^")
    return Patient(
        key=one["id"],
        family=family,
        given=rest.split("^")[0],
        born=datetime.strptime(one["dob"], "%Y%m%d").date(),
        sex=one["sex"],
        nhs=one["nhs"],
    )
