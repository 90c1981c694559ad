"""A team's library of standards of care: what each says, by whom it was approved, and when it is to be reviewed."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.meeting.triage import streams
from mdt.outcome import standards
from mdt.people.permissions import may, require
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("standards", __name__, url_prefix="/teams/<team_id>/standards")


@pages.get("/")
def page(team_id: str) -> Any:
    return _page(team_id, Form())


@pages.post("/")
def write(team_id: str) -> Any:
    """A new standard, or the next version of the one named in `standard`."""
    form, by = Form(request.form), current_actor()
    require(by, "standard.write", team_id)
    approved = form.day("approved", "Enter the day it was approved as day, month and year")
    review = form.day("review", "Enter the day of its review as day, month and year")
    if approved is not None and review is not None:
        with form.blaming("name"), house().db.writing() as db:
            standards.write(
                db,
                by=by,
                team_id=team_id,
                standard_id=form["standard"] or None,
                name=form["name"],
                criteria=form["criteria"],
                intent=form["intent"],
                treatments=[code for code in request.form.getlist("treatment") if code],
                no_treatment_reason=form["no_treatment_reason"],
                action=form["action"],
                within=int(form["within"]) if form["within"].isdigit() else standards.WITHIN,
                approved_by=form["approved_by"],
                approved_on=approved,
                review_on=review,
                now=utc_now(),
            )
    if not form.is_good:
        return _page(team_id, form, 400)
    return redirect(url_for(".page", team_id=team_id))


@pages.post("/<standard_id>/withdraw")
def withdraw(team_id: str, standard_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    with form.blaming(f"why-{standard_id}"), house().db.writing() as db:
        standards.withdraw(db, by=by, team_id=team_id, standard_id=standard_id, why=form["why"], now=utc_now())
    if not form.is_good:
        return _page(team_id, form, 400)
    return redirect(url_for(".page", team_id=team_id))


def _page(team_id: str, form: Form, status: int = 200) -> Response:
    by = current_actor()
    with house().db.reading() as db:
        team, held = standards.of_team(db, by, team_id)
    again = next((one for one in held if one.id == request.args.get("next") and not one.withdrawn_at), None)
    page = render_template(
        "meeting/standards.html",
        team=team,
        standards=held,
        form=form,
        again=again,
        writes=may(by, "standard.write", team_id),
        treatments=standards.TREATMENTS,
        intents=standards.INTENTS,
        reasons=standards.REASONS,
        within=standards.WITHIN,
        planned=standards.planned,
        overdue=streams.overdue,
        today=in_london(utc_now()).date(),
    )
    return make_response(page, status)
