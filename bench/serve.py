"""How fast frames leave the product: its own server, alone and behind nginx, beside nginx and Orthanc, under wrk.

`python bench/serve.py [--seconds N] [--json]`. A CT is gathered and packed; then wrk asks, as a signed-in member of
the team, for the whole pack, for the stream with which the viewer opens a series, for one frame after another (ranged
reads), and over WADO-RS. Then the same with an nginx in front that sends what we allow (`MDT_ACCEL`, ADR 13). nginx
alone serves the very same file with sendfile and asks nobody; Orthanc answers WADO-RS for the same frames, from the
objects it was given. Every server has one core and wrk the other, where there are two: one nginx worker, one process
of ours (which share that core where one stands before the other), Orthanc with its threads. Orthanc sends frames as
they lie in the objects (uncompressed), and so do we over WADO-RS; packs are HTJ2K: frames per second compare, and
megabytes are beside them.
Goals: 0.7 of nginx, five times Orthanc; each is told as met or missed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import select  # noqa: E402

from bench import house as houses  # noqa: E402
from mdt.bootstrap import House  # noqa: E402
from mdt.core.clock import utc_now  # noqa: E402
from mdt.demo.recipes import objects_of  # noqa: E402
from mdt.imaging.models import Pack, Series  # noqa: E402
from mdt.imaging.pixels.packs import Packer  # noqa: E402
from tests.peers.orthanc import orthanc  # noqa: E402
from tests.peers.programs import free_port, listens, running  # noqa: E402

STUDY, TRUST = "maureen-ct", "R0A"
CONNECTIONS = 8
FROM_NGINX, FROM_ORTHANC = 0.7, 5.0
BEHIND, ACCEL = "product behind nginx", "/-/store/"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"

# Each connection asks for what is in `asks` in turn; the end is one line of JSON.
LUA = """
local asks = {%s}
local at = 0
function request()
  at = at %% #asks + 1
  return wrk.format("GET", asks[at][1], asks[at][2])
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests": %%d, "bytes": %%d, "us": %%d, "p50": %%f, "p99": %%f, "errors": %%d}\\n',
    summary.requests, summary.bytes, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class Asked:
    """One request: its path, and its headers."""

    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Figures:
    """What one server did. Milliseconds; megabytes of 10^6."""

    who: str
    what: str
    frames_a_second: float
    mb_a_second: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Subject:
    """The series everybody is asked for: our addresses of it, its frames, and its files."""

    study: str
    series: str
    key: str
    version: str
    frames: Sequence[dict[str, Any]]
    files: Sequence[Path]
    pack: Path

    @property
    def path(self) -> str:
        return f"/imaging/series/{self.key}/{self.version}/frames"


def prepare(folder: Path) -> tuple[House, Subject]:
    """Paint the CT, gather it from a folder, pack it, and put its patient on an agenda."""
    place = folder / TRUST / STUDY
    place.mkdir(parents=True)
    files = []
    for number, ds in enumerate(objects_of(STUDY, date(2026, 11, 24))):
        ds.PatientID, ds.PatientName = "9990000018", "HARGREAVES^Dorothy"
        ds.PatientBirthDate, ds.PatientSex = "19510314", "F"
        files.append(place / f"{number:04}.dcm")
        ds.save_as(files[-1], enforce_file_format=True)
    trust = f'[[trust]]\nods = "{TRUST}"\nname = "Manchester"\nlive_from = 2020-01-01\n[[trust.source]]\n'
    (folder / "trusts.toml").write_text(f'{trust}kind = "folder"\npath = "{folder / TRUST}"\n')
    house = houses.build(folder / "data", folder / "trusts.toml")
    who = houses.patient(house, nhs="9990000018", family="HARGREAVES", given="Dorothy", born=date(1951, 3, 14), sex="F")
    houses.gather(house, who)
    houses.listed(house, [who], TRUST)
    with house.db.reading() as session:
        series = session.scalars(select(Series).order_by(Series.frames.desc())).first()
    assert series is not None
    with Packer(house.db, house.store) as packer:
        packer.build(series.id, now=utc_now())
    with house.db.reading() as session:
        version = session.scalars(select(Pack.version)).one()
    file, _ = house.store.open_pack(series.id, version, "index.json")
    with file:
        index = json.load(file)
    pack = folder / "data" / "store" / "packs" / series.id / version / "frames"
    return house, Subject(index["study"], index["series"], series.id, version, index["frames"], files, pack)


def wrk(
    folder: Path, server: str, base: str, asks: Sequence[Asked], seconds: float, *, warming: bool = False
) -> dict[str, Any]:
    """Ask for that long; raises when anything but a success came back."""
    written = ", ".join(f"{{{json.dumps(one.path)}, {_table(one.headers)}}}" for one in asks)
    script = folder / "wrk.lua"
    script.write_text(LUA % written)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
    done = subprocess.run(
        [*command, "-s", str(script), base], env=os.environ | {"PATH": PATH}, capture_output=True, text=True, check=True
    )
    figures: dict[str, Any] = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    if figures["errors"] or not (figures["requests"] or warming):
        raise RuntimeError(f"{server} did not answer well: {done.stdout}")
    return figures


