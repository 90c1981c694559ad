"""The suggested order with its reasons, using it, putting back the order before; who comes and who leaves early."""

from datetime import datetime, time
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.imaging.standing import readiness
from mdt.meeting import lines, queries
from mdt.meeting.places import arranging, coming
from mdt.people.permissions import may
from mdt.people.queries import members_of
from mdt.preparation import standing
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


@pages.post("/coming")
def come(meeting_id: str) -> Any:
    """Somebody comes, or cannot, and leaves early perhaps; whoever names nobody says it of themselves."""
    form, by = Form(request.form), current_actor()
    leaves = form.parsed("leaves", _time)
    if form["comes"] not in ("yes", "no"):
        form.errors["comes"] = "Say whether they come"
    if form.is_good:
        person, comes = form["person"] or by.person_id or "", form["comes"] == "yes"
        with form.blaming("leaves"), house().db.writing() as db:
            coming.expect(
                db, by=by, meeting_id=meeting_id, person_id=person, comes=comes, leaves=leaves, now=utc_now()
            )  # fmt: skip
    if not form.is_good:
        return _page(meeting_id, form, 400)
    return redirect(url_for(".page", meeting_id=meeting_id, _anchor="coming"))


def _page(meeting_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        meeting = queries.meeting(db, by, meeting_id)
        patients = {case.patient_id for case in meeting.cases}
        states = readiness.of_patients(db, patients, now=now)
        beside = lines.of_meeting(db, meeting, in_london(now).date())
        stands = standing.of_meeting(db, meeting, now)
        missing = {
            case.id: [*([] if states[case.patient_id].is_ready else ["imaging"]), *stands.missing(case.id)]
            for case in arranging.to_discuss(meeting)
        }
        places = arranging.suggestion(db, meeting, beside, missing)
        said = {person.id: one for person, one in coming.expected(db, meeting.id)}
        members = members_of(db, meeting.team_id, in_london(now).date())
        reading.of_many(db, by, "agenda.read", f"meeting:{meeting.id}", patients)
    orders = may(by, "case.order", meeting.team_id)
    page = render_template(
        "meeting/order.html",
        meeting=meeting,
        form=form,
        places=[(place, beside[place.case].case) for place in places],
        order=arranging.whole_order(meeting, [place.case for place in places]),
        said=said,
        people=stands.people,
        members=members,
        me=by.person_id,
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
