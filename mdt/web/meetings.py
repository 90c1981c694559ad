"""My meetings, and a meeting's agenda."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid, Stale
from mdt.core.words import counted
from mdt.imaging.standing import readiness
from mdt.live.actions import keep
from mdt.meeting import call, cut_off, lines, queries
from mdt.meeting.models import Meeting
from mdt.meeting.moving import carrying, late, transfers
from mdt.meeting.places import arranging
from mdt.meeting.states import BEFORE
from mdt.meeting.triage import streams
from mdt.outcome import ratifying
from mdt.outcome.standards import planned
from mdt.people.permissions import may, require
from mdt.people.queries import names_of
from mdt.preparation import standing
from mdt.record.written import readable
from mdt.referral import queries as referred
from mdt.reminders import waiting
from mdt.web import reading
from mdt.web.session import current_actor, house

pages = Blueprint("meetings", __name__)

ON_THE_AGENDA = (
    "report.see",
    "cosd.see",
    "outcome.check",
    "policy.set",
    "case.list",
    "case.order",
    "list.lock",
    "list.unlock",
    "meeting.open",
    "meeting.close",
    "meeting.plan",
    "attendance.see",
    "replay.see",
    "case.triage",
    "case.promote",
    "case.late.approve",
    "case.move",
    "standard.ratify",
)

PAST_AT_ONCE = 12
NEAR = timedelta(weeks=3)  # meetings made further ahead, and still empty, are folded away

Change = Callable[[Session, Actor, datetime], None]


@dataclass(frozen=True)
class Listed:
    """A meeting as the list of meetings shows it; of a past one nobody asks any more for how many cases are ready."""

    meeting: Meeting
    cases: int
    ready: int | None


@pages.get("/meetings")
def mine() -> Any:
    """With `before` (ISO 8601) and `beyond` (a meeting), those held earlier: where the page before this one ended."""
    by, now = current_actor(), utc_now()
    today = in_london(now).date()
    midnight = in_london(now).replace(hour=0, minute=0, second=0, microsecond=0)
    before = min(_moment(request.args.get("before", "")) or midnight, midnight)
    beyond = request.args.get("beyond", "") if before < midnight else ""
    with house().db.reading() as db:
        coming = queries.coming_meetings(db, by, since=midnight)
        past = queries.past_meetings(db, by, before=before, beyond=beyond, most=PAST_AT_ONCE + 1)
        states = readiness.of_patients(
            db, {case.patient_id for one in coming for case in one.cases}, now=now, in_words=False
        )
        waits = waiting.of_person(db, by, now)
    listed = [Listed(meeting, len(meeting.cases), _ready(meeting, states)) for meeting in coming]
    ahead = [one for one in listed if in_london(one.meeting.starts_at).date() > today]
    far = [one for one in ahead if not one.cases and one.meeting.starts_at > now + NEAR]
    groups: dict[str, list[Listed]] = {
        "Today": [one for one in listed if in_london(one.meeting.starts_at).date() == today],
        "Coming": [one for one in ahead if one not in far],
        "Past": [Listed(meeting, len(meeting.cases), None) for meeting in past[:PAST_AT_ONCE]],
    }
    last = past[PAST_AT_ONCE - 1] if len(past) > PAST_AT_ONCE else None
    earlier = url_for(".mine", before=last.starts_at.isoformat(), beyond=last.id, _anchor="past") if last else None
    plans = any(may(by, "meeting.plan", team) for team in by.roles)
    return render_template(
        "meeting/mine.html",
        groups=groups,
        waits=waits,
        far=far,
        plans=plans,
        earlier=earlier,
        is_later=before < midnight,
    )


def _moment(text: str) -> datetime | None:
    """An aware moment from an address; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@pages.get("/meetings/<meeting_id>")
def agenda(meeting_id: str) -> Any:
    return _agenda_page(meeting_id)


