"""Plan a meeting."""

from datetime import datetime, time
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.actor import Actor
from mdt.core.clock import LONDON, utc_now
from mdt.core.errors import Forbidden, Invalid
from mdt.meeting.actions import plan
from mdt.people.models import Team
from mdt.people.permissions import may
from mdt.people.queries import teams_of
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("planning", __name__, url_prefix="/meetings/plan")


@pages.get("/")
def ask() -> Any:
    return _page(Form(), _teams(current_actor()))


@pages.post("/")
def plan_meeting() -> Any:
    form, by = Form(request.form), current_actor()
    teams = _teams(by)
    if form["team"] not in {team.id for team in teams}:
        form.errors["team"] = "Select the team"
    day = form.day("starts", "Enter the day as day, month and year, for example 24 11 2026")
    at = form.parsed("time", time_of_day)
    if form.is_good and day is not None and at is not None:
        starts = datetime.combine(day, at, LONDON)
        if starts < utc_now():
            form.errors["starts"] = "The meeting must start in the future"
        else:
            with form.blaming("place"), house().db.writing() as db:
                meeting = plan(db, by=by, team_id=form["team"], starts_at=starts, place=form["place"], now=utc_now())
    if not form.is_good:
        return _page(form, teams, 400)
    return redirect(url_for("meetings.agenda", meeting_id=meeting.id))


def _teams(by: Actor) -> list[Team]:
    with house().db.reading() as db:
        teams = [team for team in teams_of(db, by) if may(by, "meeting.plan", team.id)]
    if not teams:
        raise Forbidden("Only a chair or a coordinator plans meetings.")
    return teams


def time_of_day(text: str) -> time:
    try:
        return datetime.strptime(text.replace(".", ":"), "%H:%M").time()
    except ValueError:
        raise Invalid("Enter the time as hours and minutes, for example 09:30") from None


def _page(form: Form, teams: list[Team], status: int = 200) -> Response:
    return make_response(render_template("meeting/plan.html", form=form, teams=teams), status)
