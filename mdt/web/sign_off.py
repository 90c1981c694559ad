"""The end of the meeting: every outcome that waits, read one below the other and signed, each bound to its own."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, MdtError
from mdt.meeting import queries as meetings
from mdt.meeting import states
from mdt.meeting.models import Case, Meeting
from mdt.outcome import differences, happened, messages, queries, team_proformas
from mdt.outcome.checklist import Item, unticked
from mdt.outcome.completeness import Missing, missing
from mdt.outcome.differences import Difference
from mdt.outcome.models import Outcome, TeamProforma
from mdt.outcome.sentence import sentence
from mdt.people.permissions import may, require
from mdt.web import reading
from mdt.web.outcome import keep_or_do
from mdt.web.session import current_actor, house

pages = Blueprint("sign_off", __name__, url_prefix="/meetings/<meeting_id>/sign-off")


@dataclass(frozen=True)
class Row:
    """One outcome that waits for its signature."""

    case: Case
    outcome: Outcome
    sentence: str
    lacks: list[Missing]
    unticked: list[Item]
    changes: list[Difference]
    typed_it: bool  # the reader did
    waits_for_check: bool

    @property
    def can_be_signed(self) -> bool:
        return not self.lacks and not self.waits_for_check

    @property
    def bound(self) -> str:
        """What the reader has before them, as the form sends it back."""
        return f"{self.case.id} {self.case.patient_id} {self.outcome.version} {self.outcome.revision}"


@pages.get("/")
def page(meeting_id: str) -> Any:
    return _page(meeting_id, {}, [])


@pages.post("/")
def act(meeting_id: str) -> Any:
    """Sign, or check, what is ticked: each on its own, so that one that changed meanwhile holds up no other."""
    by, kind = current_actor(), request.form.get("act", "")
    if kind not in (messages.SIGN, messages.CHECK):
        raise Invalid("Choose whether to check or to sign.")
    with house().db.reading() as db:
        team = meetings.meeting(db, by, meeting_id).team_id
    require(by, kind, team)
    done, refused = [], {}
    for bound in request.form.getlist("bound"):
        case_id, body = _read(bound)
        try:
            with house().db.writing() as db:
                case = meetings.case(db, by, case_id)
                if case.meeting_id != meeting_id:
                    raise Invalid("That case is not on the agenda of this meeting.")
                keep_or_do(db, by, case, kind, body, op=str(uuid.uuid4()))
            done.append(case_id)
        except MdtError as error:
            refused[case_id] = str(error)
    if not done and not refused:
        refused[""] = "Tick the outcomes first."
    return _page(meeting_id, refused, done, kind), 409 if refused else 200


def _read(bound: str) -> tuple[str, dict[str, Any]]:
    parts = bound.split()
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts[2:]):
        raise Invalid("The form was not sent as it came.")
    case_id, patient, version, revision = parts
    return case_id, {"patient": patient, "version": int(version), "revision": int(revision)}


def _page(meeting_id: str, refused: dict[str, str], done: list[str], kind: str = "") -> str:
    by = current_actor()
    with house().db.writing() as db:
        meeting = meetings.meeting(db, by, meeting_id)
        require(by, "outcome.check", meeting.team_id)
        held = team_proformas.in_force(db, meeting.team_id, in_london(meeting.starts_at).date())
        found = {case.id: queries.versions(db, by, case.id) for case in meeting.cases}
        rows = [_row(db, by, case, found[case.id], held) for case in meeting.cases if _waits(found[case.id])]
        signed = [case for case in meeting.cases if found[case.id] and found[case.id][0].is_signed]
        nothing = [case for case in meeting.cases if not found[case.id]]
        reading.of_many(db, by, "outcomes.read", f"meeting:{meeting.id}", {case.patient_id for case in meeting.cases})
    return render_template(
        "outcome/sign_off.html",
        meeting=meeting,
        rows=rows,
        signed=signed,
        nothing=nothing,
        refused=refused,
        done=[case for case in meeting.cases if case.id in done],
        kind=kind,
        labels=states.LABELS,
        signs=may(by, messages.SIGN, meeting.team_id),
        names={case.id: case.patient for case in meeting.cases},
    )


def _waits(versions: list[Outcome]) -> bool:
    return bool(versions) and not versions[0].is_signed


def _row(db: Session, by: Actor, case: Case, versions: list[Outcome], held: TeamProforma | None) -> Row:
    outcome = versions[0]
    on = team_proformas.by_key(db, outcome.proforma)
    before = next((one.form for one in versions if one.is_signed), None)
    return Row(
        case=case,
        outcome=outcome,
        sentence=sentence(on, outcome.form),
        lacks=missing(on, outcome.form, _day(case.meeting)),
        unticked=unticked(happened.checklist_of(db, by, case.id)),
        changes=differences.between(on, before, outcome.form) if before is not None else [],
        typed_it=by.person_id in outcome.typists,
        waits_for_check=team_proformas.waits_for_check(held, outcome),
    )


def _day(meeting: Meeting) -> Any:
    return in_london(meeting.starts_at).date()
