"""The four messages about an outcome, as the room and the page send them (docs/wire.md, section 2)."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid
from mdt.live import quorum_kept
from mdt.live.fields import our_id, whole
from mdt.meeting import quorum
from mdt.meeting.models import Meeting
from mdt.outcome import actions, happened, team_proformas
from mdt.outcome.actions import Binding
from mdt.outcome.checklist import unticked
from mdt.outcome.models import Outcome

SET, CHECK, SIGN, AMEND = "outcome.set", "outcome.check", "outcome.sign", "outcome.amend"

HIGHEST = 1_000_000


def do(session: Session, *, by: Actor, meeting_id: str, kind: str, body: dict[str, Any], now: datetime) -> Outcome:
    """Check the fields of a message and do what it asks."""
    binding = Binding(
        meeting_id=meeting_id,
        case_id=our_id(body, "case"),
        patient_id=our_id(body, "patient"),
        version=whole(body, "version", 1, HIGHEST),
    )
    if kind == AMEND:
        return actions.amend(session, by=by, binding=binding, reason=_text(body, "reason"), now=now)
    revision = whole(body, "revision", 0, HIGHEST)
    if kind == CHECK:
        return actions.check(session, by=by, binding=binding, revision=revision, now=now)
    if kind == SIGN:
        meeting, at = quorum_kept.discussed_at(session, binding.meeting_id, binding.case_id, now)
        quorum_kept.require(session, meeting, quorum.SIGNING, at)
        _require_checklist(session, by, meeting, binding.case_id)
        signed = actions.sign(session, by=by, binding=binding, revision=revision, now=now)
        quorum_kept.note(session, meeting, signed.case_id, signed.version, at)
        return signed
    if kind == SET:
        field, value = _text(body, "field"), body.get("value")
        return actions.set_field(session, by=by, binding=binding, revision=revision, field=field, value=value, now=now)
    raise Invalid("This is no message about an outcome.")


def _require_checklist(session: Session, by: Actor, meeting: Meeting, case_id: str) -> None:
    """Only where the team's policy says so; otherwise what is not ticked is said, and the chair decides."""
    held = team_proformas.in_force(session, meeting.team_id, in_london(meeting.starts_at).date())
    if held is not None and held.checklist_blocks:
        lacks = unticked(happened.checklist_of(session, by, case_id))
        if lacks:
            names = ", ".join(one.label.lower() for one in lacks)
            raise Invalid(f"Your team’s policy asks for the whole checklist before signing. Not touched yet: {names}.")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise Invalid(f"The message names no {name}.")
    return value
