"""A letter as a PDF."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mdt.core import typeset

_TEMPLATE = Path(__file__).parent / "letter.typ"


def pdf(letter: Mapping[str, Any], *, now: datetime) -> bytes:
    """The PDF of `sender`, `day`, `recipient`, `address` (lines), `title`, `blocks` and `reference`."""
    return typeset.pdf(_TEMPLATE, letter, now=now)
