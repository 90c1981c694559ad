"""The lobby: who is not of the team knocks, waits, and is let in or not. They see the team's name and no more."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for

from mdt.core.clock import utc_now
from mdt.core.errors import NotFound
from mdt.live import queries as rooms
from mdt.meeting import guests
from mdt.web.forms import Form
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("lobby", __name__, url_prefix="/meetings/<meeting_id>/lobby")


@pages.get("/")
def page(meeting_id: str) -> Any:
    by = current_actor()
    with house().db.reading() as db:
        try:
            rooms.visible_meeting(db, by, meeting_id)
        except NotFound:
            return _page(meeting_id, Form())
    return redirect(url_for("live.room", meeting_id=meeting_id))


@pages.post("/")
def knock(meeting_id: str) -> Any:
    """With `withdraw`: they no longer wait."""
    form, by = Form(request.form), current_actor()
    with form.blaming("reason"), house().db.writing() as db:
        if form["withdraw"]:
            guests.withdraw(db, by=by, meeting_id=meeting_id, now=utc_now())
        else:
            guests.ask(db, by=by, meeting_id=meeting_id, reason=form["reason"], now=utc_now())
    return redirect(url_for(".page", meeting_id=meeting_id)) if form.is_good else _page(meeting_id, form, 400)


@pages.get("/now.json")
@unattended
def now(meeting_id: str) -> Any:
    """How it stands, asked every two seconds by the page of somebody who waits."""
    by = current_actor()
    with house().db.reading() as db:
        guests.name_at_the_door(db, meeting_id)
        asked = guests.newest(db, by, meeting_id)
    return jsonify(state=asked.state if asked else None)


def _page(meeting_id: str, form: Form, status: int = 200) -> Response:
    by = current_actor()
    with house().db.reading() as db:
        name = guests.name_at_the_door(db, meeting_id)
        asked = guests.newest(db, by, meeting_id)
    return make_response(
        render_template("live/lobby.html", name=name, asked=asked, form=form, meeting_id=meeting_id), status
    )
