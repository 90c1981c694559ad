"""`python app.py demo`: paint the imaging once, start the trusts and the product, say when it is ready, and stay."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
from sqlalchemy import func, select

from mdt import migrations
from mdt.bootstrap import House, bring_up_to_date
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import MdtError, Misconfigured
from mdt.demo import preparing, seed, story
from mdt.demo.people import PASSWORD, STAFF, TEAMS
from mdt.demo.region import Region, free_port, is_free
from mdt.people.models import Person

ROOT = Path(__file__).resolve().parents[2]
_SERVE_WITHIN = 60.0
_LOG = "demo/log/product.log in MDT_DATA"


class _Stop(Exception):
    """Somebody asked us to stop."""


def run(house: House, dicom: Path | None, port: int, reset: bool) -> int:
    """Stays until SIGINT or SIGTERM; returns 0 then, 1 when the product or its start failed."""
    work = house.settings.data / "demo"
    work.mkdir(parents=True, exist_ok=True)
    with _alone(work), _stoppable():
        if reset:
            forget(house, work)
        try:
            return _run(house, work, dicom, port)
        except _Stop:
            print("Stopped.", flush=True)
            return 0


def _run(house: House, work: Path, dicom: Path | None, port: int) -> int:
    if dicom:
        story.read(dicom)  # before anything is kept: a folder that is no region changes nothing
    _claim(house, work, dicom)
    imaging = dicom.absolute() if dicom else _painted(work)
    told = story.read(imaging)
    region = Region(told.trusts, imaging, work, move_port=_move_port(work))
    product = None
    try:
        print(f"Starting the archives of {len(told.trusts)} trusts...", flush=True)
        region.start()
        print("Preparing people, teams and meetings...", flush=True)
        seed.trusts(house, region.toml())
        seed.everything(house, told, synthetic=dicom is None)
        preparing.agreed(house)
        print("Starting the product...", flush=True)
        port = port or free_port()
        product = _start_product(region, port, _move_port(work))
        _wait_for(product, port)
        print(ready(port), flush=True)
        return _watch(region, product, preparing.Preparing(house))
    finally:
        # A second impatient signal must not leave processes behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if product is not None:
            _stop(product)
        region.stop()


def _watch(region: Region, product: "subprocess.Popen[bytes]", prepared: preparing.Preparing) -> int:
    while product.poll() is None:
        for changed in region.look():
            print(f"{changed.ods} {changed.name} is {changed.state}. {changed.detail}".rstrip(), flush=True)
        prepared.look()
        time.sleep(0.25)
    print(f"The product ended by itself with code {product.returncode}.", file=sys.stderr, flush=True)
    return 1


def ready(port: int) -> str:
    """The ready line: the address, then whom one can sign in as."""
    names = {team.key: team.name for team in TEAMS}
    width = max(len(one.email) for one in STAFF)
    lines = [f"Ready: http://127.0.0.1:{port}  Sign in as any of these, password {PASSWORD}"]
    for one in STAFF:
        lines.append(f"  {one.email:<{width}}  {one.name}, {one.specialty}, {one.ods}: {one.is_there_as(names)}")
    return "\n".join(lines)


def _painted(work: Path) -> Path:
    """The synthetic imaging, made at the first start. In a process of its own, which may use every core."""
    imaging = work / "imaging"
    if not (imaging / "region.json").exists():
        print("Painting the imaging, once (half a minute or so)...", flush=True)
        today = in_london(utc_now()).date().isoformat()
        done = subprocess.run([sys.executable, "-m", "mdt.demo.library", str(imaging), today], cwd=ROOT, check=False)
        if done.returncode:
            raise MdtError("The synthetic imaging could not be made.")
    return imaging


def _claim(house: House, work: Path, dicom: Path | None) -> None:
    """The demo never mixes with a real installation, nor one demo's imaging with another's."""
    kept, this = work / "demo.json", str(dicom.absolute()) if dicom else "synthetic"
    if kept.exists():
        before = json.loads(kept.read_text(encoding="utf-8"))["imaging"]
        if before != this:
            raise Misconfigured(
                f"MDT_DATA holds a demo of other imaging ({before}). Start with --reset, or set another MDT_DATA."
            )
        return
    with house.db.reading() as session:
        if session.scalar(select(func.count()).select_from(Person)):
            raise Misconfigured(
                "This database holds people who are not the demo's. Set MDT_DATA to another folder for the demo."
            )
    kept.write_text(json.dumps({"imaging": this}), encoding="utf-8")


def forget(house: House, work: Path) -> None:
    """Delete what an earlier demo made, and only if a demo made it."""
    if not (work / "demo.json").exists():
        return
    print("Forgetting the earlier demo...", flush=True)
    migrations.downgrade(house.settings.database_url, "base")
    bring_up_to_date(house.settings)
    house.jobs.huey.flush()
    store = urlsplit(house.settings.store_url)
    folder = Path(url2pathname(store.path))
    if store.scheme == "file" and folder.is_relative_to(house.settings.data) and folder != house.settings.data:
        shutil.rmtree(folder, ignore_errors=True)
    for path in work.iterdir():
        if path.name == "lock":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _move_port(work: Path) -> int:
    """The port at which our own Storage SCP receives what a C-MOVE sends; the archives know it by number."""
    kept = work / "move_port"
    if kept.exists() and is_free(int(kept.read_text())):
        return int(kept.read_text())
    port = free_port()
    kept.write_text(str(port))
    return port


def _start_product(region: Region, port: int, move_port: int) -> "subprocess.Popen[bytes]":
    env = os.environ | {
        "MDT_DEMO_CONTROL": str(region.control),
        "MDT_DIMSE_PORT": str(move_port),
        "MDT_PUBLIC_URL": os.environ.get("MDT_PUBLIC_URL", f"http://127.0.0.1:{port}"),
    }
    command = [sys.executable, "-m", "mdt.demo.tether", str(ROOT / "app.py"), "serve", "--port", str(port)]
    with (region.work / "log" / "product.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=log, stderr=log)


def _wait_for(product: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + _SERVE_WITHIN
    while time.monotonic() < until:
        if product.poll() is not None:
            raise MdtError(
                f"The product did not start (code {product.returncode}); see demo/log/product.log in MDT_DATA."
            )
        try:
            if httpx.get(f"http://127.0.0.1:{port}/", timeout=2.0).status_code < 500:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise MdtError(
        f"The product did not answer within {_SERVE_WITHIN:.0f} seconds; see demo/log/product.log in MDT_DATA."
    )


def _stop(product: "subprocess.Popen[bytes]") -> None:
    product.terminate()
    try:
        product.wait(15)
    except subprocess.TimeoutExpired:
        product.kill()
        product.wait()


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """One demo for each MDT_DATA."""
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured("A demo is already running on this MDT_DATA.") from None
        yield


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM and SIGINT become an exception, so that everything started is also stopped."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stop

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
