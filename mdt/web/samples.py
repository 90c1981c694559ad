"""The audit of a team's standards of care: draw a sample of a period, and review its cases."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.people.permissions import may, require
from mdt.reports import actions, period, samples
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("samples", __name__, url_prefix="/teams/<team_id>/audit")


@pages.get("/")
def page(team_id: str) -> Any:
    return _page(team_id, Form())


@pages.post("/")
def draw(team_id: str) -> Any:
    by, form = current_actor(), Form(request.form)
    require(by, "sample.draw", team_id)
    first = form.day("from", "Enter the first day as day, month and year")
    last = form.day("to", "Enter the last day as day, month and year")
    if first is not None and last is not None:
        with form.blaming("to"), house().db.writing() as db:
            asked = period.checked(first, last)
            made = actions.draw(db, by=by, team_id=team_id, period=asked, now=utc_now())
    if not form.is_good:
        return _page(team_id, form, 400)
    return redirect(url_for(".sample", team_id=team_id, sample_id=made.id))


@pages.get("/<sample_id>/")
def sample(team_id: str, sample_id: str) -> Any:
    return _sample(team_id, sample_id, Form())


@pages.post("/<sample_id>/<case_id>")
def review(team_id: str, sample_id: str, case_id: str) -> Any:
    by, form = current_actor(), Form(request.form)
    require(by, "sample.review", team_id)
    with form.blaming(f"agrees-{case_id}"), house().db.writing() as db:
        samples.one(db, by, team_id, sample_id)
        if form["agrees"] not in ("yes", "no"):
            raise Invalid("Say whether the standard of care was right for this case.")
        actions.review(
            db, by=by, sample_id=sample_id, case_id=case_id, agrees=form["agrees"] == "yes", note=form["note"],
            now=utc_now(),
        )  # fmt: skip
    if not form.is_good:
        return _sample(team_id, sample_id, form, 400, case_id)
    return redirect(url_for(".sample", team_id=team_id, sample_id=sample_id, _anchor=f"case-{case_id}"))


def _page(team_id: str, form: Form, status: int = 200) -> Response:
    by, today = current_actor(), in_london(utc_now()).date()
    with house().db.reading() as db:
        team, found = samples.of_team(db, by, team_id)
    page = render_template(
        "reports/samples.html",
        team=team,
        samples=found,
        form=form,
        last=period.usual(today)["Last quarter"],
        draws=may(by, "sample.draw", team_id),
    )
    return make_response(page, status)


def _sample(team_id: str, sample_id: str, form: Form, status: int = 200, at: str = "") -> Response:
    by = current_actor()
    with house().db.writing() as db:
        found = samples.one(db, by, team_id, sample_id)
        patients = {one.case.patient_id for one in found.cases}
        reading.of_many(db, by, "sample.read", f"team:{team_id}", patients)
    page = render_template(
        "reports/sample.html",
        team_id=team_id,
        sample=found,
        form=form,
        at=at,
        reviews=may(by, "sample.review", team_id),
    )
    return make_response(page, status)
