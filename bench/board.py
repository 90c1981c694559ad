"""How soon the imaging board shows a change, and what keeping it right costs.

`python bench/board.py [--json]`. In Chromium, on a board of 40 cases by 8 trusts: from the commit of a change (a trust
falls silent, a trust answers) to the cell that says so, while something else arrives and while nothing moves. Then
what one question of the script costs the server: processor time with everything to be made, and with nothing changed.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mdt.core.clock import utc_now  # noqa: E402
from mdt.imaging.models import Gather, TrustAnswer  # noqa: E402
from mdt.web import board  # noqa: E402
from tests.system.product import launch  # noqa: E402
from tests.system.seeded import Running, a_seeded_product, enter  # noqa: E402
from tests.unit.pages import Seeded, seeded  # noqa: E402
from tests.unit.test_board_pages import address, fill  # noqa: E402

CASES, CHANGES, LOOKS, GOAL = 40, 20, 20, 2.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/board.py", description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    shown, costs = _shown(), _costs()
    worst = max(figures["worst"] for figures in shown.values())
    if options.json:
        goal = {"seconds": GOAL, "worst": worst, "met": worst <= GOAL}
        print(json.dumps({"shown": shown, "costs": costs, "goal": goal}, indent=1))
    else:
        for name, figures in shown.items():
            print(f"{name:<24} p50 {figures['p50']:.2f} s  p95 {figures['p95']:.2f} s  worst {figures['worst']:.2f} s")
        for name, milliseconds in costs.items():
            print(f"{name:<24} {milliseconds:.1f} ms of processor time a question")
        print(f"goal: within {GOAL:g} s: {'met' if worst <= GOAL else 'not met'}")
    return 0


def _shown() -> dict[str, dict[str, float]]:
    with a_seeded_product(Path(tempfile.mkdtemp(prefix="mdt-bench-"))) as running, sync_playwright() as playwright:
        fill(running.made, CASES)
        browser = launch(playwright)
        _, page = enter(browser, running, "coordinator", viewport={"width": 1920, "height": 1080})
        page.goto(address(running.made))
        found = {"while others arrive": _changes(running, page)}
        with running.made.house.db.writing() as db:
            _finish(db)
        page.wait_for_timeout(3000)
        found["while nothing moves"] = _changes(running, page)
        browser.close()
    return found


def _finish(db: Session) -> None:
    """Every round is over."""
    for gather in db.scalars(select(Gather).where(Gather.finished_at.is_(None))):
        gather.finished_at = utc_now()
    for answer in db.scalars(select(TrustAnswer).where(TrustAnswer.status == "asking")):
        answer.status = "answered"


def _changes(running: Running, page: Page) -> dict[str, float]:
    """A trust falls silent and answers again, over and over; seconds until the cell says so."""
    patient = running.made.patients["maria"]
    wanted = select(TrustAnswer).join(Gather).where(Gather.patient_id == patient, TrustAnswer.trust_ods == "RWJ")
    cell = f"[data-key='{running.made.cases['maria']} RWJ']"
    seconds = []
    for number in range(CHANGES):
        silent = number % 2 == 0
        page.wait_for_timeout(150 * (number % 7))  # anywhere between two questions of the script
        with running.made.house.db.writing() as db:
            answer = db.scalars(wanted).one()
            answer.status, answer.phase = ("no-answer", "connect") if silent else ("answered", None)
            answer.changed_at = utc_now()
        began = time.monotonic()
        page.wait_for_function(
            "([cell, silent]) => document.querySelector(cell).classList.contains('mdt-cell--no_answer') === silent",
            arg=[cell, silent],
            timeout=20_000,
        )
        seconds.append(time.monotonic() - began)
    seconds.sort()
    return {"p50": seconds[len(seconds) // 2], "p95": seconds[int(len(seconds) * 0.95)], "worst": seconds[-1]}


def _costs() -> dict[str, float]:
    """Processor time of one question, in milliseconds, in this process."""
    with seeded(Path(tempfile.mkdtemp(prefix="mdt-bench-"))) as made:
        fill(made, CASES)
        moving = _cost(made)
        with made.house.db.writing() as db:
            _finish(db)
        return {"something moves": moving, "nothing moves": _cost(made)}


def _cost(made: Seeded) -> float:
    client, look = made.signed_in("coordinator"), address(made, "board.json")
    shared, board.SHARED_FOR = board.SHARED_FOR, 0.0
    try:
        client.get(look)
        began = time.process_time()
        for _ in range(LOOKS):
            client.get(look)
        return (time.process_time() - began) * 1000 / LOOKS
    finally:
        board.SHARED_FOR = shared


if __name__ == "__main__":
    sys.exit(main())
