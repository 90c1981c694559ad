"""Begin a referral: to which team, which patient by NHS number, who that is, and whether the team has them already."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import utc_now
from mdt.core.errors import NotFound
from mdt.people.models import Team
from mdt.people.permissions import require
from mdt.record import nhs_number
from mdt.record.actions import add_patient
from mdt.record.models import Patient
from mdt.record.queries import patient_to_refer
from mdt.referral import actions, queries
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.listing import read_patient
from mdt.web.session import current_actor, house

pages = Blueprint("referring", __name__, url_prefix="/referrals/new")


@pages.get("/")
def ask() -> Any:
    """Which patient, to which team? Posted, so that the number stays out of addresses and histories."""
    require(current_actor(), "refer")
    form = Form(request.args) if request.args else Form()
    return _ask(form)


@pages.post("/")
def find() -> Any:
    """Known: is it them? Unknown: add them. Not a number: say what is wrong with it."""
    form, by = Form(request.form), current_actor()
    require(by, "refer")
    number = form.parsed("nhs", nhs_number.parse)
    team_id = form.required("team", "Select the team")
    if number is None or not team_id:
        return _ask(form, 400)
    with house().db.reading() as db:
        patient = patient_to_refer(db, by, number)
    return _who(form, patient.id) if patient else _new_patient(form)


@pages.post("/patient")
def new_patient() -> Any:
    form, by, now = Form(request.form), current_actor(), utc_now()
    require(by, "refer")
    asked = read_patient(form)
    if asked is not None:
        with form.blaming("nhs"), house().db.writing() as db:
            patient = add_patient(db, by=by, to_refer=True, now=now, **asked)
    if not form.is_good:
        return _new_patient(form, 400)
    return _who(form, patient.id)


@pages.post("/begin")
def begin() -> Any:
    """The draft is there from now on, and found again under “Referrals”."""
    with house().db.writing() as db:
        made = actions.begin(
            db,
            by=current_actor(),
            team_id=request.form.get("team", ""),
            patient_id=request.form.get("patient", ""),
            now=utc_now(),
        )
    return redirect(url_for("referrals.edit", referral_id=made.id))


def _ask(form: Form, status: int = 200) -> Response:
    with house().db.reading() as db:
        teams = queries.teams(db)
    return make_response(render_template("referral/new.html", form=form, teams=teams), status)


def _new_patient(form: Form, status: int = 200) -> Response:
    with house().db.reading() as db:
        team = _team(db.get(Team, form["team"]))
    return make_response(render_template("referral/new_patient.html", form=form, team=team), status)


def _who(form: Form, patient_id: str) -> Response:
    """The verified patient to confirm; and, to whoever refers, that the team has a referral, not what it says."""
    by = current_actor()
    with house().db.writing() as db:
        team, patient = _team(db.get(Team, form["team"])), db.get_one(Patient, patient_id)
        others = queries.others(db, team_id=team.id, patient_id=patient.id)
        reading.of_one(db, by, "patient.read", f"team:{team.id}", patient.id)
    page = render_template("referral/who.html", team=team, patient=patient, others=others)
    return make_response(page)


def _team(team: Team | None) -> Team:
    if team is None:
        raise NotFound("There is no such team.")
    return team
