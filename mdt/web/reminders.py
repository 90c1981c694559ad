"""What one is written to about, and what was written; and when a team's people are reminded."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.meeting.models import CutOffRule
from mdt.outbox import actions, kinds, queries, states
from mdt.people import versions
from mdt.people.models import Person
from mdt.reminders import settings
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("reminders", __name__)


@pages.get("/reminders/")
def page() -> Any:
    by = current_actor()
    with house().db.reading() as db:
        off, messages = queries.off(db, str(by.person_id)), queries.mine(db, by)
        address = db.get_one(Person, by.person_id).email
    return render_template(
        "outbox/reminders.html",
        choosable=[kind for kind in kinds.KINDS.values() if not kind.always],
        always=[kind for kind in kinds.KINDS.values() if kind.always],
        off=off,
        messages=messages,
        address=address,
        labels=states.LABELS,
        states=states,
        sends=house().settings.mail is not None,
        saved=request.args.get("saved") == "yes",
    )


@pages.post("/reminders/")
def choose() -> Any:
    with house().db.writing() as db:
        actions.choose(db, by=current_actor(), wanted=request.form.getlist("kind"), now=utc_now())
    return redirect(url_for(".page", saved="yes"))


@pages.get("/teams/<team_id>/reminders/")
def team(team_id: str) -> Any:
    return _team(team_id, Form())


@pages.post("/teams/<team_id>/reminders/")
def set_times(team_id: str) -> Any:
    form = Form(request.form)
    hour = form.parsed("hour", _number("Enter the hour as a whole number from 0 to 23."))
    warning = form.parsed("warning", _number("Enter a whole number of working hours, for example 8."))
    if hour is not None and warning is not None:
        with form.blaming("hour" if hour > 23 else "warning"), house().db.writing() as db:
            settings.set_times(db, by=current_actor(), team_id=team_id, hour=hour, warning_hours=warning, now=utc_now())
    if not form.is_good:
        return _team(team_id, form, 400)
    return redirect(url_for(".team", team_id=team_id, saved="yes"))


def _team(team_id: str, form: Form, status: int = 200) -> Response:
    by, today = current_actor(), in_london(utc_now()).date()
    with house().db.reading() as db:
        team = versions.team(db, by, team_id, "policy.set")
        held, rule = settings.of_team(db, team_id), versions.on(db, CutOffRule, team_id, today)
    page = render_template(
        "outbox/team.html", team=team, held=held, rule=rule, form=form, saved=request.args.get("saved") == "yes"
    )
    return make_response(page, status)


def _number(sentence: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 3):
            raise Invalid(sentence)
        return int(text)

    return read
