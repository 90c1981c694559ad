"""What others drew over a case's images, and the leaves in which it lies (`docs/wire.md` section 1)."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from mdt.core.actor import Actor
from mdt.core.errors import NotFound
from mdt.imaging import queries
from mdt.imaging.looking import layers
from mdt.imaging.queries import NO_SUCH_IMAGING
from mdt.meeting import queries as meetings
from mdt.people import queries as people
from mdt.web import reading
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("layers", __name__, url_prefix="/imaging")


@pages.get("/cases/<case_id>/layers.json")
@unattended
def of_case(case_id: str) -> Any:
    """The room asks for them when it opens a case, and again when more of them have come."""
    by = current_actor()
    with house().db.reading() as db:
        found, by = meetings.case_inside(db, by, case_id)
        patient_id, team_id = found.patient_id, found.meeting.team_id
        said = layers.of_patient(db, by, team_id=team_id, patient_id=patient_id)
        machine = people.shows_machine_layers(db, team_id)
    if said:  # an empty list is no look at anybody
        _look(by, "layers.read", case_id, f"case:{case_id}", patient_id)
    answer = jsonify({"case": case_id, "machine_shown": machine, "layers": said})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/layers/<instance_id>/<leaf>.json")
@unattended
def leaf(instance_id: str, leaf: str) -> Response:
    """What a layer draws; its address never changes meaning."""
    by = current_actor()
    with house().db.reading() as db:
        owned = queries.layer(db, instance_id, leaf)
        seen = [patient for patient in owned.patients if meetings.may_see_patient(db, by, patient)]
    if not seen:
        raise NotFound(NO_SUCH_IMAGING)
    for patient_id in owned.patients:
        _look(by, "layer.shown", (instance_id, patient_id), f"study:{owned.study_id}", patient_id)
    with house().store.open(leaf) as file:
        answer = Response(file.read(), mimetype="application/json")
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    answer.set_etag(leaf)
    answer.make_conditional(request.environ)
    return answer


def _look(by: Actor, what: str, of: object, subject: str, patient_id: str) -> None:
    with reading.one_look(by, what, of) as is_new:
        if is_new:
            with house().db.writing() as db:
                reading.of_one(db, by, what, subject, patient_id)
