"""From opening a case to its first image, to every slice decoded, and from slice to slice, in Chromium.

`python bench/frames.py [--json] [--runs N] [--only NAME]`. The named peer, in the same run and browser: the same files
in Orthanc, shown by the same viewer library with its own loader, frame by frame over WADO-RS, as OHIF does it. Both
decode every slice; both start cold, from a page that is ready. Lines are emulated by Chromium itself.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pydicom
from playwright.sync_api import Browser, Page, sync_playwright
from pydicom.dataset import Dataset

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mdt.demo.phantoms import studies  # noqa: E402
from mdt.demo.phantoms.objects import Shot  # noqa: E402
from mdt.demo.phantoms.person import Chest, Nodule  # noqa: E402
from tests.peers.orthanc import orthanc  # noqa: E402
from tests.system.product import Product, launch, sign_in  # noqa: E402
from tests.system.steps import Subject, list_the_patient, plan_a_meeting_for_today, press, room, wait  # noqa: E402

COORDINATOR = "coordinator@mdt.example"
SHARED = ROOT.parent / "shared" / "data" / "region"
NOBODY = Subject("9990000026", "SCOTT", "Alan", "1948-07-02", "M", 0)
SCROLLED = 40
SCROLL_OURS = """async (steps) => {
    const element = document.querySelector('.pane .pane-image'), took = [];
    for (let step = 0; step < steps; step++) {
        const seen = new Promise((done) =>
            element.addEventListener('CORNERSTONE_IMAGE_RENDERED', () => done(performance.now()), {once: true}));
        const from = performance.now();
        window.dispatchEvent(new KeyboardEvent('keydown', {key: step < steps / 2 ? 'ArrowDown' : 'ArrowUp'}));
        took.push(await seen - from);
    }
    return took;
}"""


@dataclass(frozen=True)
class Line:
    """A line as Chromium emulates it; bytes a second of 0 is loopback as it is."""

    name: str
    bytes_a_second: float
    milliseconds: float
    whole: bool = True  # whether to wait for every slice

    def lay(self, page: Page) -> None:
        if self.bytes_a_second:
            network = {"offline": False, "latency": self.milliseconds}
            network |= {"downloadThroughput": self.bytes_a_second, "uploadThroughput": self.bytes_a_second}
            page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", network)


LINES = (
    Line("loopback", 0, 0),
    Line("50 Mbit/s, 20 ms", 50e6 / 8, 20),
    Line("2 Mbit/s, 150 ms", 2e6 / 8, 150, whole=False),
)


@dataclass(frozen=True)
class Series:
    """What both are asked for: its files, and whose they are."""

    name: str
    study: str
    series: str
    files: list[Path]
    subject: Subject


@dataclass(frozen=True)
class Figures:
    """Medians, in milliseconds. `full` is the first image at full quality: on a slow line a preview comes before."""

    first: float
    full: float
    last: float | None
    scroll: float | None


def kept(name: str, objects: Iterator[Dataset], folder: Path) -> Series:
    """The objects as files of Dorothy Hargreaves's, in one trust's folder."""
    place = folder / name / "R0A"
    place.mkdir(parents=True)
    files = []
    for number, ds in enumerate(objects):
        ds.PatientID, ds.PatientName = "9990000018", "HARGREAVES^Dorothy"
        ds.PatientBirthDate, ds.PatientSex = "19510314", "F"
        files.append(place / f"{number:04}.dcm")
        ds.save_as(files[-1], enforce_file_format=True)
    subject = Subject("9990000018", "HARGREAVES", "Dorothy", "1951-03-14", "F", len(files))
    return Series(name, ds.StudyInstanceUID, ds.SeriesInstanceUID, files, subject)


def synthetic() -> Iterator[Dataset]:
    """A chest CT of 300 slices."""
    shot = Shot("bench", date(2026, 11, 20), "0915", "CT chest", "CHEST", station="BENCH")
    return studies.chest_ct(shot, Chest(seed=5, nodules=(Nodule((-62.0, -12.0, 88.0), 22),)), spacing=310 / 300)


def shared() -> Iterator[Dataset]:
    """The 80 slices of the shared sample region, where this machine has it."""
    for file in sorted(SHARED.glob("*/*/*.dcm")):
        ds = pydicom.dcmread(file, stop_before_pixels=True)
        if ds.get("Modality") == "CT" and ds.get("Rows") == 512:
            yield pydicom.dcmread(file)


@contextmanager
def product(folder: Path, imaging: Path) -> Iterator[Product]:
    """The product with one trust, whose imaging is a folder, and one coordinator."""
    data = folder / "data"
    data.mkdir()
    trust = '[[trust]]\nods = "R0A"\nname = "Manchester"\nlive_from = 2020-01-01\n[[trust.source]]\nkind = "folder"\n'
    (folder / "trusts.toml").write_text(f'{trust}path = "{imaging}"\n')
    here = Product(data)
    here.command("trusts", "load", str(folder / "trusts.toml"))
    here.command("teams", "add", "--name", "Lung", "--type", "0801", "--host", "R0A")
    here.command("people", "add", "--email", COORDINATOR, "--name", "Ms Jo Whitworth", "--trust", "R0A")
    here.command("teams", "join", "--team", "Lung", "--email", COORDINATOR, "--role", "coordinator")
    here.start()
    try:
        yield here
    finally:
        here.stop()


def prepared(browser: Browser, here: Product, subject: Subject) -> str:
    """A meeting of two cases, all imaging packed, the second open. Returns the room's address."""
    page = sign_in(browser, here, COORDINATOR)
    plan_a_meeting_for_today(page)
    for one in (subject, NOBODY):
        list_the_patient(page, one)
    press(page, "Open the meeting")
    press(page, "Join the live room")
    wait(page, "room.client.connection === 'in-step'")
    page.keyboard.press("n")
    wait(page, f"room.panes.some(pane => pane.frames === {subject.frames} && pane.painted)", 240)
    wait(page, f"room.panes.some(pane => pane.progress?.decoded === {subject.frames})", 60)
    case = room(page)["case"]
    page.keyboard.press("n")
    wait(page, f"room.case !== '{case}'")
    address = page.url
    page.context.close()
    return address


