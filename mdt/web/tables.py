"""A table as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


def as_csv(name: str, heads: Sequence[str], rows: Iterable[Iterable[object]]) -> Response:
    """UTF-8 with its mark, as spreadsheets expect; no text in it is ever computed."""
    lines = io.StringIO(newline="")
    write = csv.writer(lines)
    write.writerow(heads)
    for row in rows:
        write.writerow([plain(cell) if isinstance(cell, str) else cell for cell in row])
    answer = Response("\ufeff" + lines.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
