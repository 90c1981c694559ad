"""An outcome as the live room's state holds it (docs/wire.md, section 2)."""

from typing import Any

from mdt.live.protocol import moment
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
        "proforma": outcome.proforma,
        **({"checked": check(outcome)} if outcome.is_checked else {}),
    }


def check(outcome: Outcome) -> dict[str, str | None]:
    """Who read it beside its typists, and when."""
    assert outcome.checked_at is not None
    return {"id": outcome.checked_by, "name": outcome.checked_name, "at": moment(outcome.checked_at)}


def signature(outcome: Outcome) -> dict[str, str | None] | None:
    """Who signed and when, or None."""
    if outcome.signed_at is None:
        return None
    return {"id": outcome.signed_by, "name": outcome.signed_name, "at": moment(outcome.signed_at)}
