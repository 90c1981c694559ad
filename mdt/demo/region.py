"""Starts the trusts' endpoints, each a process of its own, and keeps watch: on, off, starting, stopping or died.

None is restarted silently. An endpoint that is off refuses connections, because nothing listens there.
"""

import json
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from mdt.core.errors import MdtError
from mdt.demo import control
from mdt.demo.control import Endpoint, State
from mdt.demo.geography import DemoTrust

_HOST = "127.0.0.1"
_START_WITHIN = 60.0
_STOP_WITHIN = 5.0


@dataclass
class _Running:
    """One trust's endpoint; a folder has neither port nor process."""

    trust: DemoTrust
    folder: Path
    port: int | None
    state: State = "off"
    wanted: bool = True
    process: "subprocess.Popen[bytes] | None" = None
    since: float = 0.0
    detail: str = ""
    arguments: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        if self.trust.kind == "folder":
            return self.folder.name if not self.folder.is_absolute() else str(self.folder)
        if self.trust.kind == "dicomweb":
            return f"http://{_HOST}:{self.port}"
        return f"{self.trust.ae}@{_HOST}:{self.port} (C-{self.trust.retrieve.upper()})"

    def told(self) -> Endpoint:
        return Endpoint(
            ods=self.trust.ods,
            name=self.trust.name,
            kind=self.trust.kind,
            address=self.address,
            state=self.state,
            slow=self.trust.delay > 0,
            switchable=self.trust.kind != "folder",
            detail=self.detail,
        )


class Region:
    """The endpoints of some trusts over `imaging`; what they remember between starts lies in `work`."""

    def __init__(self, trusts: tuple[DemoTrust, ...], imaging: Path, work: Path, *, move_port: int) -> None:
        self.work = work
        self.control = work / "control"
        (work / "log").mkdir(parents=True, exist_ok=True)
        ports = _ports(work / "ports.json", [one.ods for one in trusts if one.kind != "folder"])
        self._endpoints = {
            one.ods: _Running(one, _folder(imaging, work, one.ods), ports.get(one.ods)) for one in trusts
        }
        for running in self._endpoints.values():
            running.arguments = self._arguments(running, move_port)

    def start(self) -> None:
        """Start all at once and wait until each answers; raises MdtError naming the one that does not."""
        control.forget(self.control)
        for one in self._endpoints.values():
            self._begin(one)
        until = time.monotonic() + _START_WITHIN
        while any(one.state == "starting" for one in self._endpoints.values()):
            if time.monotonic() > until:
                raise MdtError(f"{self._names('starting')} did not start within {_START_WITHIN:.0f} seconds.")
            time.sleep(0.05)
            self.look()
        if self._names("died"):
            raise MdtError(f"The endpoint of {self._names('died')} did not start; see {self.work / 'log'}.")

    def look(self) -> list[Endpoint]:
        """Do what was asked for, notice what happened, and publish it; returns those that changed."""
        asked = control.wanted(self.control)
        changed = []
        for ods, one in self._endpoints.items():
            before = one.state
            self._step(one, asked.get(ods, True))
            if one.state != before:
                changed.append(one.told())
        control.publish(self.control, (one.told() for one in self._endpoints.values()))
        return changed

    def stop(self) -> None:
        for one in self._endpoints.values():
            if one.process is not None:
                one.process.terminate()
        for one in self._endpoints.values():
            _end(one)
        control.forget(self.control)

    def toml(self) -> Path:
        """The trusts and where they answer, in the form of `trusts load`."""
        path = self.work / "region.toml"
        path.write_text("\n".join(_entry(one) for one in self._endpoints.values()), encoding="utf-8")
        return path

    def _step(self, one: _Running, on: bool) -> None:
        if one.trust.kind == "folder":
            one.state = "on"
        elif on and not one.wanted:
            one.wanted = True
            self._begin(one)
        elif not on and one.wanted:
            one.wanted, one.detail = False, ""
            if one.process is None:  # it had died
                one.state = "off"
                return
            one.state, one.since = "stopping", time.monotonic()
            one.process.terminate()
        elif one.process is not None and one.process.poll() is not None:
            one.state = "died" if one.wanted else "off"
            one.detail = f"ended by itself with code {one.process.returncode}" if one.wanted else ""
            _end(one)
        elif one.state == "starting" and one.port is not None and _answers(one.port):
            one.state = "on"
        elif one.state == "stopping" and one.process is not None and time.monotonic() - one.since > _STOP_WITHIN:
            one.process.kill()

    def _begin(self, one: _Running) -> None:
        if one.trust.kind == "folder":
            one.state = "on"
            return
        if one.process is not None:
            _end(one)
        with (self.work / "log" / f"{one.trust.ods}.log").open("ab") as log:
            # The pipe is its lifeline: see tether.py.
            one.process = subprocess.Popen(one.arguments, stdin=subprocess.PIPE, stdout=log, stderr=log)
        one.state, one.since, one.detail = "starting", time.monotonic(), ""

    def _arguments(self, one: _Running, move_port: int) -> list[str]:
        common = ["--folder", str(one.folder), "--port", str(one.port)]
        if one.trust.kind == "dimse":
            database = self.work / "qrscp" / f"{one.trust.ods}.sqlite"
            move_to = ["--move-to", f"MDT={_HOST}:{move_port}"]
            more = ["--database", str(database), "--ae", one.trust.ae, *move_to]
            return [sys.executable, "-m", "mdt.demo.qrscp", *common, *more]
        index = self.work / "index" / f"{one.trust.ods}.json"
        delay = ["--delay", str(one.trust.delay)]
        return [sys.executable, "-m", "mdt.demo.provider", *common, "--index", str(index), *delay]

    def _names(self, state: State) -> str:
        return ", ".join(one.trust.name for one in self._endpoints.values() if one.state == state)


