"""A real OpenID Connect provider in a process of its own: it issues whatever is claimed of whoever asks."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.peers.programs import free_port


@contextmanager
def running(log: Path) -> Iterator[str]:
    """Its issuer's address."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--host", "127.0.0.1"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    issuer, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
    try:
        while True:
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                still_hoping = process.poll() is None and time.monotonic() < until
                assert still_hoping, log.read_text()
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait()


def knows(issuer: str, subject: str, **claims: object) -> None:
    """The provider vouches for somebody, with these claims."""
    httpx.put(f"{issuer}/users/{subject}", json=claims, timeout=10).raise_for_status()


def says_yes(address: str, subject: str) -> str:
    """Somebody signs in on the provider's own page; where it sends their browser then."""
    answer = httpx.post(address, data={"sub": subject}, timeout=10)
    assert answer.status_code in (302, 303), answer.text[:2000]
    return str(answer.headers["location"])
