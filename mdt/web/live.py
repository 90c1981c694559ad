"""The page of the live room. What happens inside it is told over the socket."""

from typing import Any

from flask import Blueprint, render_template

from mdt.meeting import queries
from mdt.web import reading
from mdt.web.session import current_actor, house

pages = Blueprint("live", __name__)


@pages.get("/meetings/<meeting_id>/room")
def room(meeting_id: str) -> Any:
    by = current_actor()
    with house().db.writing() as db:
        meeting = queries.meeting(db, by, meeting_id)
        reading.of_many(db, by, "room.entered", f"meeting:{meeting.id}", {case.patient_id for case in meeting.cases})
    return render_template("live/room.html", meeting=meeting)
