"""Add a verified patient; decide whether a study is this patient's. Every act is attributable and reversible."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound
from mdt.people import permissions
from mdt.record import nhs_number
from mdt.record.clashes import STRONG
from mdt.record.findings import judge_links
from mdt.record.models import Link, Patient
from mdt.record.unasked import link_held

SEXES = ("F", "M", "O")
LONGEST_REASON = 1000


def add_patient(
    session: Session,
    *,
    by: Actor,
    nhs: str,
    family: str,
    given: str,
    birth_date: date | None,
    sex: str,
    now: datetime,
    team_id: str | None = None,
    to_refer: bool = False,
) -> Patient:
    """A patient whose NHS number was verified. Adding the same person again gives the one already there.

    `given` may be empty, for somebody of one name; `birth_date` is None where it is not known.
    Whoever may list cases for a team (`team_id`) may add the patient they are about to list, and whoever may refer
    (`to_refer`) the one they are about to refer.
    """
    if to_refer:
        permissions.require(by, "refer")
    elif team_id is None:
        permissions.require(by, "patients.add")
    else:
        permissions.require(by, "case.list", team_id)
    number = nhs_number.parse(nhs)
    family, given = " ".join(family.split()), " ".join(given.split())
    if not family:
        raise Invalid("Enter the patient's family name; somebody's only name is entered as that.")
    if sex not in SEXES:
        raise Invalid(f"{sex!r} is not a sex this record knows; enter F, M or O.")
    if birth_date is not None and not date(1870, 1, 1) <= birth_date <= now.date():
        raise Invalid("The date of birth must be in the past, and not before 1870.")
    there = session.scalar(select(Patient).where(Patient.nhs_number == number))
    if there is not None:
        same = (there.family.casefold(), there.given.casefold(), there.birth_date, there.sex)
        if same == (family.casefold(), given.casefold(), birth_date, sex):
            return there
        raise Invalid(f"NHS number {nhs_number.spaced(number)} already belongs to a patient with other details.")
    patient = Patient(nhs_number=number, family=family, given=given, birth_date=birth_date, sex=sex)
    session.add(patient)
    session.flush()
    audit.record(session, by, "patient.added", f"patient:{patient.id}", patient_id=patient.id, now=now)
    link_held(session, by=by, patient=patient, now=now)
    return patient


def decide_match(
    session: Session,
    *,
    by: Actor,
    team_id: str,
    patient_id: str,
    link_id: str,
    belongs: bool,
    reason: str,
    now: datetime,
) -> Link:
    """A person says whether a study is this patient's. Faces call `imaging.actions.decide_match`, which also brings it.

    `team_id` is a team whose agenda lists the patient: the face takes both from the case it was looking at.
    """
    permissions.require(by, "match.decide", team_id)
    link = session.get(Link, link_id, with_for_update=True, populate_existing=True)
    if link is None or link.patient_id != patient_id:
        raise NotFound("There is no such match for this patient.")
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("Enter the reason, so that others can see why this was decided.")
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"The reason must be {LONGEST_REASON} characters or fewer.")
    if link.status == "never":
        raise Invalid(f"This study cannot be linked to this patient: {link.why}.")
    if belongs and link.status == "auto":
        raise Invalid("This study is already linked: its identifiers agree.")
    if belongs:
        _refuse_if_another_persons(session, link)
    link.decision, link.reason = ("confirmed" if belongs else "refused"), reason
    link.decided_by, link.decided_at = by.person_id, now
    audit.record(
        session,
        by,
        "match.confirmed" if belongs else "match.refused",
        f"link:{link.id}",
        patient_id=patient_id,
        detail={"study": link.study_id, "trust": link.trust_ods, "team": team_id, "reason": reason},
        now=now,
    )
    judge_links(session, by=by, study_id=link.study_id, now=now)
    return link


def _refuse_if_another_persons(session: Session, link: Link) -> None:
    other = select(Link.id).where(
        Link.study_id == link.study_id, Link.patient_id != link.patient_id, Link.status.in_(STRONG)
    )
    if session.scalar(other.limit(1)) is not None:
        raise Invalid("This study is already linked to another patient; that link must be refused first.")
