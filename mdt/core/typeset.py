"""A document as a tagged PDF that conforms to PDF/UA-1 (ISO 14289-1), set by Typst.

Typst checks what it makes against the standard, and refuses a document that would not conform.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from mdt.core.errors import Invalid


def pdf(template: Path, document: Mapping[str, Any], *, now: datetime) -> bytes:
    """What `template` makes of a document, which it finds as JSON in `sys.inputs.document`.

    The same document at the same moment gives the same bytes. Raises Invalid when it cannot be set.
    """
    try:
        made = typst.compile(  # type: ignore[misc]
            _read(template),
            sys_inputs={"document": json.dumps(dict(document), ensure_ascii=False)},
            pdf_standards=["ua-1"],
            font_paths=[_fonts()],
            ignore_system_fonts=True,
            timestamp=now.replace(microsecond=0),
        )
    except typst.TypstError as error:
        raise Invalid(f"This could not be made into a PDF: {error}") from error
    assert isinstance(made, bytes)
    return made


@cache
def _read(template: Path) -> bytes:
    return template.read_bytes()


@cache
def _fonts() -> str:
    """A folder with DejaVu Sans: the fonts of a machine differ, and a document must not."""
    plots = find_spec("matplotlib")
    assert plots is not None
    assert plots.origin is not None
    return str(Path(plots.origin).parent / "mpl-data" / "fonts" / "ttf")
