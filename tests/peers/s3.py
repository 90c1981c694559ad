"""A server that speaks S3, for stores that are no folder."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def running(log: Path, port: int) -> Iterator[str]:
    """Its address, with one bucket, `mdt`."""
    with log.open("wb") as words:
        program = [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(program, stdout=words, stderr=words, env=os.environ | KEYS)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(process, log, url)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(process: "subprocess.Popen[bytes]", log: Path, url: str) -> None:
    until = time.monotonic() + 30
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request"}
    while True:
        try:
            with urlopen(Request(f"{url}/mdt", method="PUT", headers=signed), timeout=5):
                return
        except (URLError, ConnectionError):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
