"""Sort a case, promote it to full discussion, and ratify what a standard of care answers."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid, Stale
from mdt.meeting import queries
from mdt.meeting.triage import sorting, streams
from mdt.meeting.triage.queries import history, newest, ratified
from mdt.outcome import ratifying, standards
from mdt.people.permissions import may
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("triage", __name__)


@pages.get("/cases/<case_id>/triage/")
def page(case_id: str) -> Any:
    return _page(case_id, Form())


@pages.post("/cases/<case_id>/triage/")
def sort(case_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    try:
        with form.blaming("stream"), house().db.writing() as db:
            sorting.sort(
                db,
                by=by,
                case_id=case_id,
                seen=int(form["seen"]) if form["seen"].isdigit() else 0,
                stream=form["stream"],
                kind=form["kind"],
                standard_version_id=form["standard"],
                missing=form["missing"],
                owner=form["carries" if form["stream"] == streams.STANDARD else "owner"],
                needs=form["needs"],
                now=utc_now(),
            )
            meeting_id = queries.case(db, by, case_id).meeting_id
    except Stale as changed:
        form.errors["stream"] = str(changed)
        return _page(case_id, form, 409)
    if not form.is_good:
        return _page(case_id, form, 400)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id, _anchor=f"case-{case_id}"))


@pages.post("/cases/<case_id>/promote")
def promote(case_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    with form.blaming("reason"), house().db.writing() as db:
        sorting.promote(db, by=by, case_id=case_id, reason=form["reason"], now=utc_now())
        meeting_id = queries.case(db, by, case_id).meeting_id
    if not form.is_good:
        return _page(case_id, form, 400)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id, _anchor=f"case-{case_id}"))


@pages.post("/cases/<case_id>/promote.json")
def promote_live(case_id: str) -> Any:
    """From the live room: `{"reason"}`."""
    said = _said()
    with house().db.writing() as db:
        triage = sorting.promote(
            db, by=current_actor(), case_id=case_id, reason=str(said.get("reason", "")), now=utc_now()
        )
    return jsonify(ok=True, stream=triage.stream)


@pages.post("/meetings/<meeting_id>/ratify")
def ratify(meeting_id: str) -> Any:
    with house().db.writing() as db:
        seen = request.form.getlist("seen")
        ratifying.ratify(db, by=current_actor(), meeting_id=meeting_id, seen=seen, now=utc_now())
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id, _anchor="standards"))


@pages.post("/meetings/<meeting_id>/ratify.json")
def ratify_live(meeting_id: str) -> Any:
    """From the live room: `{"seen": [...]}` as agenda.json told."""
    said = _said().get("seen")
    seen = [one for one in said if isinstance(one, str)] if isinstance(said, list) else []
    with house().db.writing() as db:
        made = ratifying.ratify(db, by=current_actor(), meeting_id=meeting_id, seen=seen, now=utc_now())
    return jsonify(ok=True, ratified=[one.case_id for one in made])


def _said() -> dict[str, Any]:
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        raise Invalid("A JSON object is expected.")
    return said


def _page(case_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        last = newest(db, [case.id]).get(case.id)
        made = history(db, case.id)
        word = ratified(db, [case.id]).get(case.id)
        choices = standards.usable(db, case.meeting.team_id)
        otherwise = ratifying.who_otherwise(db, case.id) or "whoever ratifies it"
        reading.of_one(db, by, "triage.read", f"case:{case.id}", case.patient_id)
    page = render_template(
        "meeting/triage.html",
        case=case,
        form=form,
        last=last,
        made=made[::-1],
        word=word,
        choices=choices,
        overdue=streams.overdue,
        planned=standards.planned,
        streams=streams.LABELS,
        kinds=streams.KINDS,
        today=in_london(now).date(),
        otherwise=otherwise,
        sorts=may(by, "case.triage", case.meeting.team_id),
        promotes=may(by, "case.promote", case.meeting.team_id),
    )
    return make_response(page, status)
