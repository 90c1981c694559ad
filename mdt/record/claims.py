"""A claimed identity as JSON, to keep beside its holder exactly as it was received."""

from dataclasses import asdict, fields
from datetime import date
from typing import Any

from mdt.trusts.source import ClaimedIdentity

_WHO = ("patient_id", "issuer", "other_ids", "family", "given", "birth_date", "sex")


def to_json(claimed: ClaimedIdentity) -> dict[str, Any]:
    value = asdict(claimed)
    value["birth_date"] = claimed.birth_date and claimed.birth_date.isoformat()
    value["other_ids"] = None if claimed.other_ids is None else list(claimed.other_ids)
    return value


def from_json(value: dict[str, Any]) -> ClaimedIdentity:
    known = {field.name: value[field.name] for field in fields(ClaimedIdentity) if field.name in value}
    if known.get("birth_date"):
        known["birth_date"] = date.fromisoformat(known["birth_date"])
    if known.get("other_ids") is not None:
        known["other_ids"] = tuple(known["other_ids"])
    return ClaimedIdentity(**known)


def says_the_same(one: ClaimedIdentity, other: ClaimedIdentity) -> bool:
    """Whether both name the same person in the same words, however much each peer was able to say about it."""
    return all(getattr(one, name) == getattr(other, name) for name in _WHO)
