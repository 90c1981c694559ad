"""What the live room keeps of an outcome: typing, signing and amending, decided by this chapter's actions."""

from typing import Any

from mdt.core.errors import Invalid, Stale
from mdt.live import kinds
from mdt.live.fields import our_id, whole
from mdt.live.kinds import Asked, Decision
from mdt.outcome import actions
from mdt.outcome.actions import Binding
from mdt.outcome.models import Outcome
from mdt.outcome.state import signature

HIGHEST = 1_000_000


def register() -> None:
    """Called once by the composition root."""
    kinds.register("outcome.set", set_field)
    kinds.register("outcome.sign", sign)
    kinds.register("outcome.amend", amend)


def set_field(asked: Asked) -> Decision:
    """`{case, patient, version, revision, field, value}`; the case must be the one the room has open."""
    binding = _binding(asked)
    if asked.state["case"] != binding.case_id:
        raise Stale("The meeting has moved on to another case, so nothing was saved.", _held(asked, binding.case_id))
    field = asked.body.get("field")
    if not isinstance(field, str):
        raise Invalid("The message names no field.")
    outcome = actions.set_field(
        asked.session,
        by=asked.by,
        binding=binding,
        revision=whole(asked.body, "revision", 0, HIGHEST),
        field=field,
        value=asked.body.get("value"),
        now=asked.now,
    )
    return _decision(outcome, field=field, value=outcome.form[field])


def sign(asked: Asked) -> Decision:
    """`{case, patient, version, revision}`: the revision the chair read."""
    revision = whole(asked.body, "revision", 0, HIGHEST)
    outcome = actions.sign(asked.session, by=asked.by, binding=_binding(asked), revision=revision, now=asked.now)
    return _decision(outcome, signed=signature(outcome))


def amend(asked: Asked) -> Decision:
    """`{case, patient, version, reason}`: the version it amends."""
    reason = asked.body.get("reason")
    if not isinstance(reason, str):
        raise Invalid("Give the reason for the amendment.")
    outcome = actions.amend(asked.session, by=asked.by, binding=_binding(asked), reason=reason, now=asked.now)
    return _decision(outcome, reason=outcome.reason, form=outcome.form)


def _binding(asked: Asked) -> Binding:
    return Binding(
        meeting_id=asked.meeting.id,
        case_id=our_id(asked.body, "case"),
        patient_id=our_id(asked.body, "patient"),
        version=whole(asked.body, "version", 1, HIGHEST),
    )


def _decision(outcome: Outcome, **body: Any) -> Decision:
    bound = {
        "case": outcome.case_id,
        "patient": outcome.patient_id,
        "version": outcome.version,
        "revision": outcome.revision,
    }
    return Decision(body={**bound, **body}, case=outcome.case_id, patient=outcome.patient_id)


def _held(asked: Asked, case_id: str) -> Any:
    return asked.state["cases"].get(case_id, {}).get("outcome")
