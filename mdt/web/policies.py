"""How a team prepares: its cut-off, whether opinions stay hidden, and its grades, each from a day on."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.meeting.actions import set_cut_off
from mdt.meeting.models import CutOffRule
from mdt.people import versions
from mdt.people.permissions import require
from mdt.preparation import policies
from mdt.preparation.models import PreparationPolicy
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("policies", __name__, url_prefix="/teams/<team_id>/preparation")


@pages.get("/")
def page(team_id: str) -> Any:
    return _page(team_id, Form())


@pages.post("/")
def set_policy(team_id: str) -> Any:
    """`what` says which of the two: the cut-off, or opinions and grades."""
    form, by = Form(request.form), current_actor()
    starts = form.day("starts" if form["what"] == "policy" else "from", "Enter the day as day, month and year")
    if starts is not None and form["what"] == "policy":
        grades = form.parsed("grades", _grades)
        if grades is not None:
            with form.blaming("starts"), house().db.writing() as db:
                policies.set_policy(
                    db, by=by, team_id=team_id, starts=starts, opinions_hidden=form["hidden"] == "yes", grades=grades,
                    now=utc_now(),
                )  # fmt: skip
    elif starts is not None:
        hours = form.parsed("hours", _hours)
        if hours is not None:
            with form.blaming("from"), house().db.writing() as db:
                set_cut_off(db, by=by, team_id=team_id, starts=starts, working_hours=hours, now=utc_now())
    if not form.is_good:
        return _page(team_id, form, 400)
    return redirect(url_for(".page", team_id=team_id))


def _page(team_id: str, form: Form, status: int = 200) -> Response:
    by, today = current_actor(), in_london(utc_now()).date()
    require(by, "policy.set", team_id)
    with house().db.reading() as db:
        team = versions.team(db, by, team_id)
        kept, rules = versions.told(db, PreparationPolicy, team_id), versions.told(db, CutOffRule, team_id)
        now, rule = policies.on(db, team_id, today), versions.on(db, CutOffRule, team_id, today)
    page = render_template(
        "preparation/policy.html",
        team=team,
        form=form,
        kept=kept,
        rules=rules,
        now=now,
        rule=rule,
        today=today,
    )
    return make_response(page, status)


def _hours(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Invalid("Enter a whole number of working hours, for example 16")
    return int(text)


def _grades(text: str) -> list[tuple[str, str]]:
    """One on each line: its code, a space, and what it means."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [(code, label.strip()) for code, _, label in (line.partition(" ") for line in lines)]
