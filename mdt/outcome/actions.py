"""Type a draft, sign it, amend what was signed. Everything is bound to meeting, case, patient and version."""

import hashlib
import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound, Stale
from mdt.meeting import progress, states
from mdt.meeting.actions import reach
from mdt.meeting.models import Case, Meeting
from mdt.meeting.queries import NO_SUCH_CASE
from mdt.outcome import form as forms
from mdt.outcome import owners
from mdt.outcome.completeness import missing
from mdt.outcome.deferring import carry_over
from mdt.outcome.models import Action, Outcome
from mdt.outcome.proforma import Proforma
from mdt.outcome.state import as_state
from mdt.outcome.team_proformas import by_key, in_force, of_meeting, waits_for_check
from mdt.people import permissions
from mdt.people.models import Person

LONGEST_REASON = 500
OPEN, TELL = "open", "tell"  # of an action: its status, and its kind


@dataclass(frozen=True)
class Binding:
    """What the typist was looking at. If any of it is no longer so, nothing is saved."""

    meeting_id: str
    case_id: str
    patient_id: str
    version: int


def set_field(
    session: Session, *, by: Actor, binding: Binding, revision: int, field: str, value: Any, now: datetime
) -> Outcome:
    """Save one field of the draft; the first one begins it. `revision` is the field's last one the typist saw."""
    case, outcome = _bound(session, by, "outcome.type", binding)
    if case.meeting.status == progress.PLANNED or (case.meeting.status == progress.OPEN and case.status != states.LIVE):
        raise _stale("This case is not the one being discussed, so nothing was saved.", outcome)
    if outcome is not None and outcome.is_signed:
        raise _stale("This outcome is signed; only an amendment can change it.", outcome)
    proforma = by_key(session, outcome.proforma) if outcome else of_meeting(session, case.meeting)
    kept = forms.read(proforma, field, value)
    if proforma.by_name[field].kind == forms.ACTIONS:
        people = owners.of_team(session, case.meeting.team_id, now)
        kept = owners.checked(people, outcome.form.get(field) if outcome else None, kept)
    if outcome is not None and outcome.changed.get(field, 0) > revision:
        raise _stale(f"{proforma.by_name[field].label}: somebody else changed this since you saw it.", outcome)
    if outcome is None:
        outcome = _draft(case, version=1, form={}, reason="", proforma=proforma.key)
        session.add(outcome)
    outcome.revision = (outcome.revision or 0) + 1
    outcome.form = {**outcome.form, field: kept}
    outcome.changed = {**outcome.changed, field: outcome.revision}
    outcome.changed_by, outcome.changed_at = by.person_id, now
    if by.person_id not in outcome.typists:
        outcome.typists = [*outcome.typists, by.person_id]
    outcome.checked_by, outcome.checked_name, outcome.checked_at, outcome.checked_revision = None, "", None, None
    _tell_case(session, by, case, outcome)
    _audit(session, by, "outcome.typed", outcome, now=now, field=field)
    return outcome


def check(session: Session, *, by: Actor, binding: Binding, revision: int, now: datetime) -> Outcome:
    """Somebody who did not type it has read the complete draft as it is at `revision`. Typing again undoes this."""
    case, outcome = _bound(session, by, "outcome.check", binding)
    if outcome is None:
        raise Invalid("There is nothing to check: no outcome has been recorded for this case.")
    if outcome.is_signed:
        raise _stale(f"This outcome is already signed by {outcome.signed_name}.", outcome)
    if outcome.revision != revision:
        raise _stale("The outcome changed since you read it; read it again before you check it.", outcome)
    if by.person_id in outcome.typists:
        raise Invalid("You typed in this outcome, so somebody else must check it.")
    _require_complete(session, case, outcome, "checked")
    outcome.checked_by, outcome.checked_name = by.person_id, by.name
    outcome.checked_at, outcome.checked_revision = now, outcome.revision
    if case.reached == states.DECIDED:
        reach(session, by, case, states.CHECKED)
    _audit(session, by, "outcome.checked", outcome, now=now, form=fingerprint(outcome.form))
    return outcome