def _table(headers: dict[str, str]) -> str:
    """As Lua writes it."""
    return "{" + ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()) + "}"


def measure(
    folder: Path, who: str, what: str, base: str, asks: Sequence[Asked], frames: int, seconds: float
) -> Figures:
    """`frames` is how many frames one answer carries."""
    wrk(folder, who, base, asks, 1, warming=True)
    got = wrk(folder, who, base, asks, seconds)
    time = got["us"] / 1e6
    return Figures(
        who, what, got["requests"] * frames / time, got["bytes"] / time / 1e6, got["p50"] / 1e3, got["p99"] / 1e3
    )


def pin(*pids: int) -> None:
    """Keep servers and their children to the first core, and ourselves with wrk to the others."""
    cores = sorted(os.sched_getaffinity(os.getpid()) | {0, (os.cpu_count() or 1) - 1})
    if len(cores) < 2:
        return
    os.sched_setaffinity(0, set(cores[1:]))
    for one in (one for pid in pids for one in (pid, *_children(pid))):
        for thread in Path(f"/proc/{one}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {cores[0]})


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in text.split()]


def whole_and_ranged(subject: Subject, path: str, headers: dict[str, str]) -> dict[str, tuple[list[Asked], int]]:
    """A pack as one file, and frame after frame from it."""
    spans = [f"bytes={one['offset']}-{one['offset'] + one['length'] - 1}" for one in subject.frames]
    return {
        "whole pack": ([Asked(path, headers)], len(subject.frames)),
        "frame by range": ([Asked(path, {**headers, "Range": span}) for span in spans], 1),
    }


def of_product(folder: Path, house: House, subject: Subject, seconds: float) -> list[Figures]:
    with houses.serving(house) as server:
        headers = {"Cookie": server.cookie()}
        pin(server.process.pid)
        ways = whole_and_ranged(subject, subject.path, headers)
        found = [
            measure(folder, "product", what, server.url, asks, frames, seconds) for what, (asks, frames) in ways.items()
        ]
        stream = [Asked(subject.path.removesuffix("frames") + "pieces", headers)]
        found.append(
            measure(folder, "product", "the viewer's stream", server.url, stream, len(subject.frames), seconds)
        )
        root = f"{server.url}/dicomweb/studies/{subject.study}/series/{subject.series}"
        asks = by_frame(subject, "/dicomweb", headers)
        if httpx.get(f"{root}/metadata", headers=headers, timeout=60).status_code == 404:
            print("Not measured: the product's own WADO-RS, which it does not offer.")
            return found
        return [*found, measure(folder, "product", "frame by WADO-RS", server.url, asks, 1, seconds)]


def behind_nginx(folder: Path, house: House, subject: Subject, seconds: float) -> list[Figures]:
    """The product with an nginx in front that sends what we allow."""
    with houses.serving(house, MDT_ACCEL=ACCEL) as server:
        headers = {"Cookie": server.cookie()}
        store = f"location {ACCEL} {{ internal; alias {house.settings.data / 'store'}/; }}"
        upstream = f"upstream ours {{ server {server.url.removeprefix('http://')}; keepalive {2 * CONNECTIONS}; }}"
        front = 'location / { proxy_pass http://ours; proxy_http_version 1.1; proxy_set_header Connection ""; }'
        with nginx(folder / "front", f"{store} {front}", upstream) as (base, pid):
            pin(server.process.pid, pid)
            ways = whole_and_ranged(subject, subject.path, headers)
            return [measure(folder, BEHIND, what, base, asks, frames, seconds) for what, (asks, frames) in ways.items()]


def by_frame(subject: Subject, root: str, headers: dict[str, str]) -> list[Asked]:
    """Frame after frame over WADO-RS, in whatever transfer syntax the server holds it."""
    path = f"{root}/studies/{subject.study}/series/{subject.series}/instances"
    accept = {"Accept": 'multipart/related; type="application/octet-stream"; transfer-syntax=*'}
    return [Asked(f"{path}/{one['sop']}/frames/{one['frame']}", {**headers, **accept}) for one in subject.frames]


