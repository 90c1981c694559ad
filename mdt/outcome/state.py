"""An outcome as the live room's state holds it (docs/wire.md, section 2)."""

from datetime import UTC, datetime
from typing import Any

from mdt.outcome.models import Outcome


def as_state(outcome: Outcome) -> dict[str, Any]:
    """JSON of one version; the same as the room's fold of its events."""
    return {
        "case": outcome.case_id,
        "patient": outcome.patient_id,
        "version": outcome.version,
        "revision": outcome.revision,
        "status": outcome.status,
        "form": outcome.form,
        "changed": outcome.changed,
        "signed": signature(outcome),
        "reason": outcome.reason,
    }


def signature(outcome: Outcome) -> dict[str, str] | None:
    """Who signed and when, or None."""
    if outcome.signed_at is None:
        return None
    return {"name": outcome.signed_name, "at": moment(outcome.signed_at)}


def moment(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as everything on the wire."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
