"""The sample region: whatever software a trust has, `gather` finds for every person what `region.json` says."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from mdt import bootstrap, config
from mdt.core import audit
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.demo import holdings
from mdt.demo.provider import application
from mdt.imaging.actions import begin_gather
from mdt.imaging.gathering.summary import summary
from mdt.record.actions import add_patient
from mdt.record.models import Patient
from mdt.trusts.actions import load_trusts
from mdt.trusts.load import read
from tests.peers.dimse import dcmqrscp, qrscp
from tests.peers.orthanc import orthanc
from tests.peers.programs import free_port

BY = system("test")

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
NOT_FOR_ORTHANC = "RW6"


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

    def load(self, file: Path) -> None:
        assert self("trusts", "load", str(file))[0] == 0
        assert self("trusts", "prove")[0] == 0

    def add(self, patient: dict[str, Any]) -> None:
        family, given = patient["name"].split("^")[:2]
        added = self(
            "patients", "add", "--nhs", patient["nhs"], "--family", family, "--given", given,
            "--dob", born(patient).isoformat(), "--sex", patient["sex"],
        )  # fmt: skip
        assert added[0] == 0

    def gather(self, nhs: str) -> dict[str, Any]:
        code, out = self("gather", "--nhs", nhs, "--json")
        result: dict[str, Any] = json.loads(out)
        assert code == 0, result["trusts"]
        return result

    def audit_is_whole(self) -> bool:
        return self("audit", "verify")[0] == 0

    def close(self) -> None:
        pass


class Within:
    """The same, in this process: a command takes longer to start than to gather."""

    def __init__(self, data: Path) -> None:
        self.house = bootstrap.build(config.from_environment({"MDT_DATA": str(data)}))
        self.gatherer = self.house.gatherer(BY)

    def load(self, file: Path) -> None:
        with self.house.db.writing() as session:
            load_trusts(session, read(file), by=BY, now=utc_now())

    def add(self, patient: dict[str, Any]) -> None:
        family, given = patient["name"].split("^")[:2]
        who = {"nhs": patient["nhs"], "family": family, "given": given, "sex": patient["sex"]}
        with self.house.db.writing() as session:
            add_patient(session, by=BY, birth_date=born(patient), now=utc_now(), **who)

    def gather(self, nhs: str) -> dict[str, Any]:
        with self.house.db.writing() as session:
            patient = session.scalars(select(Patient).where(Patient.nhs_number == nhs)).one()
            gather = begin_gather(session, by=BY, patient_id=patient.id, now=utc_now())
        self.gatherer.run(gather.id)
        with self.house.db.reading() as session:
            result = summary(session, BY, gather_id=gather.id)
        assert {one["status"] for one in result["trusts"]} == {"answered"}, result["trusts"]
        return result

    def audit_is_whole(self) -> bool:
        with self.house.db.reading() as session:
            return audit.verify(session)[1] is None

    def close(self) -> None:
        self.house.db.close()


def born(patient: dict[str, Any]) -> date:
    return date.fromisoformat(patient["dob"])


@contextmanager
def archives(folder: Path, peers: dict[str, str]) -> Iterator[Path]:
    """The region's trusts, each behind its own software; gives the file for `trusts load`."""
    with ExitStack() as running:
        sources = {
            ods: source_of(running, folder / ods, peers.get(ods, "folder"), REGION / ods) for ods in region()["trusts"]
        }
        yield described(folder / "region.toml", sources)


def described(file: Path, sources: dict[str, str]) -> Path:
    entries = []
    for ods, trust in region()["trusts"].items():
        about = f'ods = "{ods}"\nname = "{trust["name"]}"\nlive_from = 2020-01-01'
        entries.append(f"[[trust]]\n{about}\n[[trust.source]]\n{sources[ods]}")
    file.write_text("\n".join(entries))
    return file


