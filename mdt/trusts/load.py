"""Trusts and their sources from a TOML file, with a sentence for whatever is wrong in it.

    [[trust]]
    ods = "RMC"
    name = "Bolton NHS Foundation Trust"
    live_from = 2026-01-01

    [[trust.source]]
    kind = "dicomweb"
    url = "https://pacs.example/dicom-web"
    auth = { kind = "bearer", token_env = "BOLTON_TOKEN" }

Secrets are named, never written: `password_env` and `token_env` name environment variables. A source may say what its
archive can be searched by, where that is not everything: `asked_by = ["patient-id", "local-number"]` (see `abilities`).
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from mdt.core.errors import Invalid
from mdt.trusts.abilities import EVERY, is_ability
from mdt.trusts.deadlines import Deadlines
from mdt.trusts.fields import (
    is_ae,
    is_date,
    is_network,
    is_ods,
    is_port,
    is_positive,
    is_text,
    is_url,
    only,
    optional,
    required,
    several,
)

_OF_ALL = ("kind", "timeouts", "asked_by")


@dataclass(frozen=True)
class SourceEntry:
    """One way into a trust's imaging, checked."""

    kind: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class TrustEntry:
    """One trust as the file says it, checked."""

    ods: str
    name: str
    live_from: date
    live_until: date | None
    successor_ods: str | None
    sources: tuple[SourceEntry, ...]


def read(path: Path) -> list[TrustEntry]:
    """Read a file; raises Invalid with the place and the reason."""
    try:
        return [_from_here(entry, path.parent) for entry in parse(path.read_text(encoding="utf-8"))]
    except OSError as error:
        raise Invalid(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not UTF-8 text.") from None


def parse(text: str) -> list[TrustEntry]:
    """Check the text of a file; raises Invalid with the place and the reason."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"The file is not TOML: {error}.") from None
    only(whole, {"trust"}, "The file")
    tables = whole.get("trust", [])
    tables = [tables] if isinstance(tables, dict) else tables
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise Invalid("The file has no [[trust]].")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[{1,2}\s*trust\s*\]", line)]
    entries = [_trust(table, _place(number, table, lines)) for number, table in enumerate(tables)]
    for entry in entries:
        if sum(other.ods == entry.ods for other in entries) > 1:
            raise Invalid(f"The trust {entry.ods} is in the file twice.")
    return entries


def _from_here(entry: TrustEntry, here: Path) -> TrustEntry:
    """A folder's path is meant from where the file lies."""
    sources = tuple(
        SourceEntry(one.kind, one.settings | {"path": str((here / one.settings["path"]).absolute())})
        if one.kind == "folder"
        else one
        for one in entry.sources
    )
    return replace(entry, sources=sources)


def _place(number: int, table: Mapping[str, Any], lines: list[int]) -> str:
    line = f" (line {lines[number]})" if number < len(lines) else ""
    return f"Trust {table.get('ods') or number + 1}{line}"


def _trust(table: Mapping[str, Any], place: str) -> TrustEntry:
    only(table, {"ods", "name", "live_from", "live_until", "successor", "source"}, place)
    live_from = required(table, "live_from", place, is_date, "a date such as 2026-01-31")
    live_until = optional(table, "live_until", place, is_date, "a date such as 2026-01-31")
    if live_until is not None and live_until < live_from:
        raise Invalid(f"{place}: live_until is before live_from.")
    sources = table.get("source", [])
    sources = [sources] if isinstance(sources, dict) else sources
    if not isinstance(sources, list) or not all(isinstance(source, dict) for source in sources):
        raise Invalid(f"{place}: source must be written as [[trust.source]].")
    return TrustEntry(
        ods=required(table, "ods", place, is_ods, "an ODS code such as RMC"),
        name=required(table, "name", place, is_text, "the trust's name"),
        live_from=live_from,
        live_until=live_until,
        successor_ods=optional(table, "successor", place, is_ods, "an ODS code such as RMC"),
        sources=tuple(_source(source, f"{place}, source {n}") for n, source in enumerate(sources, 1)),
    )


def _source(table: Mapping[str, Any], place: str) -> SourceEntry:
    kind = required(table, "kind", place, _KINDS.__contains__, "dimse, dicomweb or folder")
    settings = _KINDS[kind](table, place)
    what = f"a list of what the archive can be asked by: {', '.join(EVERY)}"
    if (asked_by := several(table, "asked_by", place, is_ability, what)) is not None:
        settings["asked_by"] = [one for one in EVERY if one in asked_by]
    timeouts = table.get("timeouts")
    if timeouts is not None:
        known = {field.name for field in fields(Deadlines)}
        if not isinstance(timeouts, dict):
            raise Invalid(f"{place}: timeouts must be a table of seconds.")
        only(timeouts, known, f"{place}, timeouts")
        settings["timeouts"] = {
            key: required(timeouts, key, f"{place}, timeouts", is_positive, "a number above 0") for key in timeouts
        }
    return SourceEntry(kind, settings)


def _dimse(table: Mapping[str, Any], place: str) -> dict[str, Any]:
    only(table, {*_OF_ALL, "host", "port", "ae", "our_ae", "retrieve", "our_port", "pushes_from"}, place)
    a_port = "a port number from 1 to 65535"
    an_ae = "an AE title of 1 to 16 letters, digits or signs"
    settings = {
        "host": required(table, "host", place, is_text, "a host name or address"),
        "port": required(table, "port", place, is_port, a_port),
        "ae": required(table, "ae", place, is_ae, an_ae),
        "our_ae": optional(table, "our_ae", place, is_ae, an_ae),
        "retrieve": optional(table, "retrieve", place, ("get", "move").__contains__, '"get" or "move"') or "get",
        "our_port": optional(table, "our_port", place, is_port, a_port),
    }
    addresses = "a list of addresses or networks such as 10.1.2.0/24"
    settings["pushes_from"] = several(table, "pushes_from", place, is_network, addresses)
    return {key: value for key, value in settings.items() if value is not None}


def _dicomweb(table: Mapping[str, Any], place: str) -> dict[str, Any]:
    only(table, {*_OF_ALL, "url", "auth"}, place)
    settings = {"url": required(table, "url", place, is_url, "an http:// or https:// address without a password in it")}
    auth = table.get("auth")
    if auth is None:
        return settings
    inside = f"{place}, auth"
    if not isinstance(auth, dict):
        raise Invalid(f'{place}: auth must be a table, such as {{ kind = "bearer", token_env = "NAME" }}.')
    if {"password", "token"} & auth.keys():
        raise Invalid(f"{inside}: a secret must not be in the file; name the variable in password_env or token_env.")
    kind = required(auth, "kind", inside, ("basic", "bearer").__contains__, '"basic" or "bearer"')
    names = ("username", "password_env") if kind == "basic" else ("token_env",)
    only(auth, {"kind", *names}, inside)
    return settings | {
        "auth": {"kind": kind} | {name: required(auth, name, inside, is_text, "a text") for name in names}
    }


def _folder(table: Mapping[str, Any], place: str) -> dict[str, Any]:
    only(table, {*_OF_ALL, "path"}, place)
    return {"path": required(table, "path", place, is_text, "the path of a folder")}


_KINDS: dict[str, Callable[[Mapping[str, Any], str], dict[str, Any]]] = {
    "dimse": _dimse,
    "dicomweb": _dicomweb,
    "folder": _folder,
}
