"""The imaging board of a meeting: every case by every trust, right within two seconds without loading the page again.

Its script asks for `board.json` about once a second: the worker is another process and the database is the truth, so
somebody has to look there again and again, and one small answer asks anew for the rights of whoever looks. It is made
for all who look at once, and only if a stamp of four sums differs; 304 says that nothing changed. A stream of events
would save the asking and cost an open connection for each screen, its own renewal of rights, and a loop that looks as
often.
"""

import hashlib
import time
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import NotFound
from mdt.imaging.actions import request_gather
from mdt.imaging.standing import readiness
from mdt.imaging.standing.readiness import Readiness
from mdt.meeting import queries
from mdt.meeting.models import Case, Meeting
from mdt.people.permissions import may
from mdt.trusts.models import Trust
from mdt.trusts.queries import live_trusts
from mdt.web import reading
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("board", __name__, url_prefix="/meetings/<meeting_id>/imaging")

SHARED_FOR = 0.4  # seconds
LOOKED_AGAIN = 5.0  # seconds, however still it seems
NOT_READY = "not-ready"


@dataclass(frozen=True)
class Board:
    """What a board shows. `states` by patient; `only` are the cases left when those that are ready are hidden."""

    meeting: Meeting
    trusts: tuple[Trust, ...]
    states: dict[str, Readiness]
    only_not_ready: bool
    asks: bool

    @property
    def cases(self) -> list[Case]:
        return [one for one in self.meeting.cases if not (self.only_not_ready and self.states[one.patient_id].is_ready)]

    @property
    def said(self) -> str:
        return readiness.summary([self.states[case.patient_id] for case in self.meeting.cases])

    @property
    def is_moving(self) -> bool:
        return any(state.is_moving for state in self.states.values())


@dataclass(frozen=True)
class _Made:
    """An answer of the board: when it was made and of what, whether something moved then, and itself."""

    at: float
    stamp: Hashable
    moving: bool
    body: bytes
    tag: str

    def still_holds(self, stamp: Hashable, now: float) -> bool:
        return not self.moving and self.stamp == stamp and now - self.at < LOOKED_AGAIN


@pages.get("/")
def page(meeting_id: str) -> Any:
    by = current_actor()
    with house().db.writing() as db:
        board = _board(db, by, meeting_id)
        reading.of_many(db, by, "board.read", f"meeting:{meeting_id}", set(board.states))
    return render_template("meeting/board.html", board=board, meeting=board.meeting, now=utc_now())


@pages.get("/board.json")
@unattended
def now_json(meeting_id: str) -> Response:
    """The table anew, the sentence above it, and whether something moves; 304 when all is as it was."""
    by = current_actor()
    with house().db.reading() as db:
        meeting = queries.meeting(db, by, meeting_id)
    patients = frozenset(case.patient_id for case in meeting.cases)
    with reading.one_look(by, "board.read", (meeting_id, patients)) as is_new:
        if is_new:
            with house().db.writing() as db:
                reading.of_many(db, by, "board.read", f"meeting:{meeting_id}", patients)
    made = _shared(by, meeting)
    answer = make_response(made.body)
    answer.mimetype = "application/json"
    answer.set_etag(made.tag)
    answer.make_conditional(request)
    return answer


@pages.post("/ask")
def ask(meeting_id: str) -> Any:
    """Ask for one case again: every trust, or the one that is named after it."""
    by, now = current_actor(), utc_now()
    case_id, _, trust_ods = request.form.get("ask", "").partition(" ")
    with house().db.writing() as db:
        meeting = queries.meeting(db, by, meeting_id)
        case = next((one for one in meeting.cases if one.id == case_id), None)
        if case is None:
            raise NotFound(queries.NO_SUCH_CASE)
        request_gather(
            db, by=by, patient_id=case.patient_id, team_id=meeting.team_id, trust_ods=trust_ods or None, now=now
        )
    return redirect(url_for(".page", meeting_id=meeting_id, show=_shown(), _anchor=f"case-{case_id}"))


def _board(db: Session, by: Actor, meeting_id: str) -> Board:
    meeting, now = queries.meeting(db, by, meeting_id), utc_now()
    return Board(
        meeting=meeting,
        trusts=tuple(live_trusts(db, on=in_london(now).date())),
        states=readiness.of_patients(db, {case.patient_id for case in meeting.cases}, now=now),
        only_not_ready=bool(_shown()),
        asks=may(by, "imaging.ask", meeting.team_id) and meeting.status != "closed",
    )


def _shown() -> str | None:
    """The part of the address that hides what is ready."""
    return NOT_READY if request.args.get("show") == NOT_READY else None


def _shared(by: Actor, meeting: Meeting) -> _Made:
    """The answer for everybody who sees the same of this meeting; made anew only when something has changed."""
    made: dict[Hashable, _Made] = current_app.extensions.setdefault("mdt.boards", {})
    key = (meeting.id, bool(_shown()), may(by, "imaging.ask", meeting.team_id))
    there, began = made.get(key), time.monotonic()
    if there is not None and began - there.at < SHARED_FOR:
        return there
    with house().db.reading() as db:
        listed = [(case.id, case.position, case.patient_id) for case in meeting.cases]
        stamp = (
            meeting.status,
            meeting.locked_at,
            *listed,
            *readiness.stamp(db, {case.patient_id for case in meeting.cases}),
        )
        if there is not None and there.still_holds(stamp, began):
            return there
        board = _board(db, by, meeting.id)
    shown = {
        "moving": board.is_moving,
        "said": board.said,
        "about": render_template("meeting/board_about.html", meeting=board.meeting).strip(),
        "table": render_template("meeting/board_table.html", board=board, meeting=board.meeting),
    }
    body = current_app.json.dumps(shown).encode()
    for old in [other for other, one in made.items() if began - one.at > 60]:
        del made[old]
    made[key] = _Made(began, stamp, board.is_moving, body, hashlib.sha256(body).hexdigest()[:32])
    return made[key]
