"""List a case: the NHS number first, then the verified patient to confirm, then the clinical question."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from mdt.core.clock import utc_now
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import queries
from mdt.meeting.models import Meeting
from mdt.people.permissions import may, require
from mdt.record import nhs_number
from mdt.record.actions import add_patient
from mdt.record.models import Patient
from mdt.record.queries import patient_by_nhs
from mdt.referral import along
from mdt.web import reading
from mdt.web.formats import SEXES
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("listing", __name__, url_prefix="/meetings/<meeting_id>/list")


@pages.get("/")
def ask(meeting_id: str) -> Any:
    """Which patient? Asked by NHS number, posted so that it stays out of addresses and histories."""
    with house().db.reading() as db:
        meeting = _meeting(db, meeting_id)
    return _page("number", meeting, Form())


@pages.post("/")
def find(meeting_id: str) -> Any:
    """Known: on to confirming who it is. Unknown: add them. Not a number: say what is wrong with it."""
    form = Form(request.form)
    number = form.parsed("nhs", nhs_number.parse)
    with house().db.reading() as db:
        meeting = _meeting(db, meeting_id)
        if number is None:
            return _page("number", meeting, form, 400)
        try:
            patient = patient_by_nhs(db, current_actor(), number)
        except NotFound:
            return _page("new_patient", meeting, Form(request.form))
    return redirect(url_for(".question", meeting_id=meeting_id, patient_id=patient.id))


@pages.post("/new-patient")
def new_patient(meeting_id: str) -> Any:
    form = Form(request.form)
    asked = read_patient(form)
    with house().db.reading() as db:
        meeting = _meeting(db, meeting_id)
    if asked is not None:
        by, now = current_actor(), utc_now()
        with form.blaming("nhs"), house().db.writing() as db:
            patient = add_patient(db, by=by, team_id=meeting.team_id, now=now, **asked)
    if not form.is_good:
        return _page("new_patient", meeting, form, 400)
    return redirect(url_for(".question", meeting_id=meeting_id, patient_id=patient.id))


@pages.get("/<patient_id>")
def question(meeting_id: str, patient_id: str) -> Any:
    """Is this the right person, and what is the question?"""
    with house().db.writing() as db:
        meeting, patient = _meeting(db, meeting_id), _patient(db, patient_id)
        reading.of_one(db, current_actor(), "patient.read", f"meeting:{meeting.id}", patient.id)
    return _page("question", meeting, Form(), patient=patient)


@pages.post("/<patient_id>")
def list_case(meeting_id: str, patient_id: str) -> Any:
    """On the agenda, and every live trust is asked for imaging from this moment on; onto a locked list if approved."""
    form, by, now = Form(request.form), current_actor(), utc_now()
    this: dict[str, Any] = {"by": by, "meeting_id": meeting_id, "patient_id": patient_id, "now": now}
    anchor, question = "agenda", form["clinical_question"]
    late_one = "reason" in request.form
    with form.blaming("reason" if late_one and question.strip() else "clinical_question"), house().db.writing() as db:
        _meeting(db, meeting_id)
        if late_one:
            along.ask_late(db, question=question, reason=form["reason"], **this)
        else:
            anchor = f"case-{along.list_at_once(db, clinical_question=question, **this).id}"
    if form.is_good:
        return redirect(url_for("meetings.agenda", meeting_id=meeting_id, _anchor=anchor))
    with house().db.reading() as db:
        meeting, patient = _meeting(db, meeting_id), _patient(db, patient_id)
    return _page("question", meeting, form, 400, patient=patient)


def _meeting(db: Session, meeting_id: str) -> Meeting:
    meeting = queries.meeting(db, current_actor(), meeting_id)
    require(current_actor(), "case.list", meeting.team_id)
    return meeting


def _patient(db: Session, patient_id: str) -> Patient:
    patient = db.get(Patient, patient_id)
    if patient is None:
        raise NotFound("There is no such patient.")
    return patient


def read_patient(form: Form) -> dict[str, Any] | None:
    """What `add_patient` needs, or None with the mistakes in the form."""
    asked: dict[str, Any] = {
        "nhs": form.parsed("nhs", nhs_number.parse),
        "family": form.required("family", "Enter the family name"),
        "given": form["given"],
        "birth_date": _born(form),
        "sex": form.parsed("sex", _sex),
    }
    form.parsed("verified", _verified)
    return asked if form.is_good else None


def _born(form: Form) -> date | None:
    """The day, or that it is not known; one of the two must be said."""
    typed = any(form[f"born-{part}"].strip() for part in ("day", "month", "year"))
    if form["born-unknown"] == "yes":
        if typed:
            form.day("born", "")
            form.errors["born"] = "Enter the date of birth, or say that it is not known, not both"
        return None
    born = form.day("born", "Enter the date of birth as day, month and year, for example 14 3 1951")
    if born is not None and not date(1870, 1, 1) <= born <= utc_now().date():
        form.errors["born"] = "The date of birth must be in the past, and not before 1870"
    return born


def _sex(code: str) -> str:
    if code not in SEXES:
        raise Invalid("Select the sex")
    return code


def _verified(ticked: str) -> None:
    if ticked != "yes":
        raise Invalid("Confirm that the NHS number was verified against the Personal Demographics Service")


def _page(step: str, meeting: Meeting, form: Form, status: int = 200, **more: Any) -> Response:
    approves = may(current_actor(), "case.late.approve", meeting.team_id)
    page = render_template(
        f"meeting/list_{step}.html", meeting=meeting, form=form, sexes=SEXES, approves=approves, **more
    )
    return make_response(page, status)