@contextmanager
def nginx(place: Path, locations: str, before: str = "") -> Iterator[tuple[str, int]]:
    """One worker with sendfile, as Debian sets it up; its address and process. `before` stands before the server."""
    port = free_port()
    (place / "temp").mkdir(parents=True)
    user = "user root;" if os.getuid() == 0 else ""
    temporary = "".join(
        f"{name}_temp_path {place}/temp;" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"{user} worker_processes 1; daemon off; pid {place}/pid; error_log {place}/error.log;\n"
        "events { worker_connections 256; }\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; {temporary}\n"
        f"{before} server {{ listen 127.0.0.1:{port}; {locations} }} }}\n"
    )
    binary = shutil.which("nginx", path=PATH)
    assert binary
    command: list[str | Path] = [binary, "-c", place / "nginx.conf", "-p", place]
    with running(command, log=place / "log", ready=lambda: listens(port)) as process:
        yield f"http://127.0.0.1:{port}", process.pid


def of_nginx(folder: Path, subject: Subject, seconds: float) -> list[Figures]:
    with nginx(folder / "nginx", f"location = /frames {{ alias {subject.pack}; }}") as (base, pid):
        pin(pid)
        ways = whole_and_ranged(subject, "/frames", {})
        return [measure(folder, "nginx", what, base, asks, frames, seconds) for what, (asks, frames) in ways.items()]


def of_orthanc(folder: Path, subject: Subject, seconds: float) -> list[Figures]:
    with orthanc(folder / "orthanc", subject.files) as peer:
        pin(_listener(peer.http_port))
        asks = by_frame(subject, "/dicom-web", {})
        return [measure(folder, "Orthanc", "frame by WADO-RS", peer.url, asks, 1, seconds)]


def _listener(port: int) -> int:
    """The process that listens on a port of this machine, among our own children."""
    sockets = {
        fields[9]
        for fields in (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        if fields[3] == "0A" and int(fields[1].split(":")[1], 16) == port
    }
    for child in _children(os.getpid()):
        for handle in Path(f"/proc/{child}/fd").iterdir():
            if any(os.readlink(handle) == f"socket:[{inode}]" for inode in sockets):
                return child
    raise RuntimeError(f"nobody of ours listens on port {port}")


def ratios(found: Sequence[Figures]) -> dict[str, float]:
    """Frames a second of the product over each peer's, by what is compared."""
    by = {(one.who, one.what): one.frames_a_second for one in found}
    pairs = {
        "whole pack, product / nginx": (("product", "whole pack"), ("nginx", "whole pack")),
        "the viewer's stream, product / nginx whole": (("product", "the viewer's stream"), ("nginx", "whole pack")),
        "the viewer's stream, product / Orthanc by frame": (
            ("product", "the viewer's stream"),
            ("Orthanc", "frame by WADO-RS"),
        ),
        "frame by range, product / nginx": (("product", "frame by range"), ("nginx", "frame by range")),
        "frame by range, product behind nginx / nginx": ((BEHIND, "frame by range"), ("nginx", "frame by range")),
        "whole pack, product behind nginx / nginx": ((BEHIND, "whole pack"), ("nginx", "whole pack")),
        "frame by range, product / Orthanc by frame": (("product", "frame by range"), ("Orthanc", "frame by WADO-RS")),
        "frame by WADO-RS, product / Orthanc": (("product", "frame by WADO-RS"), ("Orthanc", "frame by WADO-RS")),
    }
    return {name: by[ours] / by[theirs] for name, (ours, theirs) in pairs.items() if ours in by and theirs in by}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    said = parser.parse_args()
    if shutil.which("wrk", path=PATH) is None:
        print("Not measured: wrk is not on this machine (bench/install.sh installs it where it may).")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house, subject = prepare(folder)
        found = of_product(folder, house, subject, said.seconds)
        if shutil.which("nginx", path=PATH) is None:
            print("Not measured: nginx is not on this machine.")
        else:
            found += behind_nginx(folder, house, subject, said.seconds)
            found += of_nginx(folder, subject, said.seconds)
        if shutil.which("Orthanc", path=PATH) is None:
            print("Not measured: Orthanc is not on this machine.")
        else:
            found += of_orthanc(folder, subject, said.seconds)
    compared = ratios(found)
    if said.json:
        print(json.dumps({"bench": "serve", "figures": [asdict(one) for one in found], "ratios": compared}))
        return
    print(
        f"{len(subject.frames)} frames of {subject.frames[0]['columns']} x {subject.frames[0]['rows']}, "
        f"{CONNECTIONS} connections, {said.seconds:g} s each; every server on one core"
    )
    print(f"{'':20} {'':20} {'frames/s':>10} {'MB/s':>9} {'p50 ms':>8} {'p99 ms':>8}")
    for one in found:
        row = f"{one.frames_a_second:>10.0f} {one.mb_a_second:>9.0f} {one.p50:>8.2f} {one.p99:>8.2f}"
        print(f"{one.who:20} {one.what:20} {row}")
    for what, ratio in compared.items():
        goal = FROM_ORTHANC if "Orthanc" in what else FROM_NGINX
        print(f"{what:48} {ratio:>6.2f}  goal {goal:g}: {'met' if ratio >= goal else 'MISSED'}")


if __name__ == "__main__":
    main()
