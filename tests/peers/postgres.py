"""A PostgreSQL of one's own: in a folder, on a loopback port, gone at the end."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.peers.programs import free_port, listens

USER = "postgres"  # the server refuses to run as root; Debian's package makes this user
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",  # as for any solid-state disk
    "effective_cache_size": "4GB",
    "autovacuum": "off",  # it would run in the middle of a measurement; VACUUM ANALYZE is said instead
    # What is made here can be made again: nothing of it must survive a power cut.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def binaries() -> Path | None:
    """Where initdb and postgres are, if they are here."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which("initdb")
    places += [Path(found).resolve().parent] if found else []
    return next((place for place in places if (place / "initdb").exists()), None)


class Postgres:
    """`start` and `stop` as often as one likes; what it holds stays in the folder."""

    def __init__(self, folder: Path, place: Path) -> None:
        self._data, self._place, self._log = folder / "pgdata", place, folder / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        if os.getuid() == 0:
            folder.chmod(0o711)
            self._data.mkdir()
            shutil.chown(self._data, USER, USER)
        self._run("initdb", "-D", self._data, "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        settings = SETTINGS | {"port": str(self.port), "unix_socket_directories": ""}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_user(), str(self._place / "postgres"), "-D", str(self._data), *options],
                stdout=log, stderr=log, cwd="/",
            )  # fmt: skip
        until = time.monotonic() + 60
        while not (listens(self.port) and self._is_ready()):
            assert self._process.poll() is None, self._log.read_text()[-2000:]
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # "fast": it waits for nobody
            self._process.wait(120)
            self._process = None

    def cool(self) -> None:
        """Stop, let the system forget the files, start: the next question comes from the disk."""
        self.stop()
        forget(self._data)
        self.start()

    def _is_ready(self) -> bool:
        done = subprocess.run(
            [str(self._place / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False
        )
        return done.returncode == 0

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self._as_user(), str(self._place / program), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def _as_user(self) -> list[str]:
        return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups"] if os.getuid() == 0 else []


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """Made, started, and at the end stopped. The folder is the caller's to delete."""
    place = binaries()
    if place is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    server = Postgres(folder, place)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def forget(folder: Path) -> None:
    """Ask the system to drop what it keeps of these files in memory."""
    for path in folder.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)
