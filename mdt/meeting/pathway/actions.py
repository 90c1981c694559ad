"""Begin a pathway, set its dates, take days off a clock as the tracking list did."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound, Stale
from mdt.meeting.models import Case, Meeting
from mdt.meeting.pathway import fields
from mdt.meeting.pathway.clock import Standard
from mdt.meeting.pathway.models import Pathway, PathwayAdjustment, PathwayChange
from mdt.meeting.queries import NO_SUCH_CASE
from mdt.people import permissions
from mdt.record.models import Patient
from mdt.trusts.models import Trust

LONGEST_WHY = 300
MOST_DAYS = 366


def begin(session: Session, *, by: Actor, patient_id: str, values: Mapping[str, Any], now: datetime) -> Pathway:
    """A new pathway of a patient with the dates known so far. The caller has asked whether `by` may.

    `values` by the names of `fields.LABELS`: days as dates, `kind` a `clock.Kind`, `holder_ods` an ODS code.
    """
    if session.get(Patient, patient_id) is None:
        raise NotFound("There is no such patient.")
    pathway = Pathway(patient_id=patient_id, version=0, begun_by=by.person_id, begun_at=now)
    session.add(pathway)
    session.flush()
    enter(session, by=by, pathway=pathway, values=values, now=now)
    pathway.version = max(1, pathway.version)
    session.flush()
    return pathway


def enter(session: Session, *, by: Actor, pathway: Pathway, values: Mapping[str, Any], now: datetime) -> list[str]:
    """Set what differs, each change kept with who and when; gives the fields that changed.

    For chapters that have asked whether `by` may: a referral that brings dates, an outcome that knows the patient told.
    """
    held = {name: getattr(pathway, name) for name in fields.LABELS}
    whole = fields.checked(held, values, in_london(now).date())
    if whole["holder_ods"] and session.get(Trust, whole["holder_ods"]) is None:
        raise Invalid("There is no trust with that code.")
    changed = [name for name in fields.LABELS if whole[name] != held[name] and (whole[name] or held[name])]
    if not changed:
        return []
    pathway.version += 1
    for name in changed:
        setattr(pathway, name, whole[name])
        session.add(
            PathwayChange(
                pathway_id=pathway.id,
                version=pathway.version,
                field=name,
                before=_text(held[name]),
                after=_text(whole[name]),
                by_id=by.person_id,
                by_name=by.name,
                at=now,
            )
        )
    detail = {"version": pathway.version, "fields": changed}
    audit.record(
        session, by, "pathway.set", f"pathway:{pathway.id}", patient_id=pathway.patient_id, detail=detail, now=now
    )
    session.flush()
    return changed


def set_of_case(
    session: Session, *, by: Actor, case_id: str, version: int, values: Mapping[str, Any], now: datetime
) -> Pathway:
    """The dates of the pathway a case is on, which begins with them where there is none; `version` as it was seen."""
    case = _case(session, by, case_id)
    pathway = session.get(Pathway, case.pathway_id, with_for_update=True) if case.pathway_id else None
    if (pathway.version if pathway else 0) != version:
        raise Stale("Somebody changed these dates since you opened them; nothing was saved. Read them again.")
    if pathway is None:
        pathway = begin(session, by=by, patient_id=case.patient_id, values=values, now=now)
        case.pathway_id = pathway.id
    else:
        enter(session, by=by, pathway=pathway, values=values, now=now)
    return pathway


def adjust_of_case(
    session: Session, *, by: Actor, case_id: str, standard: str, days: int, why: str, now: datetime
) -> PathwayAdjustment:
    """Note that the tracking list took days off one clock of a case's pathway."""
    case = _case(session, by, case_id)
    if case.pathway_id is None:
        raise Invalid("Enter the dates of the pathway first.")
    try:
        which = Standard(standard)
    except ValueError:
        raise Invalid("Choose the clock: 28, 31 or 62 days.") from None
    reason = " ".join(why.split())
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"Days taken off a clock are a whole number from 1 to {MOST_DAYS}.")
    if not reason or len(reason) > LONGEST_WHY:
        raise Invalid(f"Say why, in {LONGEST_WHY} characters or fewer.")
    taken = PathwayAdjustment(
        pathway_id=case.pathway_id, standard=which.value, days=days, why=reason, by_id=by.person_id, at=now
    )
    session.add(taken)
    detail = {"standard": which.value, "days": days}
    audit.record(
        session,
        by,
        "pathway.adjusted",
        f"pathway:{case.pathway_id}",
        patient_id=case.patient_id,
        detail=detail,
        now=now,
    )
    session.flush()
    return taken


def _case(session: Session, by: Actor, case_id: str) -> Case:
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    meeting = session.get(Meeting, case.meeting_id, with_for_update=True)
    assert meeting is not None
    permissions.require(by, "pathway.set", meeting.team_id)
    session.refresh(case)
    return case


def _text(value: Any) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
