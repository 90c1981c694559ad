"""Defer or move a case, offer it to another team; late additions; what waits for a meeting."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.imaging.standing import readiness
from mdt.meeting import lines, progress, queries
from mdt.meeting.models import Meeting
from mdt.meeting.moving import carrying, leaving, reasons, transfers
from mdt.people.models import Team
from mdt.people.permissions import may, require
from mdt.referral import along
from mdt.trusts.queries import live_trusts
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.meetings import change
from mdt.web.session import current_actor, house

pages = Blueprint("moving", __name__)


@pages.get("/cases/<case_id>/move/")
def page(case_id: str) -> Any:
    return _page(case_id, Form())


@pages.post("/cases/<case_id>/move/")
def act(case_id: str) -> Any:
    """`what`: defer, move, offer, or take-back."""
    form, by, now = Form(request.form), current_actor(), utc_now()
    what = form["what"]
    with form.blaming({"defer": "reason", "move": "meeting"}.get(what, "team")), house().db.writing() as db:
        match what:
            case "defer":
                said = {"trust_ods": form["trust"], "study": form["study"], "note": form["note"]}
                leaving.defer(db, by=by, case_id=case_id, reason=form["reason"], now=now, **said)
            case "move":
                leaving.move(db, by=by, case_id=case_id, meeting_id=form["meeting"], note=form["move-note"], now=now)
            case "offer":
                transfers.offer(db, by=by, case_id=case_id, to_team_id=form["team"], reason=form["for"], now=now)
            case "take-back":
                transfers.take_back(db, by=by, case_id=case_id, now=now)
            case _:
                raise Invalid("Say what is to be done with this case.")
    if not form.is_good:
        return _page(case_id, form, 400)
    with house().db.reading() as db:
        meeting_id = queries.case(db, by, case_id).meeting_id
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id, _anchor=f"case-{case_id}"))


@pages.post("/meetings/<meeting_id>/late/<late_id>")
def decide_late(meeting_id: str, late_id: str) -> Any:
    """Approve or decline; what is refused is said above the agenda, and what was typed stays."""
    typed = request.form
    approved, why = typed.get("decision") == "approve", typed.get("why", "")

    def act(db: Session, by: Actor, now: datetime) -> None:
        along.decide_late(db, by=by, meeting_id=meeting_id, late_id=late_id, approved=approved, why=why, now=now)

    return change(meeting_id, act, anchor="late")


@pages.get("/teams/<team_id>/waiting/")
def waiting(team_id: str) -> Any:
    return _waiting(team_id, Form())


@pages.post("/teams/<team_id>/waiting/<carry_id>")
def drop(team_id: str, carry_id: str) -> Any:
    form = Form(request.form)
    with form.blaming(f"why-{carry_id}"), house().db.writing() as db:
        leaving.drop(db, by=current_actor(), team_id=team_id, carry_id=carry_id, why=form["why"], now=utc_now())
    return redirect(url_for(".waiting", team_id=team_id)) if form.is_good else _waiting(team_id, form, 400)


@pages.post("/teams/<team_id>/offers/<transfer_id>")
def answer(team_id: str, transfer_id: str) -> Any:
    """`decision`: accept, for one of the team's meetings, or decline, with a reason."""
    form, by, now = Form(request.form), current_actor(), utc_now()
    with form.blaming(f"offer-{transfer_id}"), house().db.writing() as db:
        this: dict[str, Any] = {"by": by, "team_id": team_id, "transfer_id": transfer_id, "now": now}
        if form["decision"] == "accept":
            along.accept_offer(db, meeting_id=form["meeting"], **this)
        else:
            transfers.decline(db, why=form["why"], **this)
    return redirect(url_for(".waiting", team_id=team_id)) if form.is_good else _waiting(team_id, form, 400)


def _page(case_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        meeting = queries.meeting(db, by, queries.case(db, by, case_id).meeting_id)
        require(by, "case.move", meeting.team_id)
        case = next(one for one in meeting.cases if one.id == case_id)
        beside = lines.of_meeting(db, meeting, in_london(now).date())[case.id]
        imaging = readiness.of_patients(db, {case.patient_id}, now=now)[case.patient_id]
        trusts = live_trusts(db, on=in_london(now).date())
        others = db.scalars(select(Team).where(Team.id != case.meeting.team_id).order_by(Team.name)).all()
        meetings = [one for one in _coming(db, case.meeting.team_id) if one.id != case.meeting_id]
        reading.of_one(db, by, "move.read", f"case:{case.id}", case.patient_id)
    page = render_template(
        "meeting/move.html",
        case=case,
        line=beside,
        imaging=imaging,
        trusts=trusts,
        teams=others,
        meetings=meetings,
        labels={code: reasons.LABELS[code] for code in reasons.DEFERRALS},
        form=form,
    )
    return make_response(page, status)


def _waiting(team_id: str, form: Form, status: int = 200) -> Response:
    by = current_actor()
    require(by, "meeting.see", team_id)
    with house().db.writing() as db:
        team = db.get_one(Team, team_id)
        held, offers = carrying.waiting(db, team_id), transfers.offers_to(db, team_id)
        meetings = _coming(db, team_id)
        patients = {one.case.patient_id for one in held} | {one.case.patient_id for one in offers}
        reading.of_many(db, by, "waiting.read", f"team:{team_id}", patients)
    page = render_template(
        "meeting/waiting.html",
        team=team,
        held=held,
        offers=offers,
        meetings=meetings,
        why=reasons.why,
        moves=may(by, "case.move", team_id),
        form=form,
    )
    return make_response(page, status)


def _coming(db: Any, team_id: str) -> list[Meeting]:
    """Meetings of a team that are not closed, the next first. They name no patient."""
    those = select(Meeting).where(Meeting.team_id == team_id, Meeting.status != progress.CLOSED)
    return list(db.scalars(those.order_by(Meeting.starts_at)))
