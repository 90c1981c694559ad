"""How long it takes to bring a region's imaging from eight archives, beside DCMTK's own clients for the same studies.

`python bench/gather.py [--runs N] [--json]`. The sample region in `../shared/data/region` where this machine has it,
else the demo's own, behind eight archives: Orthanc asked with C-GET, and in every second trust dcmqrscp asked with
C-MOVE where it takes what the trust holds. First `getscu` or `movescu`, whichever brings more and is quicker, brings,
trust after trust, every study that is linked, study by study; it neither searches nor looks at what it writes. Then
the product gathers for every person of the region, all asked at the same moment, as many rounds at once as the worker
runs, from asked to finished: everything searched, judged, read, checked, hashed and on disk. Once with the packs apart
(rounds alone, in this process), once included (the worker, until every series has its whole pack). Goal: gathered
within 1.3 times the slowest single trust. Archives, clients and product share this machine's processor.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402
from pydicom import dcmread  # noqa: E402
from pydicom import uid as uids  # noqa: E402
from sqlalchemy import func, select  # noqa: E402

from bench import house as houses  # noqa: E402
from mdt.bootstrap import House  # noqa: E402
from mdt.core.clock import utc_now  # noqa: E402
from mdt.demo import library, story  # noqa: E402
from mdt.demo.story import Story  # noqa: E402
from mdt.imaging.actions import begin_gather, request_gather  # noqa: E402
from mdt.imaging.gathering.series import unpacked  # noqa: E402
from mdt.imaging.models import Gather, Instance, TrustAnswer  # noqa: E402
from mdt.worker import THREADS  # noqa: E402
from tests.peers.dimse import dcmqrscp  # noqa: E402
from tests.peers.orthanc import Orthanc, orthanc  # noqa: E402
from tests.peers.programs import free_port  # noqa: E402

SHARED = ROOT.parent / "shared" / "data" / "region"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
PEERS = ("Orthanc", "dcmqrscp", "getscu", "movescu")
PREFER = {
    uids.JPEGBaseline8Bit: "+xy",
    uids.JPEGLosslessSV1: "+xs",
    uids.JPEG2000: "+xw",
    uids.JPEG2000Lossless: "+xv",
    uids.JPEGLSLossless: "+xt",
    uids.JPEGLSNearLossless: "+xu",
    uids.RLELossless: "+xr",
}
GOAL, WITHIN = 1.3, 300.0


@dataclass(frozen=True)
class Archive:
    """One trust's archive, and how it is asked."""

    ods: str
    port: int
    ae: str
    retrieve: str
    move_port: int


@dataclass(frozen=True)
class Theirs:
    """What DCMTK's client brought from one trust."""

    ods: str
    how: str
    objects: int
    seconds: float


@dataclass(frozen=True)
class Ours:
    """What the product brought from all of them."""

    objects: int
    seconds: float


@contextmanager
def archives(folder: Path, region: Story) -> Iterator[list[Archive]]:
    """Every trust behind an archive of its own, with its objects in it."""
    move_port, found = free_port(), []
    with ExitStack() as stack:
        for place, ods in enumerate(sorted(path.name for path in region.folder.iterdir() if path.is_dir())):
            files = sorted((region.folder / ods).rglob("*.dcm"))
            if place % 2 == 0 or not _plain(files):
                web = stack.enter_context(orthanc(folder / ods, move_to={"MDT": move_port}))
                for file in files:
                    _load(web, file)
                found.append(Archive(ods, web.dicom_port, web.ae, "get", move_port))
            else:
                peer = stack.enter_context(dcmqrscp(folder / ods, files, move_to={"MDT": move_port}))
                found.append(Archive(ods, peer.port, peer.ae, "move", move_port))
        yield found


def _load(peer: Orthanc, file: Path) -> None:
    """Put one object in, as it is; of one that Orthanc does not take it is said."""
    try:
        peer.load([file])
    except httpx.HTTPStatusError as refusal:
        print(
            f"Orthanc does not take {file.parent.name}/{file.name} ({refusal.response.json()['Message']}).",
            file=sys.stderr,
        )


def _plain(files: Sequence[Path]) -> bool:
    """Whether every object is in a syntax that dcmqrscp keeps."""
    return all(
        dcmread(file, specific_tags=[]).file_meta.TransferSyntaxUID
        in (*uids.UncompressedTransferSyntaxes, uids.JPEGBaseline8Bit)
        for file in files
    )


def of_dcmtk(folder: Path, region: Story, archive: Archive) -> Theirs:
    """Each of a trust's linked studies, one after another, by the client that brings more, or else is the quicker."""
    ways = [_by(folder / archive.ods / name, name, region, archive) for name in ("getscu", "movescu")]
    return max(ways, key=lambda one: (one.objects, -one.seconds))


