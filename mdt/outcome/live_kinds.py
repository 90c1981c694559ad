"""What the live room keeps of an outcome: typing, signing and amending, decided by this chapter's actions."""

from typing import Any

from sqlalchemy import select

from mdt.core.errors import Invalid, Stale
from mdt.live import kinds
from mdt.live.fields import our_id
from mdt.live.kinds import Asked, Decision
from mdt.outcome.messages import AMEND, CHECK, SET, SIGN, do
from mdt.outcome.models import Outcome
from mdt.outcome.ratifying import KIND
from mdt.outcome.state import check as checked_by
from mdt.outcome.state import signature


def register() -> None:
    """Called once by the composition root."""
    kinds.register(SET, set_field)
    kinds.register(CHECK, check)
    kinds.register(SIGN, sign)
    kinds.register(AMEND, amend)
    kinds.register(KIND, ratified)


def set_field(asked: Asked) -> Decision:
    """`{case, patient, version, revision, field, value}`; the case must be the one the room has open."""
    case = our_id(asked.body, "case")
    if asked.state["case"] != case:
        held = asked.state["cases"].get(case, {}).get("outcome")
        raise Stale("The meeting has moved on to another case, so nothing was saved.", held)
    outcome = _do(asked, SET)
    field = asked.body["field"]
    begun = {"proforma": outcome.proforma} if outcome.revision == 1 else {}
    return _decision(outcome, field=field, value=outcome.form[field], **begun)


def check(asked: Asked) -> Decision:
    """`{case, patient, version, revision}`: the revision that was read, by somebody who typed nothing of it."""
    outcome = _do(asked, CHECK)
    return _decision(outcome, checked=checked_by(outcome))


def sign(asked: Asked) -> Decision:
    """`{case, patient, version, revision}`: the revision the chair read."""
    outcome = _do(asked, SIGN)
    return _decision(outcome, signed=signature(outcome))


def amend(asked: Asked) -> Decision:
    """`{case, patient, version, reason}`: the version it amends."""
    outcome = _do(asked, AMEND)
    return _decision(outcome, reason=outcome.reason, form=outcome.form, proforma=outcome.proforma)


def ratified(asked: Asked) -> Decision:
    """`{case}`: the outcome that ratifying wrote in this transaction. No tab can ask for it by itself."""
    outcome = asked.session.scalar(select(Outcome).where(Outcome.case_id == our_id(asked.body, "case")))
    if asked.client is not None or outcome is None or outcome.standard_version_id is None:
        raise Invalid("Standards of care are ratified all in one act.")
    return _decision(outcome, form=outcome.form, proforma=outcome.proforma, signed=signature(outcome))


def _do(asked: Asked, kind: str) -> Outcome:
    return do(asked.session, by=asked.by, meeting_id=asked.meeting.id, kind=kind, body=asked.body, now=asked.now)


def _decision(outcome: Outcome, **body: Any) -> Decision:
    bound = {
        "case": outcome.case_id,
        "patient": outcome.patient_id,
        "version": outcome.version,
        "revision": outcome.revision,
    }
    return Decision(body={**bound, **body}, case=outcome.case_id, patient=outcome.patient_id)
