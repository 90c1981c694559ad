"""The product's own server in a process of its own, with people who sign in to it as people do."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from mdt.config import from_environment
from mdt.core.clock import utc_now
from mdt.core.db import Database
from mdt.migrations import upgrade
from mdt.people.passwords import hashed
from mdt.people.sessions import SignIn
from tests.live_client import LiveClient
from tests.room_stage import Stage, populate

PASSWORD = "three random words"
ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN = 90.0


@dataclass
class Seat:
    """A signed-in browser: what its socket needs."""

    cookie: str
    ticket: str
    meeting: str
    port: int

    async def connect(
        self, client: str | None = None, heard: Any = lambda _event, _body: None, *, prepares: bool = False, **options
    ) -> LiveClient:
        line = LiveClient(heard)
        await line.open(self.port, self.headers, f"&meeting={self.meeting}", **options)
        auth = {"meeting": self.meeting, "client": client or str(uuid4()), "ticket": self.ticket}
        await line.join(auth | ({"prepares": True} if prepares else {}))
        return line

    @property
    def headers(self) -> dict[str, str]:
        return {"Origin": f"http://127.0.0.1:{self.port}", "Cookie": self.cookie}


@dataclass
class Server:
    """`start`, `kill` and `stop` as often as a story needs; the database stays."""

    data: Path
    port: int = 0
    process: subprocess.Popen | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        ready = self.data / "ready"
        ready.unlink(missing_ok=True)
        environment = {**os.environ, "MDT_DATA": str(self.data), **self.environment}
        command = [sys.executable, "-W", "error::ResourceWarning", "-m", "tests.live_serve", str(self.port), str(ready)]
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        limit = time.monotonic() + READY_WITHIN
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"the server did not start:\n{self.log()[-3000:]}")
            time.sleep(0.02)
        self.port = int(ready.read_text())

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """As an operator would; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=15)

    def log(self) -> str:
        return (self.data / "server.log").read_text()

    @property
    def memory(self) -> int:
        """Resident bytes of the server's process."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def seat(self, stage: Stage, role: str) -> Seat:
        """A browser that has signed in: the cookie and ticket the pages would have given, signed with the same key."""
        return self.seat_of(stage.meeting, stage.people[role])

    def seat_of(self, meeting: str, person_id: str, now: datetime | None = None) -> Seat:
        """Signed in at `now`, for a house whose clock is not the machine's."""
        secret = from_environment({"MDT_DATA": str(self.data)}).secret_key
        app = Flask("seat")
        app.secret_key = secret
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        now, token = now or utc_now(), "0" * 40
        cookie: dict[str, Any] = {"csrf_token": token}
        SignIn(person_id, session_version=1, issued=now, seen=now).write(cookie)
        ticket = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(token)
        return Seat(f"mdt={signer.dumps(cookie)}", str(ticket), meeting, self.port)

    def sign_in(self, stage: Stage, role: str) -> Seat:
        """Through the page, as a browser does, and on to the room's page for its ticket."""
        base = f"http://127.0.0.1:{self.port}"
        with httpx.Client(base_url=base, headers={"Origin": base, "Referer": base + "/"}) as browser:
            token = _field(browser.get("/sign-in").text, r'name="csrf_token"[^>]*value="([^"]+)"')
            form = {"csrf_token": token, "email": stage.emails[role], "password": PASSWORD}
            answer = browser.post("/sign-in", data=form)
            assert answer.status_code == 302, answer.text[:2000]
            ticket = _field(browser.get(f"/meetings/{stage.meeting}/room").text, r'data-ticket="([^"]+)"')
            cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        return Seat(cookie, ticket, stage.meeting, self.port)


@contextmanager
def running(data: Path, meetings: int = 1, **environment: str) -> Iterator[tuple[Server, list[Stage]]]:
    """A migrated database with its people, and the server on it; what still runs at the end is ended."""
    settings = from_environment({"MDT_DATA": str(data), **environment})
    upgrade(settings.database_url)
    db = Database(settings.database_url)
    password_hash = hashed(PASSWORD)
    stages = [populate(db, password_hash=password_hash) for _ in range(meetings)]
    server = Server(data, environment=environment)
    server.start()
    try:
        yield server, stages
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
        db.close()


def _field(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found, page[:2000]
    return found[1]
