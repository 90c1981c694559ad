"""The hazard log names only tests that exist, and leaves no hazard out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOG = (ROOT / "docs" / "safety" / "hazards.md").read_text()
NAMED = re.findall(r"`((?:tests|static)/[^`:]+)::([^`]+)`", LOG)


def test_all_hazards_are_there_each_with_its_cause_and_its_gaps():
    sections = re.split(r"^## ", LOG, flags=re.MULTILINE)[1:]
    assert len(sections) >= 19
    assert [section.split(".")[0] for section in sections] == [f"H{number}" for number in range(1, len(sections) + 1)]
    for section in sections:
        assert "\nCause: " in section
        assert "\nGaps: " in section


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda part: part)
def test_a_named_test_exists(file, name):
    text = (ROOT / file).read_text()
    if file.endswith(".py"):
        assert re.search(rf"^(?:async )?def {re.escape(name)}\(", text, flags=re.MULTILINE)
    else:
        assert re.search(rf"\b(?:it|test)\(\s*['\"]{re.escape(name)}['\"]", text)


def test_every_control_names_a_test():
    controls = [line for line in LOG.splitlines() if line.startswith("- ")]
    assert len(controls) > 40
    assert [line for line in controls if "::" not in line] == []
