"""A team's recurring meetings: the rule, the days to come, a day skipped, and the end of a series."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.meeting.series import actions, rule
from mdt.people.permissions import may, require
from mdt.web.arranging import whole_minutes
from mdt.web.forms import Form
from mdt.web.planning import time_of_day
from mdt.web.session import current_actor, house

pages = Blueprint("series", __name__, url_prefix="/teams/<team_id>/series")


@pages.get("/")
def page(team_id: str) -> Any:
    return _page(team_id, Form())


@pages.post("/")
def begin(team_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    require(by, "meeting.plan", team_id)
    starts = form.day("starts", "Enter the first day as day, month and year, for example 24 11 2026")
    at, booked = form.parsed("time", time_of_day), form.parsed("minutes", whole_minutes)
    weeks = form.parsed("weeks", _weeks)
    if form.is_good and starts is not None and at is not None and weeks is not None:
        with form.blaming("starts"), house().db.writing() as db:
            actions.begin(
                db,
                by=by,
                team_id=team_id,
                starts=starts,
                every_weeks=weeks,
                at=at,
                place=form["place"],
                planned_minutes=booked,
                on_bank_holidays=form["holidays"] == "yes",
                now=utc_now(),
            )
    return redirect(url_for(".page", team_id=team_id)) if form.is_good else _page(team_id, form, 400)


@pages.post("/<series_id>")
def change(team_id: str, series_id: str) -> Any:
    """`what`: skip a day with a reason, or end the series."""
    form, by = Form(request.form), current_actor()
    require(by, "meeting.plan", team_id)
    name = f"day-{series_id}"
    day = form.day(name, "Enter the day as day, month and year")
    if day is not None:
        with form.blaming(name), house().db.writing() as db:
            if form["what"] == "end":
                actions.end(db, by=by, team_id=team_id, series_id=series_id, last=day, now=utc_now())
            else:
                this = {"team_id": team_id, "series_id": series_id}
                actions.skip(db, by=by, day=day, reason=form["reason"], now=utc_now(), **this)
    return redirect(url_for(".page", team_id=team_id)) if form.is_good else _page(team_id, form, 400)


def _page(team_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.reading() as db:
        team, held = actions.of_team(db, by, team_id, now)
    plans = may(by, "meeting.plan", team_id)
    page = render_template("meeting/series.html", team=team, held=held, form=form, weeks=rule.WEEKS, plans=plans)
    return make_response(page, status)


def _weeks(text: str) -> int:
    if text not in map(str, rule.WEEKS):
        raise Invalid("Select how often the team meets")
    return int(text)