def sign(session: Session, *, by: Actor, binding: Binding, revision: int, now: datetime) -> Outcome:
    """Make the draft the decision, exactly as the chair read it at `revision`; its actions become rows."""
    case, outcome = _bound(session, by, "outcome.sign", binding)
    if outcome is None:
        raise Invalid("There is nothing to sign: no outcome has been recorded for this case.")
    if outcome.is_signed:
        raise _stale(f"This outcome is already signed by {outcome.signed_name}.", outcome)
    if outcome.revision != revision:
        raise _stale("The outcome changed since you read it; read it again before you sign.", outcome)
    _require_complete(session, case, outcome, "signed")
    held = in_force(session, case.meeting.team_id, in_london(case.meeting.starts_at).date())
    if waits_for_check(held, outcome):
        raise Invalid(
            "Your team’s policy asks that somebody who did not type this outcome checks it before it is signed."
        )
    _put_signature(session, by, case, outcome, now)
    _audit(session, by, "outcome.signed", outcome, now=now, form=fingerprint(outcome.form))
    carry_over(session, by=by, case=case, outcome=outcome, now=now)
    return outcome


def ratified(
    session: Session,
    *,
    by: Actor,
    case: Case,
    form: dict[str, Any],
    proforma: Proforma,
    standard_version_id: str,
    sorted_by: str | None,
    now: datetime,
) -> Outcome:
    """The outcome of a case whose standard of care was ratified in this transaction, signed as it is composed.

    For `outcome.ratifying`, which asked who may. `sorted_by` put the case on the standard, as others type an outcome.
    """
    if session.scalar(select(Outcome.id).where(Outcome.case_id == case.id).limit(1)) is not None:
        raise Invalid("A case on a standard of care has an outcome already. Sort it into full discussion, then ratify.")
    outcome = _draft(case, version=1, form=form, reason="", proforma=proforma.key)
    outcome.revision, outcome.changed = 1, dict.fromkeys(form, 1)
    outcome.changed_by, outcome.changed_at = by.person_id, now
    outcome.typists = [sorted_by] if sorted_by else []
    outcome.standard_version_id = standard_version_id
    session.add(outcome)
    session.flush()
    _require_complete(session, case, outcome, "signed")
    _put_signature(session, by, case, outcome, now)
    _audit(session, by, "outcome.ratified", outcome, now=now, form=fingerprint(outcome.form))
    return outcome


def amend(session: Session, *, by: Actor, binding: Binding, reason: str, now: datetime) -> Outcome:
    """Begin the next version from the signed one, which stays in force until the new one is signed."""
    case, outcome = _bound(session, by, "outcome.amend", binding)
    if outcome is None or not outcome.is_signed:
        raise _stale("Only a signed outcome can be amended; this one is still a draft.", outcome)
    why = " ".join(reason.split()) if isinstance(reason, str) else ""
    if not why:
        raise Invalid("Give the reason for the amendment.")
    if len(why) > LONGEST_REASON:
        raise Invalid(f"The reason must be {LONGEST_REASON} characters or fewer.")
    draft = _draft(
        case, version=outcome.version + 1, form=deepcopy(outcome.form), reason=why, proforma=outcome.proforma
    )
    draft.changed_by, draft.changed_at = by.person_id, now
    draft.standard_version_id = outcome.standard_version_id
    session.add(draft)
    _audit(session, by, "outcome.amended", draft, now=now, amends=outcome.version)
    return draft


def _put_signature(session: Session, by: Actor, case: Case, outcome: Outcome, now: datetime) -> None:
    """Its actions become rows, and the case is signed."""
    outcome.actions = _actions(session, outcome, owners.of_team(session, case.meeting.team_id, now))
    session.flush()  # before the signature: the database takes no action for a signed outcome
    outcome.status, outcome.signed_by, outcome.signed_name, outcome.signed_at = "signed", by.person_id, by.name, now
    if not case.reached:
        reach(session, by, case, states.DECIDED)
    case.decided_at = now
    reach(session, by, case, states.SIGNED)