def _folder(imaging: Path, work: Path, ods: str) -> Path:
    """Where a trust's files are; a trust without any has an empty folder."""
    folder = imaging / ods
    if not folder.is_dir():
        folder = work / "empty" / ods
        folder.mkdir(parents=True, exist_ok=True)
    return folder.absolute()


def _end(one: _Running) -> None:
    """Wait for a process that was told to end; kill it if it does not."""
    if one.process is None:
        return
    try:
        one.process.wait(_STOP_WITHIN)
    except subprocess.TimeoutExpired:
        one.process.kill()
        one.process.wait()
    if one.process.stdin is not None:
        one.process.stdin.close()
    one.process = None


def _answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((_HOST, port)) == 0


def _entry(one: _Running) -> str:
    source = {
        "folder": f'kind = "folder"\npath = {json.dumps(str(one.folder))}',
        "dicomweb": f'kind = "dicomweb"\nurl = "http://{_HOST}:{one.port}"',
        "dimse": f'kind = "dimse"\nhost = "{_HOST}"\nport = {one.port}\nae = "{one.trust.ae}"\nour_ae = "MDT"\n'
        f'retrieve = "{one.trust.retrieve}"',
    }[one.trust.kind]
    name = json.dumps(one.trust.name, ensure_ascii=False)
    return f'[[trust]]\nods = "{one.trust.ods}"\nname = {name}\nlive_from = 2020-10-01\n\n[[trust.source]]\n{source}\n'


def _ports(kept: Path, wanted: list[str]) -> dict[str, int]:
    """The ports of last time where they are still free, else others: what is stored of a trust then stays true."""
    before = json.loads(kept.read_text()) if kept.exists() else {}
    ports: dict[str, int] = {}
    for name in wanted:
        port = before.get(name)
        ports[name] = port if port and is_free(port) and port not in ports.values() else free_port(ports.values())
    kept.write_text(json.dumps(ports))
    return ports


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True


def free_port(but: object = ()) -> int:
    """A port nobody listens on."""
    while True:
        with closing(socket.socket()) as probe:
            probe.bind((_HOST, 0))
            port = int(probe.getsockname()[1])
        if port not in but:  # type: ignore[operator]
            return port
