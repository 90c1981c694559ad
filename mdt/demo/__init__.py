"""Face: a believable region on loopback, with invented people and synthetic imaging."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mdt.bootstrap import House


def run(house: "House", dicom: Path | None, port: int, reset: bool) -> int:
    """Prepare the region, start it and the product, and stay until told to stop. Returns the exit code."""
    # Only here: the trusts' endpoints are modules of this package in processes of their own, and must start quickly.
    from mdt.demo.command import run as run_demo  # noqa: PLC0415

    return run_demo(house, dicom, port, reset)
