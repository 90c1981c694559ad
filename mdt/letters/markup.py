"""The small language of letters: what a team types becomes blocks, the same for the page and the PDF. Pure.

`# ` begins a heading, `- ` an entry of a list, an empty line ends a paragraph, `**` makes bold. `{name}` is filled
from the outcome; `{actions}` alone on its line becomes a list. A paragraph, heading or entry of which every name is
empty is left out, so that one template serves every decision.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from mdt.core.errors import Invalid

LONGEST = 10_000

_NAME = re.compile(r"\{([^{}]*)\}")
_STRAY = re.compile(r"[{}]")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Values = Mapping[str, str | tuple[str, ...]]
Block = dict[str, Any]  # {"kind": "heading" | "paragraph" | "list", "runs": [...]} or, of a list, "entries": [[...]]


def tidy(text: str, names: Collection[str]) -> str:
    """A template as it will be kept; raises Invalid with a sentence when it could not be filled."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("Write the letter: an empty one says nothing.")
    if len(text) > LONGEST:
        raise Invalid(f"A letter must be {LONGEST} characters or fewer.")
    if _CONTROL.search(text):
        raise Invalid("The letter has a character that cannot be printed.")
    for name in _NAME.findall(text):
        if name not in names:
            raise Invalid(f"Nothing is called {{{name[:40]}}}: use the names in the list beside the letter.")
    if _STRAY.search(_NAME.sub("", text)):
        raise Invalid("A curly bracket stands alone: a name is written {like_this}.")
    if not text.startswith("# "):
        raise Invalid("Begin with the title of the letter, on a line of its own after # and a space.")
    return text


def fill(template: str, values: Values) -> tuple[str, list[Block]]:
    """The title and the blocks of a letter."""
    blocks: list[Block] = []
    for chunk in re.split(r"\n\s*\n", template.strip()):
        _read(chunk.splitlines(), values, blocks)
    title = "".join(run["text"] for run in blocks[0]["runs"]) if blocks else ""
    return title, blocks[1:]


def _read(lines: list[str], values: Values, blocks: list[Block]) -> None:
    paragraph: list[str] = []
    for line in [*map(str.strip, lines), ""]:
        listed = _NAME.fullmatch(line)
        many = values.get(listed[1]) if listed else None
        ends = not line or line.startswith(("# ", "- ")) or isinstance(many, tuple)
        if ends and paragraph:
            _add(blocks, "paragraph", " ".join(paragraph), values)
            paragraph = []
        if isinstance(many, tuple):
            for entry in many:
                _entry(blocks, _runs(entry))
        elif line.startswith("# "):
            _add(blocks, "heading", line[2:], values)
        elif line.startswith("- "):
            if not _is_left_out(line, values):
                _entry(blocks, _runs(line[2:], values))
        elif line:
            paragraph.append(line)


def _add(blocks: list[Block], kind: str, text: str, values: Values) -> None:
    if _is_left_out(text, values):
        return
    runs = _runs(text, values)
    if text.startswith("{") and runs:  # what is filled in may stand inside a sentence elsewhere
        first = runs[0]["text"]
        runs[0]["text"] = first[:1].upper() + first[1:]
    blocks.append({"kind": kind, "runs": runs})


def _entry(blocks: list[Block], runs: list[dict[str, Any]]) -> None:
    if not blocks or blocks[-1]["kind"] != "list":
        blocks.append({"kind": "list", "entries": []})
    blocks[-1]["entries"].append(runs)


def _is_left_out(text: str, values: Values) -> bool:
    names = _NAME.findall(text)
    return bool(names) and not any(values.get(name) for name in names)


def _runs(text: str, values: Values | None = None) -> list[dict[str, Any]]:
    """Text in runs, bold or not. What is filled in is never read as markup."""
    found: list[dict[str, Any]] = []
    for place, part in enumerate(_BOLD.split(text) if values is not None else [text]):
        said = part if values is None else _NAME.sub(lambda match: _said(values, match[1]), part)
        if said:
            found.append({"text": said, "bold": place % 2 == 1})
    return found


def _said(values: Values, name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else "; ".join(value)
