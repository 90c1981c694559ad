"""Lock a meeting's list, having read what of which case is missing and who is to bring it; unlock it again."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import utc_now
from mdt.core.errors import Invalid, Stale
from mdt.imaging.standing import readiness
from mdt.meeting import actions, queries
from mdt.people.permissions import require
from mdt.preparation import locking, standing
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("locking", __name__, url_prefix="/meetings/<meeting_id>")


@pages.get("/lock")
def ask(meeting_id: str) -> Any:
    return _page(meeting_id, Form())


@pages.post("/lock")
def lock(meeting_id: str) -> Any:
    """The form carries what it showed to be missing: nobody locks a list on which something else is missing by now."""
    form, by = Form(request.form), current_actor()
    seen = request.form.getlist("seen")
    if seen and form["knowing"] != "yes":
        form.errors["knowing"] = "Confirm that the meeting goes ahead knowing what is missing"
    if form.is_good:
        try:
            with form.blaming("cases"), house().db.writing() as db:
                locking.lock(db, by=by, meeting_id=meeting_id, seen=seen, now=utc_now())
        except Stale as changed:
            form.errors["cases"] = str(changed)
            return _page(meeting_id, form, 409)
    if not form.is_good:
        return _page(meeting_id, form, 400)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


@pages.post("/unlock")
def unlock(meeting_id: str) -> Any:
    with house().db.writing() as db:
        actions.unlock_list(db, by=current_actor(), meeting_id=meeting_id, now=utc_now())
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


def _page(meeting_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        meeting = queries.meeting(db, by, meeting_id)
        require(by, "list.lock", meeting.team_id)
        if meeting.locked_at is not None or meeting.status == "closed":
            raise Invalid("The list of this meeting is locked already.")
        patients = {case.patient_id for case in meeting.cases}
        states = readiness.of_patients(db, patients, now=now)
        imaging = actions.lacking(db, by=by, meeting_id=meeting_id, now=now)
        stands = standing.of_meeting(db, meeting, now)
        seen = locking.seen(db, by=by, meeting_id=meeting_id, now=now)
        reading.of_many(db, by, "board.read", f"meeting:{meeting_id}", patients)
    page = render_template(
        "meeting/lock.html",
        meeting=meeting,
        states=states,
        imaging=imaging,
        stands=stands,
        lacking=[case for case in meeting.cases if case.id in imaging or stands.lacks(case.id)],
        seen=seen,
        form=form,
        now=now,
    )
    return make_response(page, status)
