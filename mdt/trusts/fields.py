"""Checking the fields of a table that a person wrote: each refusal names the place, the field and what it must be."""

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from mdt.core.errors import Invalid


def only(table: Mapping[str, Any], known: Collection[str], place: str) -> None:
    for field in table:
        if field not in known:
            near = difflib.get_close_matches(field, known, n=1)
            hint = f'; perhaps "{near[0]}" is meant' if near else f"; known are {', '.join(sorted(known))}"
            raise Invalid(f'{place}: the field "{field}" is not known{hint}.')


def required(table: Mapping[str, Any], field: str, place: str, good: Callable[[Any], bool], what: str) -> Any:
    if field not in table:
        raise Invalid(f'{place}: the field "{field}" is missing; it must be {what}.')
    return optional(table, field, place, good, what)


def optional(table: Mapping[str, Any], field: str, place: str, good: Callable[[Any], bool], what: str) -> Any:
    value = table.get(field)
    if value is not None and (isinstance(value, list | dict) or not good(value)):
        raise Invalid(f"{place}: {field} must be {what}, not {value!r}.")
    return value


def several(
    table: Mapping[str, Any], field: str, place: str, good: Callable[[Any], bool], what: str
) -> list[Any] | None:
    """A list with at least one entry, or None where the field is absent."""
    if field not in table:
        return None
    value = table[field]
    if not isinstance(value, list) or not value or not all(good(one) for one in value):
        raise Invalid(f"{place}: {field} must be {what}; not {value!r}.")
    return value


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_ods(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Z0-9]{3,8}", value) is not None


def is_ae(value: Any) -> bool:
    return (
        isinstance(value, str) and re.fullmatch(r"[ -\[\]-~]{1,16}", value) is not None and value == value.strip() != ""
    )


def is_port(value: Any) -> bool:
    return type(value) is int and 0 < value < 65536


def is_network(value: Any) -> bool:
    """An address or a network, e.g. 10.1.2.3 or 10.1.2.0/24."""
    try:
        return isinstance(value, str) and ip_network(value) is not None
    except ValueError:
        return False


def is_positive(value: Any) -> bool:
    return type(value) in (int, float) and value > 0


def is_date(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def is_url(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.password is None
