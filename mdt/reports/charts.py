"""Plots as SVG, the same on the page, on paper and in the PDF. Pure.

One colour with numbers beside it, so that nothing depends on telling colours apart; every plot stands beside a table
that says the same, and has a sentence for those who do not see it. Attributes only: a page of ours allows no styles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

BAR, LINE, TEXT, QUIET, RULE = "#005eb8", "#d5281b", "#212b32", "#4c6272", "#d8dde0"
FONT = "Frutiger, Arial, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Chart:
    """Drawn, `width` by `height` in pixels, and in a sentence."""

    svg: str
    says: str
    width: int
    height: int


@dataclass(frozen=True)
class Bar:
    label: str
    value: float | None  # nothing was measured
    shown: str  # the number as it is written


def across(bars: Sequence[Bar], *, says: str, most: float, target: tuple[float, str] | None = None) -> Chart:
    """Bars from left to right, one under the other, with a line at a target where there is one."""
    label, room, row, top = 250, 400, 30, 26 if target else 6
    height = top + row * len(bars) + 4
    parts = []
    for number, bar in enumerate(bars):
        y = top + number * row
        length = room * min(1.0, (bar.value or 0) / most) if most else 0
        parts.append(_text(label - 10, y + 19, bar.label, end=True))
        parts.append(f'<rect x="{label}" y="{y + 5}" width="{length:.1f}" height="20" fill="{BAR}"/>')
        parts.append(_text(label + length + 8, y + 19, bar.shown, bold=True))
    if target:
        x = label + room * target[0] / most
        parts.append(_rule(x, top - 4, x, height))
        parts.append(_text(x, 14, target[1], middle=True, colour=QUIET))
    return _drawn(parts, says, label + room + 110, height)


def upright(bars: Sequence[Bar], *, says: str, target: tuple[float, str] | None = None) -> Chart:
    """Columns side by side, e.g. one for each month."""
    room, top, bottom, left = 150, 28, 26, 8
    each = min(90, 740 // max(1, len(bars)))
    most = max([bar.value or 0 for bar in bars] + [target[0] * 1.15 if target else 0, 1e-9])
    width = left * 2 + each * len(bars) + (170 if target else 0)
    floor = top + room
    parts = [f'<line x1="{left}" y1="{floor}" x2="{left + each * len(bars)}" y2="{floor}" stroke="{RULE}"/>']
    for number, bar in enumerate(bars):
        middle = left + each * (number + 0.5)
        high = room * (bar.value or 0) / most
        if bar.value:
            side = each * 0.62
            parts.append(
                f'<rect x="{middle - side / 2:.1f}" y="{floor - high:.1f}" width="{side:.1f}" '
                f'height="{high:.1f}" fill="{BAR}"/>'
            )
        parts.append(_text(middle, floor - high - 6, bar.shown, middle=True, bold=True))
        parts.append(_text(middle, floor + 18, bar.label, middle=True, colour=QUIET))
    if target:
        y, end = floor - room * target[0] / most, left + each * len(bars)
        parts.append(_rule(left, y, end, y))
        parts.append(_text(end + 8, y + 5, target[1], colour=QUIET))
    return _drawn(parts, says, width, floor + bottom)


def _drawn(parts: Sequence[str], says: str, width: float, height: float) -> Chart:
    w, h = round(width), round(height)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        f'aria-label="{escape(says)}" font-family="{FONT}" font-size="14">'
    )
    return Chart(head + "".join(parts) + "</svg>", says, w, h)


def _text(
    x: float, y: float, text: str, *, end: bool = False, middle: bool = False, bold: bool = False, colour: str = TEXT
) -> str:
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{anchor}{weight}>{escape(text)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{LINE}" '
        'stroke-width="2" stroke-dasharray="6 4"/>'
    )
