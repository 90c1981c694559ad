"""Word a letter, make one of a signed outcome, say that it went. Nothing that was made is ever changed."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound, Stale
from mdt.core.words import long_date
from mdt.letters import kinds, markup, queries
from mdt.letters.models import Letter, LetterTemplate
from mdt.letters.values import NAMES, Subject
from mdt.meeting import queries as meetings
from mdt.meeting import states
from mdt.meeting.actions import reach
from mdt.meeting.models import Case, Meeting
from mdt.outcome import follow_through
from mdt.outcome import queries as outcomes
from mdt.outcome.models import Outcome
from mdt.outcome.team_proformas import by_key
from mdt.people import permissions, versions
from mdt.record.nhs_number import spaced

READY, SENT, DROPPED = "ready", "sent", "dropped"
LONGEST_LINE, LONGEST_ADDRESS = 120, 400


@dataclass(frozen=True)
class Draft:
    """A letter that is not made yet: all it will say, and what that depends on."""

    case_id: str
    patient_id: str
    outcome_id: str
    outcome_version: int
    wording: queries.Wording
    recipient: str
    address: str
    title: str
    blocks: list[markup.Block]
    sender: str
    day: str
    reference: str

    def document(self) -> dict[str, Any]:
        """What `typeset.pdf` sets."""
        said = {name: getattr(self, name) for name in ("sender", "day", "recipient", "title", "blocks", "reference")}
        return said | {"address": self.address.splitlines()}


def word(
    session: Session, *, by: Actor, team_id: str, kind: str, starts: date, text: str, now: datetime
) -> LetterTemplate:
    """The next version of a team's wording, used from `starts` on. Letters already made keep theirs."""
    permissions.require(by, "letter.word", team_id)
    before = versions.history(session, LetterTemplate, team_id, kind=kinds.require_kind(kind))
    made = versions.begin(
        session,
        LetterTemplate,
        act="letter.word",
        by=by,
        team_id=team_id,
        starts=starts,
        past="A wording cannot begin in the past: letters of those days are made.",
        now=now,
        kind=kind,
        version=max((one.version for one in before), default=0) + 1,
        text=markup.tidy(text, NAMES),
    )
    detail = {"kind": kind, "version": made.version, "starts": starts.isoformat()}
    audit.record(session, by, "letter.worded", f"team:{team_id}", detail=detail, now=now)
    return made


def draft(
    session: Session, *, by: Actor, case_id: str, kind: str, recipient: str, address: str, now: datetime
) -> Draft:
    """What the letter will say, from the version of the outcome that is in force."""
    case = meetings.case(session, by, case_id)
    permissions.require(by, "letter.make", case.meeting.team_id)
    outcome = _in_force(session, by, case)
    day = in_london(now).date()
    wording = queries.wording(session, case.meeting.team_id, kind, day)
    title, blocks = markup.fill(wording.text, Subject(case, outcome, by_key(session, outcome.proforma)).values())
    return Draft(
        case_id=case.id,
        patient_id=case.patient_id,
        outcome_id=outcome.id,
        outcome_version=outcome.version,
        wording=wording,
        recipient=_line("recipient", recipient),
        address=_address(address),
        title=title,
        blocks=blocks,
        sender=case.meeting.team.name,
        day=long_date(day),
        reference=f"NHS number {spaced(case.patient.nhs_number)}, outcome version {outcome.version}",
    )


def make(session: Session, *, by: Actor, made: Draft, pdf: bytes, now: datetime) -> Letter:
    """Keep the letter, ready to be sent; refused when another version was signed while it was being set."""
    case = meetings.case(session, by, made.case_id)
    permissions.require(by, "letter.make", case.meeting.team_id)
    if _in_force(session, by, case).id != made.outcome_id:
        raise Stale("Another version of the outcome was signed meanwhile; look at the letter again before it is made.")
    letter = Letter(
        case_id=made.case_id,
        patient_id=made.patient_id,
        outcome_id=made.outcome_id,
        outcome_version=made.outcome_version,
        kind=made.wording.kind,
        template_version=made.wording.version,
        recipient=made.recipient,
        address=made.address,
        title=made.title,
        blocks=made.blocks,
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        made_by=by.person_id,
        made_at=now,
    )
    session.add(letter)
    session.flush()
    _audit(session, by, "letter.made", letter, now)
    return letter


