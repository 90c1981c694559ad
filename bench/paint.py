"""From the presenter's wheel to the other browser's painted frame, two browsers on this machine.

`python -m bench.paint [--json] [--steps N]`. A chair presents a chest CT of 300 slices, a coordinator follows; each has
a browser of their own. The wheel is turned one notch at a time; what is timed runs from the wheel's event in the one
page to the first drawing of the same slice in the other, by the machine's own clock. Beside it, as what no room can be
quicker than here: from the same wheel to the presenter's own painted frame.

`--delay 40`: both browsers reach the product over a line on which every byte is 40 ms late each way (`tests/peers/
delayed.py`: a proxy, not netem; it loses nothing and has no width). What the presenter shows passes it twice, so twice
the delay is taken off the follower's figures.
"""

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.frames import COORDINATOR, kept, prepared, product, synthetic
from tests.peers.delayed import delayed
from tests.system.product import sign_in
from tests.system.room_place import over
from tests.system.steps import wait

CHAIR = "chair@mdt.example"
GOAL, GOAL_DELAYED = 100.0, 150.0  # ms at p95: on loopback, and beyond a line's own delay
APART = 150  # ms between two notches
# Into `window.noted`: every notch of the wheel, and every slice drawn, with the moment on the machine's clock.
NOTE = """() => {
    const element = document.querySelector('.pane .pane-image');
    const noted = window.noted = {turned: [], drawn: []};
    let slice = null;
    const at = () => performance.timeOrigin + performance.now();
    window.addEventListener('wheel', (turn) => noted.turned.push(performance.timeOrigin + turn.timeStamp), true);
    element.addEventListener('CORNERSTONE_STACK_NEW_IMAGE', ({detail}) => { slice = detail.imageIdIndex; });
    const drawn = () => slice !== null && noted.drawn.push([slice, at()]);
    element.addEventListener('CORNERSTONE_IMAGE_RENDERED', drawn);
}"""


def measured(chair: Page, follower: Page, steps: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the presenter's own painted frame, and to the follower's, notch by notch."""
    for page in (chair, follower):
        page.evaluate(NOTE)
    box = chair.locator(".pane .pane-image").first.bounding_box()
    assert box is not None
    chair.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for step in range(steps):
        chair.mouse.wheel(0, 100 if step < steps / 2 else -100)
        chair.wait_for_timeout(APART)
    follower.wait_for_timeout(1000)
    ours, theirs = (page.evaluate("() => window.noted") for page in (chair, follower))
    own, seen = [], []
    for turned, then in zip(ours["turned"], [*ours["turned"][1:], float("inf")], strict=True):
        slice_, at = next((slice_, at) for slice_, at in ours["drawn"] if turned <= at < then)
        own.append(at - turned)
        seen.append(next(at for other, at in theirs["drawn"] if other == slice_ and at >= turned) - turned)
    return own, seen


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/paint.py", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--delay", type=float, default=0, help="of the line to the product, each way, in ms")
    said = parser.parse_args()
    goal = GOAL_DELAYED if said.delay else GOAL
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, ExitStack() as lines:
        folder = Path(name)
        series = kept("300-slice synthetic CT", synthetic(), folder)
        with product(folder / series.name, series.files[0].parent) as here:
            here.command("people", "add", "--email", CHAIR, "--name", "Dr Ina Chair", "--trust", "R0A")
            here.command("teams", "join", "--team", "Lung", "--email", CHAIR, "--role", "chair")
            port = lines.enter_context(delayed(here.port, said.delay / 1000)) if said.delay else here.port
            browsers = [lines.enter_context(over(playwright.chromium, here, port)) for _ in range(2)]
            address = prepared(browsers[0], here, series.subject)
            chair, follower = sign_in(browsers[0], here, CHAIR), sign_in(browsers[1], here, COORDINATOR)
            for page in (chair, follower):
                page.goto(address)
                wait(page, "room.client.connection === 'in-step'")
            chair.keyboard.press("t")
            wait(chair, "room.client.presenting")
            chair.keyboard.press("Shift+N")
            whole = f"room.panes.some(pane => pane.painted && pane.progress?.decoded === {len(series.files)})"
            for page in (chair, follower):
                wait(page, whole, 60)
            own, seen = measured(chair, follower, said.steps)
            seen = [took - 2 * said.delay for took in seen]
            lines.close()
    figures = {}
    for who, took in (("presenter", own), ("follower", seen)):
        p95 = statistics.quantiles(took, n=20)[-1]
        figures[who] = {"p50": statistics.median(took), "p95": p95, "worst": max(took)}
    met = figures["follower"]["p95"] < goal
    if said.json:
        print(json.dumps({"milliseconds": figures, "delay": said.delay, "goal": goal, "met": met}))
        return 0
    if said.delay:
        print(
            f"over a line {said.delay:g} ms late each way; {2 * said.delay:g} ms are taken off the follower's figures"
        )
    print(f"from the wheel to the painted frame, {len(seen)} notches, ms\n{'':12}{'p50':>8}{'p95':>8}{'worst':>8}")
    for who, one in figures.items():
        print(f"{who:12}{one['p50']:>8.0f}{one['p95']:>8.0f}{one['worst']:>8.0f}")
    ratio = figures["follower"]["p50"] / figures["presenter"]["p50"]
    print(f"follower / presenter p50 {ratio:.2f}; goal p95 {goal:.0f} ms: {'met' if met else 'MISSED'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