@pages.get("/meetings/<meeting_id>/agenda.json")
def agenda_json(meeting_id: str) -> Any:
    """The agenda as the live room shows it at the side; every browser in it asks again whenever it changes."""
    by = current_actor()
    with house().db.reading() as db:
        meeting = queries.meeting(db, by, meeting_id)
        beside = lines.of_meeting(db, meeting, in_london(utc_now()).date())
        proposed = {one.case.id: one for one in ratifying.proposals(db, by, meeting_id)}
    patients = _patients(meeting)
    with reading.one_look(by, "agenda.read", (meeting.id, frozenset(patients))) as is_new:
        if is_new:
            with house().db.writing() as db:
                reading.of_many(db, by, "agenda.read", f"meeting:{meeting.id}", patients)
    return jsonify(
        meeting={
            "id": meeting.id,
            "title": meeting.team.name,
            "starts_at": meeting.starts_at.isoformat().replace("+00:00", "Z"),
            "status": meeting.status,
            "team": meeting.team.name,
            "mdt_type": meeting.team.mdt_type,
        },
        cases=[_case_json(beside[case.id], proposed.get(case.id)) for case in meeting.cases],
        may={act: may(by, act, meeting.team_id) for act in ("case.promote", "standard.ratify")},
    )


@pages.post("/meetings/<meeting_id>/order")
def order(meeting_id: str) -> Any:
    """Move one case before another, after it, or to a place. The form says which order it showed."""
    typed = request.form
    expected, case = typed.get("expected", "").split(), typed.get("case", "")
    to = typed.get("to", "") if typed.get("move") == "to" else None

    def act(db: Session, by: Actor, now: datetime) -> None:
        wanted = _moved(expected, case, to=to, before=typed.get("before"), after=typed.get("after"))
        arranging.put(db, by=by, meeting_id=meeting_id, expected=expected, order=wanted, why=arranging.MOVED, now=now)

    return change(meeting_id, act, anchor=f"to-{case}")  # the keyboard goes on where the case went


@pages.post("/meetings/<meeting_id>/open")
def open_meeting(meeting_id: str) -> Any:
    return change(meeting_id, _keep(meeting_id, "meeting.open"))


@pages.post("/meetings/<meeting_id>/close")
def close_meeting(meeting_id: str) -> Any:
    return change(meeting_id, _keep(meeting_id, "meeting.close"))


def _keep(meeting_id: str, kind: str) -> Change:
    """Through the live room's own log, so that everybody in the room sees it happen."""

    def act(db: Session, by: Actor, now: datetime) -> None:
        require(by, kind, queries.meeting(db, by, meeting_id).team_id)
        keep(db, by=by, meeting_id=meeting_id, op=str(uuid.uuid4()), kind=kind, body={}, now=now)

    return act


def change(meeting_id: str, act: Change, anchor: str = "agenda") -> Any:
    """Do it and show the agenda; a refusal is shown above the agenda as it is now."""
    try:
        with house().db.writing() as db:
            act(db, current_actor(), utc_now())
    except (Invalid, Stale) as refusal:
        return _agenda_page(meeting_id, str(refusal)), 409
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id, _anchor=anchor))


