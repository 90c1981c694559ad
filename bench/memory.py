"""How much memory a gather of one long series takes: the worker and its children, each at its highest.

    .venv/bin/python -m bench.memory [--instances 10000] [--carrier web|get|move] [--folder DIR]

One Orthanc holds one CT series of so many small images. The product's own worker gathers and packs it; every process'
peak is what the kernel counted (VmHWM), looked at ten times a second. Linux only.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from sqlalchemy import func, select

from bench.house import BY, ROOT, build, patient
from mdt.bootstrap import House
from mdt.core.clock import utc_now
from mdt.imaging.actions import request_gather
from mdt.imaging.models import Gather, Instance, Pack, TrustAnswer
from tests.peers.orthanc import Orthanc, orthanc
from tests.peers.programs import free_port

LIMIT = 300  # MiB, for each process
NHS, STUDY, SERIES = "9990000018", "1.2.826.0.1.3680043.10.999.77", "1.2.826.0.1.3680043.10.999.77.1"
AT_ONCE = 1000
LONGEST = 3600.0


def slices(count: int) -> Iterator[Dataset]:
    """One series of small axial images, every one of its own."""
    random = np.random.default_rng(1)
    for number in range(1, count + 1):
        one = Dataset()
        one.SOPClassUID, one.SOPInstanceUID = CTImageStorage, f"{SERIES}.{number}"
        one.StudyInstanceUID, one.SeriesInstanceUID, one.Modality = STUDY, SERIES, "CT"
        one.PatientName, one.PatientID = "HARGREAVES^Dorothy", NHS
        one.PatientBirthDate, one.PatientSex, one.StudyDate = "19510314", "F", "20261102"
        one.SeriesNumber, one.InstanceNumber = 1, number
        one.ImagePositionPatient, one.ImageOrientationPatient = [0, 0, number * 0.5], [1, 0, 0, 0, 1, 0]
        one.PixelSpacing, one.SliceThickness = [1, 1], 0.5
        one.Rows = one.Columns = 64
        one.SamplesPerPixel, one.PhotometricInterpretation, one.PixelRepresentation = 1, "MONOCHROME2", 0
        one.BitsAllocated, one.BitsStored, one.HighBit = 16, 12, 11
        one.RescaleSlope, one.RescaleIntercept = 1, -1024
        one.PixelData = random.integers(0, 4096, (64, 64), np.uint16).tobytes()
        one.file_meta = FileMetaDataset()
        one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        yield one


def load(server: Orthanc, count: int, folder: Path) -> None:
    """Put the series in, a thousand at a time."""
    made, left = slices(count), count
    with httpx.Client(base_url=server.url, trust_env=False, timeout=600) as client:
        while left > 0:
            archive = folder / "some.zip"
            with zipfile.ZipFile(archive, "w") as zipped:
                for name, one in zip(range(min(left, AT_ONCE)), made, strict=False):
                    path = folder / "one.dcm"
                    one.save_as(path, enforce_file_format=True)
                    zipped.write(path, f"{name}.dcm")
            client.post("/instances", content=archive.read_bytes()).raise_for_status()
            left -= AT_ONCE


def trust(server: Orthanc, carrier: str, our_port: int) -> str:
    """The only trust of the region, as a file for `trusts load`."""
    web = f'kind = "dicomweb"\nurl = "{server.dicomweb}"\n'
    dimse = (
        f'kind = "dimse"\nhost = "127.0.0.1"\nport = {server.dicom_port}\nae = "{server.ae}"\nour_ae = "MDT"\n'
        f'retrieve = "{carrier}"\nour_port = {our_port}\n'
    )
    head = '[[trust]]\nods = "RMC"\nname = "Bolton"\nlive_from = 2020-01-01\n'
    return f"{head}[[trust.source]]\n{web if carrier == 'web' else dimse}"


class Peaks:
    """The highest memory of a process and of each of its descendants, in MiB."""

    def __init__(self, process: int) -> None:
        self._process = process
        self.own = 0.0
        self.children: dict[int, float] = {}

    def look(self) -> None:
        self.own = max(self.own, highest(self._process))
        for child in descendants(self._process):
            self.children[child] = max(self.children.get(child, 0.0), highest(child))


def highest(process: int) -> float:
    """VmHWM of a process that may be gone by now."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def descendants(process: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [each for child in children for each in (child, *descendants(child))]


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MDT_")} | {"MDT_DATA": str(folder)}
    with (folder / "worker.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "app.py", "worker"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        yield running
    finally:
        running.terminate()
        running.wait(30)


def done(house: House, wanted: int) -> bool:
    """Whether it was gathered, and every frame is in the pack."""
    with house.db.reading() as session:
        gather = session.scalars(select(Gather)).one()
        packed = session.scalar(select(func.coalesce(func.sum(Pack.frames), 0)))
    return gather.finished_at is not None and packed == wanted


def measure(folder: Path, count: int, carrier: str) -> int:
    our_port = free_port()
    with orthanc(folder / "orthanc", move_to={"MDT": our_port}) as server:
        load(server, count, folder)
        (folder / "trusts.toml").write_text(trust(server, carrier, our_port))
        house = build(folder / "data", folder / "trusts.toml")
        who = patient(house, nhs=NHS, family="HARGREAVES", given="Dorothy", born=date(1951, 3, 14), sex="F")
        with worker(folder / "data") as process:
            peaks, began = Peaks(process.pid), time.monotonic()
            with house.db.writing() as session:
                request_gather(session, by=BY, patient_id=who, now=utc_now())
            looked = 0.0
            while time.monotonic() - began < LONGEST:
                peaks.look()
                if time.monotonic() - looked > 1.0:
                    looked = time.monotonic()
                    if process.poll() is not None or done(house, count):
                        break
                time.sleep(0.1)
            took = time.monotonic() - began
        with house.db.reading() as session:
            here = session.scalar(select(func.count(Instance.id)))
            answer = session.scalars(select(TrustAnswer)).one()
        house.db.close()
    children = ", ".join(f"{peak:.0f}" for peak in sorted(peaks.children.values(), reverse=True))
    print(f"{carrier}: {here} of {count} instances here in {took:.0f} s, the trust {answer.status}: {answer.detail}")
    print(f"worker {peaks.own:.0f} MiB at its highest; its children {children} MiB; allowed {LIMIT} MiB each")
    return 0 if here == count and max(peaks.own, *peaks.children.values()) < LIMIT else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("--carrier", choices=("web", "get", "move"), default="web")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.folder:
        asked.folder.mkdir(parents=True, exist_ok=True)
        return measure(asked.folder, asked.instances, asked.carrier)
    with tempfile.TemporaryDirectory() as folder:
        return measure(Path(folder), asked.instances, asked.carrier)


if __name__ == "__main__":
    sys.exit(main())