def _by(out: Path, name: str, region: Story, archive: Archive) -> Theirs:
    studies = [one for one in region.studies if one["trust"] == archive.ods and one["link"] == "auto"]
    out.mkdir(parents=True)
    began = time.perf_counter()
    for study in studies:
        files = region.folder / archive.ods / study["folder"]
        how = [_preferring(files)] if name == "getscu" else ["+xa", "-aem", "MDT", "+P", str(archive.move_port)]
        keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={study['StudyInstanceUID']}"]
        names = ["-S", "+B", "-aet", "MDT", "-aec", archive.ae]
        subprocess.run(  # movescu minds no output folder when it keeps bits
            [name, *how, *names, *keys, "127.0.0.1", str(archive.port)], cwd=out,
            env=os.environ | {"PATH": PATH}, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    seconds = time.perf_counter() - began
    return Theirs(archive.ods, name, sum(path.is_file() for path in out.iterdir()), seconds)


def _preferring(files: Path) -> str:
    """The option with which `getscu` takes a study as it is; it asks for one compressed syntax at a time."""
    syntax = dcmread(next(files.rglob("*.dcm")), specific_tags=[]).file_meta.TransferSyntaxUID
    return PREFER.get(syntax, "+x=")


def set_up(folder: Path, region: Story, peers: Sequence[Archive]) -> tuple[House, list[str]]:
    """A house that knows the archives and the people, and has nothing of them yet."""
    folder.mkdir(parents=True)
    described = [
        f'[[trust]]\nods = "{one.ods}"\nname = "Trust {one.ods}"\nlive_from = 2020-01-01\n[[trust.source]]\n'
        f'kind = "dimse"\nhost = "127.0.0.1"\nport = {one.port}\nae = "{one.ae}"\nour_ae = "MDT"\n'
        f'retrieve = "{one.retrieve}"\n' + (f"our_port = {one.move_port}\n" if one.retrieve == "move" else "")
        for one in peers
    ]
    (folder / "trusts.toml").write_text("\n".join(described))
    house = houses.build(folder / "data", folder / "trusts.toml")
    people = [
        houses.patient(house, nhs=one.nhs, family=one.family, given=one.given, born=one.born, sex=one.sex)
        for one in region.patients
    ]
    return house, people


def gathered(folder: Path, region: Story, peers: Sequence[Archive]) -> Ours:
    """Rounds alone, as many at once as the worker runs."""
    house, people = set_up(folder, region, peers)
    gatherer = house.gatherer(houses.BY)
    began = time.perf_counter()
    with house.db.writing() as session:
        rounds = [begin_gather(session, by=houses.BY, patient_id=one, now=utc_now()).id for one in people]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(gatherer.run, rounds))
    seconds = time.perf_counter() - began
    return Ours(_brought(house), seconds)


def gathered_and_packed(folder: Path, region: Story, peers: Sequence[Archive]) -> Ours:
    """By the worker in a process of its own, from asked until every series has its whole pack."""
    house, people = set_up(folder, region, peers)
    command = [sys.executable, "app.py", "worker"]
    with (folder / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"MDT_DATA": str(folder / "data")}, stdout=log, stderr=log
        )
    try:
        _until(lambda: "worker.started" in (folder / "worker.log").read_text())
        began = time.perf_counter()
        with house.db.writing() as session:
            for one in people:
                request_gather(session, by=houses.BY, patient_id=one, now=utc_now())
        _until(lambda: _is_done(house))
        seconds = time.perf_counter() - began
    finally:
        worker.terminate()
        worker.wait(30)
    return Ours(_brought(house), seconds)


def _until(is_so: object) -> None:
    latest = time.monotonic() + WITHIN
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < latest, "the gather did not end"
        time.sleep(0.05)


def _is_done(house: House) -> bool:
    with house.db.reading() as session:
        running = session.scalar(select(func.count()).select_from(Gather).where(Gather.finished_at.is_(None)))
        return not running and not unpacked(session)


def _brought(house: House) -> int:
    """How many objects are here; every trust must have answered."""
    with house.db.reading() as session:
        bad = session.scalars(select(TrustAnswer).where(TrustAnswer.status != "answered")).all()
        assert not bad, [(one.trust_ods, one.phase, one.detail) for one in bad]
        return session.scalar(select(func.count()).select_from(Instance)) or 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2, help="of the product, of which the median is told")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    said = parser.parse_args()
    missing = [name for name in PEERS if shutil.which(name, path=PATH) is None]
    if missing:
        print(f"Not measured: {', '.join(missing)} not on this machine (tests/peers/install.sh installs them).")
        return
    with tempfile.TemporaryDirectory() as name:
        folder, place = Path(name), SHARED
        if not SHARED.is_dir():
            print("The sample region is not on this machine; the demo's own is measured instead.", file=sys.stderr)
            place = folder / "painted"
            library.make(place, date(2026, 11, 24))
        region = story.read(place)
        with archives(folder / "peers", region) as peers:
            theirs = [of_dcmtk(folder / "theirs", region, one) for one in peers]
            alone = [gathered(folder / f"rounds {run}", region, peers) for run in range(said.runs)]
            packed = [gathered_and_packed(folder / f"packed {run}", region, peers) for run in range(said.runs)]
    slowest, together = max(one.seconds for one in theirs), sum(one.seconds for one in theirs)
    rounds = statistics.median(one.seconds for one in alone)
    whole = statistics.median(one.seconds for one in packed)
    if said.json:
        figures = {
            "dcmtk": [asdict(one) for one in theirs],
            "gathered": [asdict(one) for one in alone],
            "packed": [asdict(one) for one in packed],
        }
        ratios = {"gathered / slowest": rounds / slowest, "gathered / sum": rounds / together}
        print(json.dumps({"bench": "gather", "figures": figures, "ratios": ratios, "goal": GOAL}))
        return
    print(f"{'':30} {'objects':>8} {'seconds':>8}")
    for one in theirs:
        print(f"{one.ods + ' by ' + one.how:30} {one.objects:>8} {one.seconds:>8.2f}")
    brought = sum(one.objects for one in theirs)
    print(f"{'all trusts, one after another':30} {brought:>8} {together:>8.2f}")
    print(f"{'product, rounds':30} {alone[0].objects:>8} {rounds:>8.2f}")
    print(f"{'product, with every pack':30} {packed[0].objects:>8} {whole:>8.2f}")
    print(f"rounds / the slowest trust: {rounds / slowest:.2f} (goal {GOAL})")
    print(f"rounds / all trusts: {rounds / together:.2f}; with every pack / all trusts: {whole / together:.2f}")


if __name__ == "__main__":
    main()
