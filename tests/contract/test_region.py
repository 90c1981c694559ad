"""The sample region: whatever software a trust has, `gather` finds for every person what `region.json` says."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.peers.dimse import dcmqrscp, qrscp
from tests.peers.orthanc import orthanc
from tests.peers.programs import free_port

ROOT = Path(__file__).resolve().parents[2]
REGION = ROOT.parent / "shared" / "data" / "region"

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(not REGION.is_dir(), reason=f"the sample region is not beside the project ({REGION.parent})"),
]

# Behind which software each trust stands; the others are folders. RMP and RW6 hold the studies that need a second look.
PEERS = {
    "R0A": "dicomweb",
    "RM3": "dcmqrscp move",
    "RMC": "orthanc get",
    "RMP": "qrscp get",
    "RW6": "qrscp move",
    "RWJ": "orthanc move",
}


def region() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((REGION / "region.json").read_text())
    return told


class Commands:
    """app.py on a data folder."""

    def __init__(self, data: Path) -> None:
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("MDT_")} | {"MDT_DATA": str(data)}

    def __call__(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "app.py", *arguments],
            cwd=ROOT, env=self.environment, text=True, capture_output=True, timeout=300, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout

    def gather(self, nhs: str) -> dict[str, Any]:
        code, out = self("gather", "--nhs", nhs, "--json")
        result: dict[str, Any] = json.loads(out)
        assert code == 0, result["trusts"]
        return result


@contextmanager
def archives(folder: Path, peers: dict[str, str]) -> Iterator[Path]:
    """The region's trusts, running; gives the file for `trusts load`."""
    entries = []
    with ExitStack() as running:
        for ods, trust in region()["trusts"].items():
            source = source_of(running, folder / ods, peers.get(ods, "folder"), REGION / ods)
            about = f'ods = "{ods}"\nname = "{trust["name"]}"\nlive_from = 2020-01-01'
            entries.append(f"[[trust]]\n{about}\n[[trust.source]]\n{source}")
        file = folder / "region.toml"
        file.write_text("\n".join(entries))
        yield file


def source_of(running: ExitStack, folder: Path, peer: str, images: Path) -> str:
    if peer == "folder":
        return f'kind = "folder"\npath = "{images}"\n'
    files, our_port = sorted(images.rglob("*.dcm")), free_port()
    software, _, retrieve = peer.partition(" ")
    if software == "dicomweb":
        return f'kind = "dicomweb"\nurl = "{running.enter_context(orthanc(folder, files)).dicomweb}"\n'
    if software == "orthanc":
        here = running.enter_context(orthanc(folder, files, move_to={"MDT": our_port}))
        port, ae = here.dicom_port, here.ae
    else:
        start = dcmqrscp if software == "dcmqrscp" else qrscp
        archive = running.enter_context(start(folder, files, move_to={"MDT": our_port}))
        port, ae = archive.port, archive.ae
    return (
        f'kind = "dimse"\nhost = "127.0.0.1"\nport = {port}\nae = "{ae}"\nour_ae = "MDT"\n'
        f'retrieve = "{retrieve}"\nour_port = {our_port}\n'
    )


def expected(patient: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the region says of one person: each study with its link, its holders and whether it is whole."""
    told = region()
    look_alikes = {
        one["id"]
        for one in told["patients"]
        if (one["name"], one["dob"]) == (patient["name"], patient["dob"]) and one["id"] != patient["id"]
    }
    studies: dict[str, dict[str, Any]] = {}
    for study in told["studies"]:
        if study["patient"] == patient["id"]:
            # "never" is told from the other person's side: the study's own person has it as hers.
            link = "auto" if study["link"] == "never" else study["link"]
        elif study["patient"] in look_alikes and study["link"] in ("auto", "never"):
            link = "never"
        else:
            continue
        there = studies.setdefault(study["StudyInstanceUID"], {"link": link, "holders": [], "instances": 0})
        there["holders"] = sorted([*there["holders"], study["trust"]])
        there["instances"] = max(there["instances"], study["instances"])
        there["whole"] = link == "auto" and "missing" not in study["why"]
    return studies


@pytest.mark.parametrize("peers", [{}, PEERS], ids=["folders", "peers"])
def test_every_person_gets_what_the_region_says(tmp_path, peers):
    run = Commands(tmp_path / "data")
    with archives(tmp_path, peers) as file:
        assert run("trusts", "load", str(file))[0] == 0
        assert run("trusts", "prove")[0] == 0
        for patient in region()["patients"]:
            family, given = patient["name"].split("^")[:2]
            born = "-".join((patient["dob"][:4], patient["dob"][4:6], patient["dob"][6:]))
            added = run(
                "patients", "add", "--nhs", patient["nhs"], "--family", family, "--given", given,
                "--dob", born, "--sex", patient["sex"],
            )  # fmt: skip
            assert added[0] == 0
            result = run.gather(patient["nhs"])
            wanted = expected(patient)
            found = {
                study["StudyInstanceUID"]: {
                    "link": study["link"],
                    "holders": study["holders"],
                    "instances": study["expected_instances"],
                    "whole": study["complete"],
                }
                for study in result["studies"]
            }
            assert found == wanted, patient["id"]
            for study in result["studies"]:
                if study["link"] == "auto":
                    assert study["received_instances"] == study["expected_instances"]
                else:
                    assert study["received_instances"] == 0
                    assert study["why"] in whys(study["StudyInstanceUID"])
                assert bool(study["gaps"]) == (study["link"] == "auto" and not study["complete"])
            if patient["id"] == "imran":  # two holders: the one study that could come twice
                assert run.gather(patient["nhs"])["studies"] == result["studies"], "asking again changes nothing"
        assert run("audit", "verify")[0] == 0


def whys(study_uid: str) -> list[str]:
    told = [study["why"] for study in region()["studies"] if study["StudyInstanceUID"] == study_uid]
    return [*told, "another person: same name and date of birth, different NHS number"]
