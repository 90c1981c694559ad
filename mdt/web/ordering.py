"""The suggested order with its reasons, who leaves early, using it, and putting back the order before."""

from datetime import datetime, time
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.imaging.standing import readiness
from mdt.meeting import lines, queries
from mdt.meeting.places import arranging
from mdt.people.permissions import may
from mdt.people.queries import members_of
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("ordering", __name__, url_prefix="/meetings/<meeting_id>/order")


@pages.get("/suggested")
def page(meeting_id: str) -> Any:
    return _page(meeting_id, Form())


@pages.post("/suggested")
def use(meeting_id: str) -> Any:
    """The order the form showed, which the rules may by now no longer give: what was read is what is done."""
    expected, wanted = request.form.get("expected", "").split(), request.form.get("order", "").split()
    with house().db.writing() as db:
        arranging.put(
            db,
            by=current_actor(),
            meeting_id=meeting_id,
            expected=expected,
            order=wanted,
            why=arranging.SUGGESTED,
            now=utc_now(),
        )
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id, _anchor="agenda"))


@pages.post("/undo")
def undo(meeting_id: str) -> Any:
    expected = request.form.get("expected", "").split()
    with house().db.writing() as db:
        arranging.undo(db, by=current_actor(), meeting_id=meeting_id, expected=expected, now=utc_now())
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id, _anchor="agenda"))


@pages.post("/leaving")
def leaving(meeting_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    leaves = form.parsed("leaves", _time)
    if form.is_good:
        with form.blaming("leaves"), house().db.writing() as db:
            person = form["person"] or by.person_id or ""
            arranging.expect(db, by=by, meeting_id=meeting_id, person_id=person, leaves=leaves, now=utc_now())
    return redirect(url_for(".page", meeting_id=meeting_id)) if form.is_good else _page(meeting_id, form, 400)


def _page(meeting_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        meeting = queries.meeting(db, by, meeting_id)
        patients = {case.patient_id for case in meeting.cases}
        states = readiness.of_patients(db, patients, now=now)
        beside = lines.of_meeting(db, meeting, in_london(now).date())
        ready = {case.id: states[case.patient_id].is_ready for case in meeting.cases}
        places = arranging.suggestion(db, meeting, beside, ready)
        expected = arranging.expected(db, meeting.id)
        members = members_of(db, meeting.team_id, in_london(now).date())
        reading.of_many(db, by, "agenda.read", f"meeting:{meeting.id}", patients)
    orders = may(by, "case.order", meeting.team_id)
    page = render_template(
        "meeting/order.html",
        meeting=meeting,
        form=form,
        places=[(place, beside[place.case].case) for place in places],
        order=arranging.whole_order(meeting, [place.case for place in places]),
        expected=expected,
        members=[one for one in members if orders or one.id == by.person_id],
        orders=orders,
    )
    return make_response(page, status)


def _time(text: str) -> time | None:
    if not text:
        return None
    try:
        return datetime.strptime(text.replace(".", ":"), "%H:%M").time()
    except ValueError:
        raise Invalid("Enter the time as hours and minutes, for example 10:30, or nothing") from None
