"""Every check and every test, ending with what failed and one line of counts: `python -m tests.suite [--quick]`.

Two lanes run side by side, so that tests that compute use the time of tests that wait for archives and browsers. Every
line says which step it is of.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@dataclass
class Counts:
    """Passed, failed and skipped, summed over every step, and what failed by name."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    names: tuple[str, ...] = ()

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.names + other.names,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


Step = Callable[[], Counts]


def run(name: str, *command: str) -> int:
    """Run one step in the project's root; its output is the reader's, line by line."""
    print(f"{name:>17} == begins", flush=True)
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as step:
        for line in step.stdout or ():
            print(f"{name:>17} | {line}", end="", flush=True)
    ended = "ok" if step.returncode == 0 else f"failed ({step.returncode})"
    print(f"{name:>17} == {ended}, {time.monotonic() - started:.0f} s", flush=True)
    return step.returncode


def check(name: str, *command: str) -> Step:
    """A step that is one check: it holds or it does not."""
    return lambda: Counts(passed=1) if run(name, *command) == 0 else broken(name)


def broken(step: str) -> Counts:
    """A step that failed as a whole."""
    return Counts(failed=1, names=(step,))


def npm(*arguments: str) -> tuple[str, ...]:
    return ("sh", "static/npm.sh", *arguments)


def vitest(folder: Path) -> Counts:
    """The TypeScript tests, counted from vitest's own report."""
    report = folder / "vitest.json"
    code = run("TypeScript tests", *npm("exec", "--", "vitest", "run", "--reporter=default", "--reporter=json",
                                        f"--outputFile.json={report}"))  # fmt: skip
    if not report.exists():
        return broken("TypeScript tests")
    said = json.loads(report.read_text())
    names = tuple(
        one["fullName"] for file in said["testResults"] for one in file["assertionResults"] if one["status"] == "failed"
    )
    counts = Counts(said["numPassedTests"], said["numFailedTests"], said["numPendingTests"], names)
    return counts if code == 0 or counts.failed else counts + broken("TypeScript tests")


# What browsers show, pixel by pixel, and the Tuesday of 25 cases: the computing lane has time for these.
BESIDE = tuple(f"tests/system/test_{name}.py" for name in ("viewer_loading", "viewer_pixels", "tuesday_stories"))


def pytest(folder: Path, name: str, *where: str) -> Counts:
    """The Python tests of one folder, or what `where` says, counted from pytest's own report."""
    report = folder / f"{name}.xml"
    which = where or (f"tests/{name}",)
    code = run(name, sys.executable, "-m", "pytest", "--quiet", f"--junitxml={report}", *which)
    if not report.exists():
        return broken(name)
    counts = Counts()
    for suite in ET.parse(report).getroot().iter("testsuite"):
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        counts += Counts(int(suite.get("tests", 0)) - bad - skipped, bad, skipped, tuple(failures(suite)))
    return counts if code == 0 or counts.failed else counts + broken(name)


def failures(suite: ET.Element) -> Iterator[str]:
    """The tests of one of pytest's reports that did not pass, each with the first line of why."""
    for test in suite.iter("testcase"):
        for verdict in (*test.findall("failure"), *test.findall("error")):
            lines = (verdict.get("message") or "").strip().splitlines() or ["no message"]
            yield f"{test.get('classname')}::{test.get('name')}: {lines[0][:200]}"


def lane(steps: Sequence[Step]) -> Counts:
    """One step after the other, whatever became of the one before."""
    return sum((step() for step in steps), Counts())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the contract and browser tests")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor() as threads:
        folder = Path(name)
        checks = [
            check("ruff: lint", str(BIN / "ruff"), "check", "."),
            check("ruff: format", str(BIN / "ruff"), "format", "--check", "--quiet", "."),
            check("import-linter", str(BIN / "lint-imports")),
            check("TypeScript types", *npm("run", "--silent", "check")),
            lambda: vitest(folder),
            check("mypy", str(BIN / "mypy")),
        ]
        computing = [*checks, lambda: pytest(folder, "unit")]
        waiting = []
        if not quick:
            computing += [lambda: pytest(folder, "fuzz"), lambda: pytest(folder, "viewer", *BESIDE)]
            others = ("tests/system", *(f"--ignore={one}" for one in BESIDE))
            waiting = [lambda: pytest(folder, "contract"), lambda: pytest(folder, "system", *others)]
        counts = sum(threads.map(lane, (computing, waiting)), Counts())
    print()
    for name in counts.names:
        print(f"FAILED {name}")
    print(counts)
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
