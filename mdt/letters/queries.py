"""Reading letters and their templates, always for somebody who may see the case or the team."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, undefer

from mdt.core.actor import Actor
from mdt.core.errors import NotFound
from mdt.letters import kinds
from mdt.letters.models import Letter, LetterTemplate
from mdt.meeting import queries as meetings
from mdt.outcome.follow_through import TOLD
from mdt.outcome.models import Milestone
from mdt.people import permissions, versions


@dataclass(frozen=True)
class Wording:
    """What a letter is filled from. Version 0 is the product's own, which no team has replaced yet."""

    kind: str
    version: int
    text: str


def of_case(session: Session, by: Actor, case_id: str) -> list[Letter]:
    """The letters about a case, newest first, for those who may see letters of its team."""
    permissions.require(by, "letter.see", meetings.case(session, by, case_id).meeting.team_id)
    made = select(Letter).where(Letter.case_id == case_id).order_by(Letter.made_at.desc(), Letter.id)
    return list(session.scalars(made))


def one(session: Session, by: Actor, case_id: str, letter_id: str) -> Letter:
    """A letter about this case, with its document."""
    permissions.require(by, "letter.see", meetings.case(session, by, case_id).meeting.team_id)
    wanted = select(Letter).where(Letter.id == letter_id, Letter.case_id == case_id).options(undefer(Letter.pdf))
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("There is no such letter about this case.")
    return found


def wording(session: Session, team_id: str, kind: str, on: date) -> Wording:
    """The wording in use that day."""
    held = versions.on(session, LetterTemplate, team_id, on, kind=kinds.require_kind(kind))
    return Wording(kind, held.version, held.text) if held else Wording(kind, 0, kinds.standard(kind))


def last_recipient(session: Session, patient_id: str, kind: str) -> tuple[str, str]:
    """To whom, and where, the last letter of this kind about the patient went; empty when there was none."""
    last = (
        select(Letter.recipient, Letter.address)
        .where(tuple_(Letter.patient_id, Letter.kind) == tuple_(patient_id, kind), Letter.status == "sent")
        .order_by(Letter.made_at.desc())
        .limit(1)
    )
    row = session.execute(last).first()
    return (row.recipient, row.address) if row else ("", "")


def told(session: Session, case_id: str) -> date | None:
    """The day on which the patient was told what this case's meeting decided, as the team recorded it last."""
    said = select(Milestone.day).where(Milestone.case_id == case_id, Milestone.kind == TOLD)
    return session.scalar(said.order_by(Milestone.at.desc()).limit(1))