def _agenda_page(meeting_id: str, problem: str = "") -> str:
    by = current_actor()
    with house().db.writing() as db:
        meeting = queries.meeting(db, by, meeting_id)
        states = readiness.of_patients(db, _patients(meeting), now=utc_now(), in_words=False)
        stands = standing.of_meeting(db, meeting, utc_now())
        came_by = referred.of_cases(db, [case.id for case in meeting.cases])
        beside = lines.of_meeting(db, meeting, in_london(utc_now()).date())
        asked_late, declined = late.waiting(db, meeting.id), late.declined(db, meeting.id)
        held, offers = carrying.waiting(db, meeting.team_id), transfers.offers_to(db, meeting.team_id)
        slots, reckoned = arranging.reckoned(db, meeting, utc_now())
        undoes = arranging.to_undo(db, meeting.id, [case.id for case in meeting.cases])
        proposed = {one.case.id: one for one in ratifying.proposals(db, by, meeting.id)}
        rules = queries.cut_off_rules(db, [meeting.team_id]).get(meeting.team_id, ())
        locker = names_of(db, {meeting.locked_by}).get(meeting.locked_by or "", "the system")
        shown = _patients(meeting) | {one.patient_id for one in (*asked_late, *declined)}
        reading.of_many(db, by, "agenda.read", f"meeting:{meeting.id}", shown)
    allowed = {"team.see": meeting.team_id in by.roles} | {act: may(by, act, meeting.team_id) for act in ON_THE_AGENDA}
    said = readiness.summary([states[case.patient_id] for case in meeting.cases])
    return render_template(
        "meeting/agenda.html",
        call_host=call.host,
        meeting=meeting,
        states=states,
        stands=stands,
        locker=locker,
        closes=cut_off.of_meeting(meeting.starts_at, meeting.locked_at, rules),
        allowed=allowed,
        problem=problem,
        said=said,
        lines=beside,
        slots={slot.case: slot for slot in slots},
        reckoned=reckoned,
        undoes=undoes,
        referrals={case_id: one for case_id, one in came_by.items() if referred.is_team(by, one)},
        asked_late=asked_late,
        declined=declined,
        typed=request.form,
        elsewhere=_elsewhere(len(held), len(offers)),
        planned=planned,
        proposed=proposed,
        streams=streams.LABELS,
        before=BEFORE,
    )


def _elsewhere(held: int, offers: int) -> str:
    """What of the team's is on no list, in words; nothing when nothing is."""
    said = [f"{counted(held, 'case waits', 'cases wait')} for a meeting to be planned"] if held else []
    said += [f"{counted(offers, 'case is', 'cases are')} offered by another team"] if offers else []
    return "; ".join(said)


def _patients(meeting: Meeting) -> set[str]:
    return {case.patient_id for case in meeting.cases}


def _ready(meeting: Meeting, states: dict[str, readiness.Readiness]) -> int:
    return sum(states[case.patient_id].is_ready for case in meeting.cases)


def _moved(expected: list[str], case_id: str, *, to: str | None, before: str | None, after: str | None) -> list[str]:
    """`to`: a place, from 1; or `before` or `after` another case of the list; `before` nothing: at the end of it."""
    others = [one for one in expected if one != case_id]
    beside = after if before is None else before
    says_where = to is not None or (beside in (*expected, "") and (before is not None or after))
    if case_id not in expected or not says_where:
        raise Invalid("Say which case to move, and to which place, or before or after which other.")
    if to is not None:
        at = _place(to, len(expected)) - 1
    elif beside == case_id:
        return expected
    else:
        at = others.index(beside) + (before is None) if beside else len(others)
    return [*others[:at], case_id, *others[at:]]


def _place(text: str, cases: int) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= cases):
        raise Invalid(f"Enter the place the case is to have, from 1 to {cases}.")
    return int(text)


def _case_json(line: lines.Line, proposed: ratifying.Proposal | None) -> dict[str, Any]:
    case, patient = line.case, line.case.patient
    pressing = line.waiting.pressing if line.waiting else None
    told: dict[str, Any] = {
        "case": case.id,
        "position": case.position,
        "patient": {
            "id": patient.id,
            "family": patient.family,
            "given": readable(patient.given),
            "born": patient.birth_date.isoformat() if patient.birth_date else None,
            "sex": patient.sex,
            "nhs": patient.nhs_number,
        },
        "question": case.clinical_question,
        "status": case.status,
        "stream": case.stream,
        "notes": line.notes,
        "clock": pressing.say(line.waiting.today) if line.waiting and pressing else None,
        "standard": None,
        "missing": None,
    }
    if line.on_standard and line.triage is not None and line.triage.version is not None:
        told["standard"] = {
            "seen": proposed.seen if proposed else None,
            "says": proposed.says if proposed else None,
            "named": line.triage.version.called,
            "plan": planned(line.triage.version.treatments),
            "ratified": line.word.by_name if line.word else None,
            "waits": proposed is not None,
        }
    if case.stream == streams.NOT_READY and line.triage is not None:
        told["missing"] = f"{line.triage.missing}; {line.triage.owner} is to bring it"
    return told