@pytest.fixture(scope="module")
def servers(tmp_path_factory) -> Iterator[dict[str, dict[str, str]]]:
    """By carrier, each trust's source: an Orthanc for each speaks all three, DICOMweb, C-GET and C-MOVE.

    Orthanc cannot hold one file of RW6, so that trust has a small DICOMweb server, and qrscp.
    """
    folder, ways = tmp_path_factory.mktemp("region"), ("web", "get", "move")
    found: dict[str, dict[str, str]] = {carrier: {} for carrier in ways}
    with ExitStack() as running:
        for ods in region()["trusts"].keys() - {NOT_FOR_ORTHANC}:
            port = free_port()
            server = running.enter_context(orthanc(folder / ods, held(ods), move_to={"MDT": port}))
            found["web"][ods] = web(server.dicomweb)
            for carrier in ("get", "move"):
                found[carrier][ods] = dimse(server.dicom_port, server.ae, carrier, port)
        port = free_port()
        archive = running.enter_context(qrscp(folder / NOT_FOR_ORTHANC, held(NOT_FOR_ORTHANC), move_to={"MDT": port}))
        found["web"][NOT_FOR_ORTHANC] = web(running.enter_context(provider(REGION / NOT_FOR_ORTHANC)))
        for carrier in ("get", "move"):
            found[carrier][NOT_FOR_ORTHANC] = dimse(archive.port, archive.ae, carrier, port)
        yield found


@contextmanager
def provider(folder: Path) -> Iterator[str]:
    """A DICOMweb server over a folder, in a thread of its own; its address."""
    server = make_server("127.0.0.1", 0, application(holdings.load(folder)), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def held(ods: str) -> list[Path]:
    return sorted((REGION / ods).rglob("*.dcm"))


def web(url: str) -> str:
    return f'kind = "dicomweb"\nurl = "{url}"\n'


def source_of(running: ExitStack, folder: Path, peer: str, images: Path) -> str:
    if peer == "folder":
        return f'kind = "folder"\npath = "{images}"\n'
    files, our_port = held(images.name), free_port()
    software, _, retrieve = peer.partition(" ")
    if software == "dicomweb":
        return web(running.enter_context(orthanc(folder, files)).dicomweb)
    if software == "orthanc":
        here = running.enter_context(orthanc(folder, files, move_to={"MDT": our_port}))
        port, ae = here.dicom_port, here.ae
    else:
        start = dcmqrscp if software == "dcmqrscp" else qrscp
        archive = running.enter_context(start(folder, files, move_to={"MDT": our_port}))
        port, ae = archive.port, archive.ae
    return dimse(port, ae, retrieve, our_port)


def dimse(port: int, ae: str, retrieve: str, our_port: int) -> str:
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


def test_every_person_gets_what_the_region_says_from_folders(tmp_path):
    with archives(tmp_path, {}) as file, closing(Within(tmp_path / "data")) as product:
        everybody_gets_what_the_region_says(product, file)


def test_every_person_gets_what_the_region_says_from_a_mixture_of_archives(tmp_path):
    """And by command, whoever is held by two trusts."""
    with archives(tmp_path, PEERS) as file:
        with closing(Within(tmp_path / "data")) as product:
            everybody_gets_what_the_region_says(product, file)
        by_command = [one for one in region()["patients"] if one["id"] == "imran"]
        everybody_gets_what_the_region_says(Commands(tmp_path / "by-command"), file, by_command)


@pytest.mark.parametrize("carrier", ["web", "get", "move"])
def test_every_person_gets_what_the_region_says_over_each_carrier(carrier, tmp_path, servers):
    with closing(Within(tmp_path / "data")) as product:
        everybody_gets_what_the_region_says(product, described(tmp_path / "region.toml", servers[carrier]))


def everybody_gets_what_the_region_says(
    product: Commands | Within, file: Path, everybody: list[dict[str, Any]] | None = None
) -> None:
    product.load(file)
    for patient in everybody or region()["patients"]:
        product.add(patient)
        result = product.gather(patient["nhs"])
        found = {
            study["StudyInstanceUID"]: {
                "link": study["link"],
                "holders": study["holders"],
                "instances": study["expected_instances"],
                "whole": study["complete"],
            }
            for study in result["studies"]
        }
        assert found == expected(patient), patient["id"]
        for study in result["studies"]:
            if study["link"] == "auto":
                assert study["received_instances"] == study["expected_instances"]
            else:
                assert study["received_instances"] == 0
                assert study["why"] in whys(study["StudyInstanceUID"])
            assert bool(study["gaps"]) == (study["link"] == "auto" and not study["complete"])
        if patient["id"] == "imran":  # two holders: the one study that could come twice
            assert product.gather(patient["nhs"])["studies"] == result["studies"], "asking again changes nothing"
    assert product.audit_is_whole()


def whys(study_uid: str) -> list[str]:
    told = [study["why"] for study in region()["studies"] if study["StudyInstanceUID"] == study_uid]
    return [*told, "another person: same name and date of birth, different NHS number"]
