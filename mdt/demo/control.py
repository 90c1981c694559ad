"""Switching a trust of the demo region off and on, through a folder that the demo's supervisor watches.

`settings.demo_control` names the folder. The supervisor writes `state.json`; whoever wants a trust switched writes
`wanted/<ODS>`. Files are replaced whole, so a reader never sees half of one.
"""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from mdt.core.errors import Invalid, NotFound

State = Literal["on", "off", "starting", "stopping", "died"]


@dataclass(frozen=True)
class Endpoint:
    """One trust's imaging in the demo region, as it is now."""

    ods: str
    name: str
    kind: str  # dimse | dicomweb | folder
    address: str  # where it answers, for people to read
    state: State
    slow: bool = False  # answers on purpose like a busy archive
    switchable: bool = True  # a folder has no process to stop
    detail: str = ""  # why it died, when it did


def endpoints(control: Path) -> list[Endpoint]:
    """Every endpoint in order of its ODS code; empty when no demo region is running."""
    try:
        written = json.loads((control / "state.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Endpoint(**one) for one in written]


def switch(control: Path, ods: str, on: bool) -> None:
    """Ask for a trust's endpoint to be stopped or started; `endpoints` tells when it is done (a second or two)."""
    known = {one.ods: one for one in endpoints(control)}
    if ods not in known:
        raise NotFound(f"The demo region has no trust {ods}, or it is not running.")
    if not known[ods].switchable:
        raise Invalid(f"{known[ods].name} is a folder in this demo: there is nothing to switch off.")
    _replace(control / "wanted" / ods, "on" if on else "off")


def wanted(control: Path) -> dict[str, bool]:
    """For the supervisor: what was asked for, by ODS code."""
    asked = {}
    for path in (control / "wanted").glob("*"):
        text = path.read_text(encoding="utf-8") if not path.name.startswith(".") else ""
        if text in ("on", "off"):
            asked[path.name] = text == "on"
    return asked


def publish(control: Path, state: Iterable[Endpoint]) -> None:
    """For the supervisor: write what is."""
    _replace(control / "state.json", json.dumps([asdict(one) for one in sorted(state, key=lambda one: one.ods)]))


def forget(control: Path) -> None:
    """For the supervisor, at its start and end: nothing runs, nothing was asked for."""
    for path in (control / "state.json", *(control / "wanted").glob("*")):
        path.unlink(missing_ok=True)


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