def send(
    session: Session,
    *,
    by: Actor,
    case_id: str,
    letter_id: str,
    sent_on: date,
    how: str,
    told_on: date | None,
    now: datetime,
) -> Letter:
    """Say that it went, when and how. The letter to the GP makes the case sent.

    A patient is told by somebody first, and never reads it in a letter: theirs needs the day on which that was, which
    is written down with it unless the team has done so already.
    """
    case, letter = _ready(session, by, case_id, letter_id)
    today, signed = in_london(now).date(), _in_force(session, by, case)
    if signed.id != letter.outcome_id:
        raise Stale("The outcome was amended since this letter was made: drop it, and make one of the new version.")
    if not in_london(letter.made_at).date() <= sent_on <= today:
        raise Invalid("Enter a day from when the letter was made until today.")
    if letter.kind == kinds.PATIENT:
        letter.told_on = _told(session, by, case, told_on, sent_on=sent_on, now=now)
    letter.status, letter.sent_on, letter.sent_how = SENT, sent_on, _line("way it went", how)
    letter.closed_by, letter.closed_at = by.person_id, now
    if letter.kind == kinds.GP and case.reached == states.SIGNED:
        session.get(Meeting, case.meeting_id, with_for_update=True)
        reach(session, by, case, states.SENT)
    _audit(session, by, "letter.sent", letter, now)
    return letter


def drop(session: Session, *, by: Actor, case_id: str, letter_id: str, why: str, now: datetime) -> Letter:
    """It will not be sent. It stays readable."""
    _, letter = _ready(session, by, case_id, letter_id)
    letter.status, letter.why = DROPPED, _line("reason", why)
    letter.closed_by, letter.closed_at = by.person_id, now
    _audit(session, by, "letter.dropped", letter, now)
    return letter


def _told(session: Session, by: Actor, case: Case, typed: date | None, *, sent_on: date, now: datetime) -> date:
    """The day on which the patient was told; one that nobody has recorded yet is."""
    known = queries.told(session, case.id)
    day = known or typed
    if day is None:
        raise Invalid("Say when the patient was told: nobody should learn of a decision from a letter.")
    if not in_london(case.meeting.starts_at).date() <= day <= sent_on:
        raise Invalid("The patient was told after the meeting and before the letter went: enter that day.")
    if known is None:
        follow_through.record(session, by=by, case_id=case.id, kind=follow_through.TOLD, day=day, now=now)
    return day


def _in_force(session: Session, by: Actor, case: Case) -> Outcome:
    outcome = outcomes.in_force(session, by, case.id)
    if outcome is None:
        raise Invalid("A letter is made of a signed outcome; this case has none yet.")
    return outcome


def _ready(session: Session, by: Actor, case_id: str, letter_id: str) -> tuple[Case, Letter]:
    case = meetings.case(session, by, case_id)
    permissions.require(by, "letter.make", case.meeting.team_id)
    wanted = select(Letter).where(Letter.id == letter_id, Letter.case_id == case_id).with_for_update()
    letter = session.scalar(wanted)
    if letter is None:
        raise NotFound("There is no such letter about this case.")
    if letter.status != READY:
        raise Stale("This letter was sent already." if letter.status == SENT else "This letter was dropped already.")
    return case, letter


def _line(what: str, text: str) -> str:
    tidy = " ".join(text.split())
    if not tidy:
        raise Invalid(f"Enter the {what}.")
    if len(tidy) > LONGEST_LINE:
        raise Invalid(f"The {what} must be {LONGEST_LINE} characters or fewer.")
    return tidy


def _address(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    tidy = "\n".join(line for line in lines if line)
    if len(tidy) > LONGEST_ADDRESS:
        raise Invalid(f"The address must be {LONGEST_ADDRESS} characters or fewer.")
    return tidy


def _audit(session: Session, by: Actor, act: str, letter: Letter, now: datetime) -> None:
    detail = {
        "letter": letter.id,
        "kind": letter.kind,
        "outcome": letter.outcome_id,
        "version": letter.outcome_version,
        "pdf": letter.pdf_sha256,
    }
    audit.record(session, by, act, f"case:{letter.case_id}", patient_id=letter.patient_id, detail=detail, now=now)
