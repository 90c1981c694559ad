"""The page of the live room, and of a past case as it was shown. What happens inside is told over the socket."""

import base64
import hmac
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, session, url_for

from mdt.core.clock import utc_now
from mdt.core.errors import NotFound
from mdt.live import recording
from mdt.meeting import queries
from mdt.people.permissions import require
from mdt.people.sessions import SignIn
from mdt.web import reading
from mdt.web.outcome import outcome_forms
from mdt.web.session import current_actor, house

pages = Blueprint("live", __name__)


@pages.get("/meetings/<meeting_id>/room")
def room(meeting_id: str) -> Any:
    """Members and admitted guests enter; anybody else is sent to the lobby."""
    by = current_actor()
    with house().db.writing() as db:
        try:
            meeting = queries.meeting(db, by, meeting_id)
        except NotFound:
            return redirect(url_for("lobby.page", meeting_id=meeting_id))
        reading.of_many(db, by, "room.entered", f"meeting:{meeting.id}", {case.patient_id for case in meeting.cases})
        forms = outcome_forms(db, meeting)
    return render_template("live/room.html", meeting=meeting, frames_key=frames_key(), outcome_forms=forms)


@pages.get("/cases/<case_id>/replay")
def replay(case_id: str) -> Any:
    """The room's own front end, fed from the log."""
    by = current_actor()
    with house().db.reading() as db:
        case = queries.case(db, by, case_id)
        require(by, "replay.see", case.meeting.team_id)
        forms = outcome_forms(db, case.meeting)
    return render_template(
        "live/replay.html", case=case, meeting=case.meeting, frames_key=frames_key(), outcome_forms=forms
    )


@pages.get("/cases/<case_id>/replay.json")
def replay_json(case_id: str) -> Any:
    """What the time line is made of (docs/wire.md, section 3); asking for it is the look that is audited."""
    by = current_actor()
    with house().db.writing() as db:
        told = recording.of_case(db, by, case_id, utc_now())
        patient_id = queries.case(db, by, case_id).patient_id
        reading.of_one(db, by, "case.replayed", f"case:{case_id}", patient_id)
    return jsonify(told)


def frames_key() -> str:
    """What seals the frames this person's browser keeps (ADR 7): their own, until they are signed out everywhere."""
    held = SignIn.read(session)
    if held is None:
        return ""
    whose = f"frames kept by browsers:{held.person_id}:{held.session_version}"
    return base64.b64encode(hmac.digest(house().settings.secret_key.encode(), whose.encode(), "sha256")).decode()
