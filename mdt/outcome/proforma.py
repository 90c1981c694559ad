"""The form an outcome is written on: a core and a site block, versioned JSON Schemas (draft 2020-12), and a team's own.

The schemas lie in `proformas/`, one file for each version, and a version that was ever released never changes. Of the
vocabulary this reads what they use: `properties` (title, type, oneOf of const and title, items, minimum, maximum,
multipleOf, maxLength, format: date), and `allOf` of if/then, where `if` is {}, a `required` with `enum` or `contains`,
or the `not` of one, and `then` is `required`, a property that is `false`, or one with an `enum`; whatever else a file
says is refused at the first reading. An instance is a form without its empty values. Beside it our own words: `x-said`
and `x-told` for the read-back sentence; `x-cosd`, `x-block`, `x-compact`, `x-people`, `x-unit`, `x-lines`, `x-kind`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from mdt.core.errors import Invalid
from mdt.outcome import form as forms
from mdt.outcome.codes import Code
from mdt.outcome.form import Field

FOLDER = Path(__file__).parent / "proformas"
CORE = "core"
FIRST = "core-1"  # what outcomes were written on before proformas had versions
FILL, EMPTY, ONLY = "fill", "empty", "only"

_KEY = re.compile(r"[a-z]+-[1-9][0-9]{0,3}(\+(?!team-)[a-z]+-[1-9][0-9]{0,3})?(\+team-[0-9a-f]{32})?")


@dataclass(frozen=True)
class Rule:
    """`name` must be filled, empty or hold only `codes`, when in each field of `when` one of its codes is chosen.

    With `unless`, it must be so when those of `unless` are not chosen.
    """

    name: str
    must: str
    say: str
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    unless: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Proforma:
    """A form by its key, such as "core-2+colorectal-1": its fields in the order of the page, and its rules."""

    key: str
    title: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]
    by_name: Mapping[str, Field]


@dataclass(frozen=True)
class Part:
    """One file: a core, or the block of a site."""

    key: str
    title: str
    types: tuple[str, ...]
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]
    block_after: str = ""


@cache
def part(key: str) -> Part:
    """A core or block by its key; raises Invalid when this installation does not have it."""
    path = FOLDER / f"{key}.json"
    if not re.fullmatch(r"[a-z]+-[0-9]+", key) or not path.is_file():
        raise Invalid(f"This installation does not have the proforma {key[:60]!r}.")
    return read_schema(key, json.loads(path.read_text()))


@cache
def parts() -> tuple[Part, ...]:
    """Every version of every core and block, by name, the newest first."""
    keys = sorted((path.stem for path in FOLDER.glob("*.json")), key=_name_and_age)
    return tuple(part(key) for key in keys)


def newest(name: str) -> Part:
    return next(one for one in parts() if one.key.rpartition("-")[0] == name)


def labels(item: str) -> dict[str, str]:
    """The codes that the newest core has for an item of COSD, such as CR0470, each with what it is called."""
    return {code.code: code.label for one in newest(CORE).fields if one.cosd == item for code in one.codes}


def block_for(mdt_type: str) -> Part | None:
    """The newest block for a type of MDT (COSD CR3190), if there is one."""
    found = (one for one in parts() if mdt_type in one.types)
    return next(found, None)


def compose(core: str, block: str = "", team: str = "", extra: Iterable[Field] = ()) -> Proforma:
    """A core with a site block and a team's own fields (all optional) set in where the core says."""
    return _composed(core, block, team, tuple(extra))


@cache
def _composed(core: str, block: str, team: str, extra: tuple[Field, ...]) -> Proforma:
    base, site = part(core), part(block) if block else None
    own = (*(site.fields if site else ()), *extra)
    at = next((n for n, one in enumerate(base.fields, start=1) if one.name == base.block_after), 0)
    fields = _grouped([*base.fields[:at], *own, *base.fields[at:]])
    rules = (*base.rules, *(site.rules if site else ()))
    by_name = {one.name: one for one in fields}
    if len(by_name) < len(fields):
        raise Invalid("A proforma has two fields of the same name.")
    for rule in rules:
        _require_known(rule, by_name)
    key = "+".join(filter(None, [core, block, team and f"team-{team}"]))
    return Proforma(key, site.title if site else base.title, fields, rules, by_name)


def split(key: str) -> tuple[str, str, str]:
    """The core, the block or "", and the id of the team's own version or ""."""
    if not _KEY.fullmatch(key):
        raise Invalid(f"This installation does not have the proforma {key[:60]!r}.")
    core, *rest = key.split("+")
    team = rest.pop().removeprefix("team-") if rest and rest[-1].startswith("team-") else ""
    return core, rest[0] if rest else "", team


def read_schema(key: str, schema: dict[str, Any]) -> Part:
    """A schema's fields and rules; raises ValueError for anything it says that is not read here."""
    name, _, version = key.rpartition("-")
    if schema["$id"] != f"urn:mdt:proforma:{name}:{version}":
        raise ValueError(f"{key}: its $id is {schema['$id']}")
    known = {"$schema", "$id", "title", "type", "properties", "allOf", "x-mdt-types", "x-site-block-after"}
    _refuse(key, schema, known)
    fields = tuple(read_property(name, one) for name, one in schema["properties"].items())
    rules = tuple(_rule(key, one) for one in schema["allOf"])
    types = tuple(schema.get("x-mdt-types", ()))
    return Part(key, schema["title"], types, fields, rules, schema.get("x-site-block-after", ""))