def _bound(session: Session, by: Actor, act: str, binding: Binding) -> tuple[Case, Outcome | None]:
    """The case, locked with its meeting, and its newest version; refused unless all is as the binding says."""
    case = session.get(Case, binding.case_id)
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    meeting = session.get(Meeting, case.meeting_id, with_for_update=True)
    assert meeting is not None
    permissions.require(by, act, meeting.team_id)
    session.refresh(case)
    outcome = session.scalar(
        select(Outcome).where(Outcome.case_id == case.id).order_by(Outcome.version.desc()).limit(1)
    )
    if (case.meeting_id, case.patient_id) != (binding.meeting_id, binding.patient_id):
        raise _stale(
            "What you typed is bound to another patient or meeting than this case, so nothing was saved.", outcome
        )
    if binding.version != (outcome.version if outcome else 1):
        raise _stale("There is a newer version of this outcome; nothing was saved.", outcome)
    return case, outcome


def _tell_case(session: Session, by: Actor, case: Case, outcome: Outcome) -> None:
    """The case is decided as soon as its first version says what; what is signed stays so while it is amended."""
    if case.reached in ("", states.DECIDED, states.CHECKED):
        decided = not forms.is_empty(outcome.form.get("decision"))
        if decided or case.reached:
            reach(session, by, case, states.DECIDED if decided else states.DISCUSSED)


def _require_complete(session: Session, case: Case, outcome: Outcome, what: str) -> None:
    lacks = missing(by_key(session, outcome.proforma), outcome.form, in_london(case.meeting.starts_at).date())
    if lacks:
        raise Invalid(f"This outcome is not ready to be {what}. " + " ".join(each.say for each in lacks))


def _actions(session: Session, outcome: Outcome, people: Sequence[Person]) -> list[Action]:
    """Those of the form, and telling the patient. What the version before had closed stays so where it is the same."""
    wanted = [
        Action(
            position=position,
            kind="",
            key=action["id"],
            text=action["text"].strip(),
            owner=action["owner"].strip(),
            person_id=action.get("person") or owners.named(people, action["owner"]),
            due=date.fromisoformat(action["due"]),
            status=OPEN,
        )
        for position, action in enumerate(outcome.form.get("actions") or [], start=1)
    ]
    told, by_when = outcome.form["tell_who"].strip(), date.fromisoformat(outcome.form["tell_by"])
    wanted.append(
        Action(
            position=len(wanted) + 1,
            kind=TELL,
            key="",
            text="Tell the patient",
            owner=told,
            person_id=owners.named(people, told),
            due=by_when,
            status=OPEN,
        )
    )
    before = select(Action).join(Outcome).where(Outcome.case_id == outcome.case_id, Outcome.version < outcome.version)
    for earlier in session.scalars(before.order_by(Outcome.version)):
        same = next((one for one in wanted if (one.kind, one.key) == (earlier.kind, earlier.key)), None)
        if same is not None and earlier.kind != TELL and (same.text, same.owner) == (earlier.text, earlier.owner):
            same.status, same.note = earlier.status, earlier.note
            same.closed_by, same.closed_name, same.closed_at = earlier.closed_by, earlier.closed_name, earlier.closed_at
    return wanted


def _draft(case: Case, *, version: int, form: dict[str, Any], reason: str, proforma: str) -> Outcome:
    return Outcome(
        meeting_id=case.meeting_id,
        case_id=case.id,
        patient_id=case.patient_id,
        version=version,
        revision=0,
        status="draft",
        form=form,
        changed={},
        reason=reason,
        proforma=proforma,
        typists=[],
    )


def _stale(sentence: str, outcome: Outcome | None) -> Stale:
    return Stale(sentence, as_state(outcome) if outcome else None)


def fingerprint(form: dict[str, Any]) -> str:
    """What exactly was signed, provable later without writing clinical text into the audit."""
    text = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _audit(session: Session, by: Actor, act: str, outcome: Outcome, *, now: datetime, **detail: str | int) -> None:
    session.flush()
    audit.record(
        session,
        by,
        act,
        f"case:{outcome.case_id}",
        patient_id=outcome.patient_id,
        detail={"outcome": outcome.id, "version": outcome.version, "revision": outcome.revision, **detail},
        now=now,
    )
