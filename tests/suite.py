"""Every check and every test, in order, ending with one line of counts: `python -m tests.suite [--quick]`."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@dataclass
class Counts:
    """Passed, failed and skipped, summed over every step."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run(name: str, *command: str) -> int:
    """Run one step in the project's root; its output is the reader's."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    print(f"-- {name}: {'ok' if code == 0 else f'failed ({code})'}, {time.monotonic() - started:.0f} s", flush=True)
    return code


def check(name: str, *command: str) -> Counts:
    """A step that is one check: it holds or it does not."""
    return Counts(passed=1) if run(name, *command) == 0 else Counts(failed=1)


def npm(*arguments: str) -> tuple[str, ...]:
    return ("sh", "static/npm.sh", *arguments)


def vitest(folder: Path) -> Counts:
    """The TypeScript tests, counted from vitest's own report."""
    report = folder / "vitest.json"
    code = run("TypeScript tests", *npm("exec", "--", "vitest", "run", "--reporter=default", "--reporter=json",
                                        f"--outputFile.json={report}"))  # fmt: skip
    if not report.exists():
        return Counts(failed=1)
    said = json.loads(report.read_text())
    counts = Counts(said["numPassedTests"], said["numFailedTests"], said["numPendingTests"])
    return counts if code == 0 or counts.failed else counts + Counts(failed=1)


def pytest(folder: Path, name: str, *arguments: str) -> Counts:
    """The Python tests, counted from pytest's own report."""
    report = folder / f"{name}.xml"
    code = run(name, sys.executable, "-m", "pytest", "--quiet", f"--junitxml={report}", *arguments)
    if not report.exists():
        return Counts(failed=1)
    counts = Counts()
    for suite in ET.parse(report).getroot().iter("testsuite"):
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        counts += Counts(int(suite.get("tests", 0)) - bad - skipped, bad, skipped)
    return counts if code == 0 or counts.failed else counts + Counts(failed=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the contract and browser tests")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counts = check("ruff: lint", str(BIN / "ruff"), "check", ".")
        counts += check("ruff: format", str(BIN / "ruff"), "format", "--check", "--quiet", ".")
        counts += check("mypy", str(BIN / "mypy"))
        counts += check("import-linter", str(BIN / "lint-imports"))
        counts += check("TypeScript types", *npm("run", "--silent", "check"))
        counts += vitest(folder)
        counts += pytest(folder, "unit", "tests/unit")
        if not quick:
            counts += pytest(folder, "fuzz", "tests/fuzz")
            counts += pytest(folder, "contract", "tests/contract")
            counts += pytest(folder, "system", "tests/system")
    print(f"\n{counts}")
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