_PROPERTY = {
    "title", "type", "oneOf", "items", "uniqueItems", "maxItems", "minimum", "maximum", "multipleOf", "maxLength",
    "format", "x-kind", "x-cosd", "x-told", "x-block", "x-compact", "x-people", "x-unit", "x-lines",
}  # fmt: skip


def read_property(name: str, schema: dict[str, Any]) -> Field:
    """One field of a form from the property that describes it."""
    _refuse(name, schema, _PROPERTY)
    kind = _kind(schema)
    listed = schema.get("oneOf") or schema.get("items", {}).get("oneOf") or []
    if kind == forms.TREATMENTS:
        listed = schema["items"]["properties"]["code"]["oneOf"]
    return Field(
        name=name,
        kind=kind,
        label=schema["title"],
        codes=tuple(Code(one["const"], one["title"], one.get("x-said", one["title"])) for one in listed),
        cosd=schema.get("x-cosd", ""),
        longest=schema.get("maxLength", forms.LONGEST_LINE),
        block=schema.get("x-block", ""),
        told=schema.get("x-told", ""),
        compact=schema.get("x-compact", False),
        people=schema.get("x-people", False),
        unit=schema.get("x-unit", ""),
        least=schema.get("minimum", 0),
        most=schema.get("maximum", 0),
        step=schema.get("multipleOf", 1),
    )


def _kind(schema: dict[str, Any]) -> str:
    match schema:
        case {"x-kind": ("treatments" | "actions") as kind}:
            return str(kind)
        case {"type": "string", "oneOf": _}:
            return forms.CODE
        case {"type": "array", "items": {"oneOf": _}}:
            return forms.CODES
        case {"type": "number", "minimum": _, "maximum": _}:
            return forms.NUMBER
        case {"type": "string", "format": "date"}:
            return forms.DATE
        case {"type": "string", "maxLength": _}:
            return forms.TEXT if schema.get("x-lines") else forms.LINE
    raise ValueError(f"no kind of field is described so: {schema}")


def _rule(key: str, schema: dict[str, Any]) -> Rule:
    _refuse(key, schema, {"$comment", "if", "then"})
    asked, then = schema["if"], schema["then"]
    unless = _chosen(asked["not"]) if "not" in asked else {}
    when = _chosen(asked) if asked and not unless else {}
    match then:
        case {"required": [str(name)]}:
            return Rule(name, FILL, schema["$comment"], when, (), unless)
        case {"properties": properties} if len(properties) == 1:
            [(name, held)] = properties.items()
            if held is False:
                return Rule(name, EMPTY, schema["$comment"], when, (), unless)
            listed = held["enum"] if "enum" in held else held["items"]["properties"]["code"]["enum"]
            return Rule(name, ONLY, schema["$comment"], when, tuple(listed), unless)
    raise ValueError(f"{key}: no rule is written so: {then}")


def _chosen(asked: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """{"required": [..], "properties": {name: enum or contains}} as name and codes."""
    _refuse("if", asked, {"required", "properties"})
    if set(asked["required"]) != set(asked["properties"]):
        raise ValueError(f"what is asked must be required: {asked}")
    found = {}
    for name, held in asked["properties"].items():
        one = held.get("contains", held)
        found[name] = tuple(one["enum"] if "enum" in one else one["properties"]["code"]["enum"])
    return found


def _require_known(rule: Rule, by_name: Mapping[str, Field]) -> None:
    """A rule speaks only of fields and codes that there are: a slip in a schema must not pass in silence."""
    for name, listed in (*rule.when.items(), *rule.unless.items(), (rule.name, rule.codes)):
        held = by_name.get(name)
        if held is None or not set(listed) <= {code.code for code in held.codes}:
            raise ValueError(f"a rule speaks of {name} {listed}, which the proforma does not have")


def _refuse(where: str, schema: dict[str, Any], known: set[str]) -> None:
    if strange := schema.keys() - known:
        raise ValueError(f"{where}: nothing reads {', '.join(sorted(strange))}")


def _grouped(fields: list[Field]) -> tuple[Field, ...]:
    """Fields of one heading stand together, headings in the order in which they first come."""
    order: dict[str, int] = {}
    for one in fields:
        order.setdefault(one.block, len(order))
    return tuple(sorted(fields, key=lambda one: order[one.block]))


def _name_and_age(key: str) -> tuple[str, int]:
    name, _, version = key.rpartition("-")
    return name, -int(version)


def own_field(name: str, schema: dict[str, Any], heading: str) -> Field:
    """A team's own field, which is never required; raises Invalid where its property cannot be read."""
    try:
        held = read_property(name, schema)
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(f"The field {name[:40]!r} is not described in a way this can read.") from error
    return replace(held, block=held.block or heading)
