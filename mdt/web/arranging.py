"""The meeting's call and how long its room is booked."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.meeting import actions, call, queries
from mdt.people.permissions import require
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("arranging", __name__, url_prefix="/meetings/<meeting_id>/arrange")


@pages.get("/")
def page(meeting_id: str) -> Any:
    return _page(meeting_id, Form())


@pages.post("/")
def arrange(meeting_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    minutes = form.parsed("minutes", whole_minutes)
    form.parsed("call", call.link)
    if form.is_good:
        with form.blaming("minutes"), house().db.writing() as db:
            actions.arrange(
                db, by=by, meeting_id=meeting_id, call_url=form["call"], planned_minutes=minutes, now=utc_now()
            )
    if not form.is_good:
        return _page(meeting_id, form, 400)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


def _page(meeting_id: str, form: Form, status: int = 200) -> Response:
    by = current_actor()
    with house().db.reading() as db:
        meeting = queries.meeting(db, by, meeting_id)
        require(by, "meeting.plan", meeting.team_id)
    return make_response(render_template("meeting/arrange.html", meeting=meeting, form=form), status)


def whole_minutes(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Invalid("Enter a whole number of minutes, for example 90")
    return int(text)
