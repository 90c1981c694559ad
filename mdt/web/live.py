"""The page of the live room. What happens inside it is told over the socket."""

import base64
import hmac
from typing import Any

from flask import Blueprint, render_template, session

from mdt.meeting import queries
from mdt.people.sessions import SignIn
from mdt.web import reading
from mdt.web.session import current_actor, house

pages = Blueprint("live", __name__)


@pages.get("/meetings/<meeting_id>/room")
def room(meeting_id: str) -> Any:
    by = current_actor()
    with house().db.writing() as db:
        meeting = queries.meeting(db, by, meeting_id)
        reading.of_many(db, by, "room.entered", f"meeting:{meeting.id}", {case.patient_id for case in meeting.cases})
    return render_template("live/room.html", meeting=meeting, frames_key=frames_key())


def frames_key() -> str:
    """What seals the frames this person's browser keeps (ADR 7): their own, until they are signed out everywhere."""
    held = SignIn.read(session)
    if held is None:
        return ""
    whose = f"frames kept by browsers:{held.person_id}:{held.session_version}"
    return base64.b64encode(hmac.digest(house().settings.secret_key.encode(), whose.encode(), "sha256")).decode()
