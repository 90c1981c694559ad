"""Presentation states and key object selections of a case's patient (`docs/wire.md` section 1)."""

from typing import Any

from flask import Blueprint, jsonify

from mdt.core.actor import Actor
from mdt.imaging.looking import states
from mdt.meeting import queries as meetings
from mdt.web import reading
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("states", __name__, url_prefix="/imaging")


@pages.get("/cases/<case_id>/states.json")
@unattended
def of_case(case_id: str) -> Any:
    """The room asks for them when it opens a case, and again when more of them have come."""
    by = current_actor()
    with house().db.reading() as db:
        found, by = meetings.case_inside(db, by, case_id)
        patient_id = found.patient_id
        said = states.of_patient(db, by, team_id=found.meeting.team_id, patient_id=patient_id)
    if any(said.values()):  # an empty list is no look at anybody
        _look(by, case_id, patient_id)
    answer = jsonify({"case": case_id, **said})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _look(by: Actor, case_id: str, patient_id: str) -> None:
    with reading.one_look(by, "states.read", case_id) as is_new:
        if is_new:
            with house().db.writing() as db:
                reading.of_one(db, by, "states.read", f"case:{case_id}", patient_id)