def ours(browser: Browser, here: Product, address: str, series: Series, line: Line) -> Figures:
    """One cold look: everybody's page is ready, and the case before is opened."""
    page = sign_in(browser, here, COORDINATOR)
    page.goto(address)
    wait(page, "room.client.connection === 'in-step' && room.case !== null")
    page.wait_for_timeout(1500)
    line.lay(page)
    page.keyboard.press("Shift+N")
    wait(page, "room.timings.length > 1 && room.timings.at(-1).firstWhole !== null", 60)
    if line.whole:
        wait(page, "Object.keys(room.timings.at(-1).lastDecoded).length > 0", 120)
    timing = room(page)["timings"][-1]
    scroll = statistics.median(page.evaluate(SCROLL_OURS, SCROLLED)) if line.whole else None
    case = room(page)["case"]
    page.keyboard.press("n")
    wait(page, f"room.case !== '{case}'")
    page.context.close()
    opened = timing["opened"]
    last = max(timing["lastDecoded"].values()) - opened if line.whole else None
    return Figures(timing["firstImage"] - opened, timing["firstWhole"] - opened, last, scroll)


def theirs(browser: Browser, url: str, root: str, series: Series, line: Line) -> Figures:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"{url}/viewer/index.html")
    page.wait_for_function("() => window.peer !== undefined")
    page.wait_for_timeout(1500)
    line.lay(page)
    asked = {"root": root, "study": series.study, "series": series.series, "whole": line.whole}
    took: dict[str, Any] = page.evaluate("(asked) => window.peer.open(asked)", asked)
    scroll = statistics.median(page.evaluate("(n) => window.peer.scroll(n)", SCROLLED)) if line.whole else None
    page.context.close()
    return Figures(took["first"], took["first"], took["last"], scroll)


def median(runs: list[Figures]) -> Figures:
    def of(name: str) -> float | None:
        values = [getattr(one, name) for one in runs]
        return None if None in values else statistics.median(values)

    return Figures(of("first") or 0.0, of("full") or 0.0, of("last"), of("scroll"))


def measured(browser: Browser, folder: Path, series: Series, pages: Path, runs: int) -> dict[str, dict[str, Figures]]:
    """By line: the product and its peer, one after the other in each run, so that both meet the same machine."""
    found: dict[str, dict[str, Figures]] = {}
    root = folder / series.name
    with (
        product(root, series.files[0].parent) as here,
        orthanc(root / "orthanc", series.files, pages=pages) as peer,
    ):
        address = prepared(browser, here, series.subject)
        for line in LINES:
            both: tuple[list[Figures], list[Figures]] = ([], [])
            for _ in range(runs):
                both[0].append(ours(browser, here, address, series, line))
                both[1].append(theirs(browser, peer.url, peer.dicomweb, series, line))
            found[line.name] = {"product": median(both[0]), "peer": median(both[1])}
    return found


def report(name: str, found: dict[str, dict[str, Figures]]) -> None:
    print(f"\n{name}\n{'':34}{'first image':>12}{'full quality':>14}{'every slice':>13}{'scroll':>9}   ms")
    for line, both in found.items():
        for who, one in both.items():
            last, scroll = (f"{value:.1f}" if value is not None else "" for value in (one.last, one.scroll))
            print(f"{f'{line}: {who}':34}{one.first:>12.0f}{one.full:>14.0f}{last:>13}{scroll:>9}")
        us, them = both["product"], both["peer"]
        ratios = [us.first / them.first, us.full / them.full]
        ratios += [us.last / them.last, (us.scroll or 0) / (them.scroll or 1)] if us.last and them.last else []
        print(
            f"{'  product / peer':34}"
            + "".join(f"{value:>{w}.2f}" for value, w in zip(ratios, (12, 14, 13, 9), strict=False))
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the tables")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=("shared", "synthetic"), help="one of the two series")
    said = parser.parse_args()
    result: dict[str, dict[str, dict[str, Figures]]] = {}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, browser = Path(name), launch(playwright)
        build = ["sh", "static/npm.sh", "exec", "--", "vite", "build", "--config", "bench/viewer/vite.config.ts"]
        subprocess.run([*build, "--logLevel", "error", "--outDir", str(folder / "viewer")], cwd=ROOT, check=True)
        if said.only != "synthetic":
            if SHARED.is_dir():
                series = kept("80-slice CT", shared(), folder)
                result[series.name] = measured(browser, folder, series, folder / "viewer", said.runs)
            else:
                print(f"{SHARED} is not on this machine: only the synthetic series is measured.", file=sys.stderr)
        if said.only != "shared":
            series = kept("300-slice synthetic CT", synthetic(), folder)
            result[series.name] = measured(browser, folder, series, folder / "viewer", said.runs)
        browser.close()
    if said.json:
        print(
            json.dumps(
                {
                    name: {line: {who: asdict(one) for who, one in both.items()} for line, both in found.items()}
                    for name, found in result.items()
                }
            )
        )
        return
    for name, found in result.items():
        report(name, found)


if __name__ == "__main__":
    main()
