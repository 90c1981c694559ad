"""The product as it ships, in processes of its own, and people signed in to it with real browsers."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long enough demo password"
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
]


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium, headless, drawing WebGL in software."""
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_FLAGS)


class Product:
    """`app.py serve` on a data folder; may be killed and started again on the same folder and port."""

    def __init__(self, data: Path, *program: str) -> None:
        """`program` is what Python runs in place of `app.py`."""
        self.data, self._program = data, program or ("app.py",)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (data / "product.log").open("ab")

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"MDT_DATA": str(self.data), "MDT_PUBLIC_URL": self.url, "MDT_PASSWORD": PASSWORD}

    def command(self, *arguments: str, accept: tuple[int, ...] = (0,)) -> str:
        """Run `app.py ...` to its end and return what it printed; any other exit code is a failure with its words."""
        done = subprocess.run(
            [sys.executable, *self._program, *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode in accept, f"app.py {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            [sys.executable, *self._program, "serve", "--port", str(self.port)],
            cwd=ROOT, env=self.environment, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        until = time.monotonic() + 60
        while True:
            try:
                with urlopen(f"{self.url}/health", timeout=2):
                    return
            except OSError:
                still_hoping = self._process.poll() is None and time.monotonic() < until
                assert still_hoping, f"the product did not start:\n{self.log()[-4000:]}"
                time.sleep(0.1)

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=30)
        self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None
        self._log.close()

    def log(self) -> str:
        return (self.data / "product.log").read_text(errors="replace")


def sign_in(browser: Browser, product: Product, email: str, *, width: int = 1280, height: int = 800) -> Page:
    """A person's own browser (its own cookies), signed in; fails on any error the page's console shows."""
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": height}, base_url=product.url)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page
