"""From opening a case to its first image and to the last slice of its largest series, in Chromium.

`python bench/frames.py [--json] [--runs N]`. The named peer, in the same run and browser: the frames of that same
series asked of Orthanc by WADO-RS, one by one, six at a time, after the series' metadata. The peer only transfers; the
product also decodes every frame and paints the first, so the comparison leans the peer's way. Loopback, cold cache.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mdt.demo.recipes import objects_of  # noqa: E402
from tests.peers.orthanc import orthanc  # noqa: E402
from tests.system.product import Product, launch, sign_in  # noqa: E402
from tests.system.steps import Subject, list_the_patient, plan_a_meeting_for_today, press, room, wait  # noqa: E402

COORDINATOR = "coordinator@mdt.example"
STUDY = "maureen-ct"
BY_FRAME = """async ({root, study, series}) => {
    const from = performance.now();
    const path = `${root}/studies/${study}/series/${series}`;
    const listed = await (await fetch(`${path}/metadata`, {headers: {Accept: 'application/dicom+json'}})).json();
    const left = listed.map((one) => one['00080018'].Value[0]);
    let first = null;
    const take = async () => {
        for (let sop = left.shift(); sop !== undefined; sop = left.shift()) {
            await (await fetch(`${path}/instances/${sop}/frames/1`)).arrayBuffer();
            first ??= performance.now() - from;
        }
    };
    await Promise.all(Array.from({length: 6}, take));
    return {first, last: performance.now() - from, frames: listed.length};
}"""


@dataclass(frozen=True)
class Figures:
    """Medians, in milliseconds."""

    who: str
    frames: int
    first_image: float
    last_slice: float


@dataclass(frozen=True)
class Series:
    """The series both are asked for."""

    study: str
    series: str
    files: list[Path]


def paint(folder: Path) -> tuple[Series, Subject]:
    """The demo's chest CT as files, and whose it is."""
    place = folder / "R0A" / STUDY
    place.mkdir(parents=True)
    files = []
    for number, ds in enumerate(objects_of(STUDY, date(2026, 11, 24))):
        ds.PatientID, ds.PatientName = "9990000018", "HARGREAVES^Dorothy"
        ds.PatientBirthDate, ds.PatientSex = "19510314", "F"
        files.append(place / f"{number:04}.dcm")
        ds.save_as(files[-1], enforce_file_format=True)
    series = Series(ds.StudyInstanceUID, ds.SeriesInstanceUID, files)
    return series, Subject("9990000018", "HARGREAVES", "Dorothy", "1951-03-14", "F", len(files))


@contextmanager
def product(folder: Path) -> Iterator[Product]:
    """The product with one trust, whose imaging is a folder, and one coordinator."""
    data = folder / "data"
    data.mkdir()
    trust = '[[trust]]\nods = "R0A"\nname = "Manchester"\nlive_from = 2020-01-01\n[[trust.source]]\nkind = "folder"\n'
    (folder / "trusts.toml").write_text(f'{trust}path = "{folder / "R0A"}"\n')
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


def measure_product(browser: Browser, here: Product, subject: Subject, runs: int) -> Figures:
    """Open the case in a fresh browser each time: nothing is cached, the series is packed."""
    page = sign_in(browser, here, COORDINATOR)
    plan_a_meeting_for_today(page)
    list_the_patient(page, subject)
    press(page, "Open the meeting")
    press(page, "Join the live room")
    wait(page, "room.client.connection === 'in-step'")
    page.keyboard.press("n")
    wait(page, f"room.panes.some(pane => pane.frames === {subject.frames} && pane.painted)", 120)
    address = page.url
    page.context.close()
    firsts, lasts = [], []
    for _ in range(runs):
        fresh = sign_in(browser, here, COORDINATOR)
        fresh.goto(address)
        wait(fresh, "room.timings.length > 0 && Object.keys(room.timings.at(-1).lastDecoded).length > 0", 60)
        timing = room(fresh)["timings"][-1]
        firsts.append(timing["firstImage"] - timing["opened"])
        lasts.append(max(timing["lastDecoded"].values()) - timing["opened"])
        fresh.context.close()
    return Figures("product", subject.frames, statistics.median(firsts), statistics.median(lasts))


def measure_orthanc(browser: Browser, folder: Path, series: Series, runs: int) -> Figures:
    """The same browser, from a page of Orthanc's own address."""
    firsts, lasts, frames = [], [], 0
    with orthanc(folder, series.files) as peer:
        for _ in range(runs):
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{peer.url}/system")
            took = page.evaluate(BY_FRAME, {"root": peer.dicomweb, "study": series.study, "series": series.series})
            firsts.append(took["first"])
            lasts.append(took["last"])
            frames = took["frames"]
            context.close()
    return Figures("Orthanc WADO-RS by frame", frames, statistics.median(firsts), statistics.median(lasts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--runs", type=int, default=5)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        series, subject = paint(folder)
        browser = launch(playwright)
        with product(folder) as here:
            ours = measure_product(browser, here, subject, said.runs)
        theirs = measure_orthanc(browser, folder / "orthanc", series, said.runs)
        browser.close()
    ratios = {
        "first_image": ours.first_image / theirs.first_image,
        "last_slice": ours.last_slice / theirs.last_slice,
    }
    if said.json:
        print(json.dumps({"figures": [asdict(ours), asdict(theirs)], "ratios": ratios}))
        return
    print(f"{'':28}{'frames':>8}{'first image ms':>16}{'last slice ms':>16}")
    for one in (ours, theirs):
        print(f"{one.who:28}{one.frames:>8}{one.first_image:>16.0f}{one.last_slice:>16.0f}")
    print(f"{'ratio, product / peer':28}{'':>8}{ratios['first_image']:>16.2f}{ratios['last_slice']:>16.2f}")


if __name__ == "__main__":
    main()
