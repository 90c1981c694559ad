"""What is to be done, by person and team; and of one case: what became of its decision."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Forbidden, Invalid
from mdt.meeting import queries as meetings
from mdt.outcome import follow_through, queries, team_proformas, to_do
from mdt.outcome.owners import is_theirs
from mdt.outcome.sentence import sentence
from mdt.people.models import Team
from mdt.people.permissions import may, require
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("actions", __name__)


@pages.app_template_global("sees_actions")
def sees_actions(by: Actor) -> bool:
    """Whether somebody takes part in any team."""
    return bool(to_do.teams_of(by))


@pages.get("/actions/")
def mine() -> Any:
    """`whose` is a name, or all; `team` one of one's teams; `only=overdue`."""
    return _list(Form())


@pages.post("/actions/<action_id>")
def close(action_id: str) -> Any:
    """Done, cancelled or opened again; comes back to the list as it was filtered."""
    form, by = Form(request.form), current_actor()
    doing, now = form["status"], utc_now()
    with form.blaming(f"note-{action_id}"), house().db.writing() as db:
        if doing == follow_through.OPEN:
            follow_through.reopen_action(db, by=by, action_id=action_id, note=form["note"], now=now)
        else:
            follow_through.close_action(db, by=by, action_id=action_id, status=doing, note=form["note"], now=now)
    if not form.is_good:
        return _list(form, 400)
    kept: dict[str, Any] = {name: form[name] for name in ("whose", "team", "only") if form[name]}
    return redirect(url_for(".mine", **kept))


@pages.get("/cases/<case_id>/follow-through/")
def case(case_id: str) -> Any:
    return _case(case_id, Form())


@pages.post("/cases/<case_id>/follow-through/")
def record(case_id: str) -> Any:
    """The patient was told, treatment has begun, or what came of it weeks later."""
    form, by = Form(request.form), current_actor()
    kind = form["kind"]
    if kind not in follow_through.KINDS:
        raise Invalid("Say what has happened.")
    day = form.day(kind, "Enter the day as day, month and year")
    if day is not None:
        with form.blaming(kind), house().db.writing() as db:
            follow_through.record(
                db,
                by=by,
                case_id=case_id,
                kind=kind,
                day=day,
                answer=form["answer"],
                reason=form["reason"],
                note=form["note"],
                now=utc_now(),
            )
    if not form.is_good:
        return _case(case_id, form, 400)
    return redirect(url_for(".case", case_id=case_id))


def _list(form: Form, status: int = 200) -> Response:
    by, today = current_actor(), in_london(utc_now()).date()
    if not sees_actions(by):
        raise Forbidden("Actions are for those who take part in a team’s meetings.")
    asked = form.typed if form.typed else request.args
    team, whose, only = asked.get("team", ""), asked.get("whose", ""), asked.get("only", "")
    with house().db.writing() as db:
        names = {key: found.name for key in to_do.teams_of(by) if (found := db.get(Team, key))}
        teams = [team] if team in names else list(names)
        listed = to_do.of_teams(db, by, today, teams)
        follow = to_do.to_follow(db, by, today, teams)
        seen = {one.case.patient_id for one in listed} | {one.case.patient_id for one in follow}
        reading.of_many(db, by, "actions.read", "actions", seen)
    owners = sorted({one.action.owner for one in listed if one.action.status == follow_through.OPEN}, key=str.casefold)
    mine = [one for one in listed if is_theirs(one.action, by.person_id, by.name)]
    if whose:
        named = [one for one in listed if one.action.owner.casefold() == whose.casefold()]
        listed = mine if whose.casefold() == by.name.casefold() else named
    overdue = [one for one in listed if one.is_overdue]
    opened = [one for one in listed if one.action.status == follow_through.OPEN]
    page = render_template(
        "outcome/actions.html",
        form=form,
        opened=overdue if only == "overdue" else opened,
        overdue=overdue,
        count=len(opened),
        closed=[one for one in listed if one.action.status != follow_through.OPEN] if only != "overdue" else [],
        follow=follow if not whose and only != "overdue" else [],
        names=names,
        owners=owners,
        me=by.name,
        mine=sum(one.action.status == follow_through.OPEN for one in mine),
        team=team if team in names else "",
        whose=whose,
        only=only,
        today=today,
    )
    return make_response(page, status)


def _case(case_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        found = meetings.case(db, by, case_id)
        team = found.meeting.team_id
        require(by, "action.see", team)
        outcome = queries.in_force(db, by, case_id)
        said = sentence(team_proformas.by_key(db, outcome.proforma), outcome.form) if outcome else ""
        kept = to_do.milestones(db, case_id)
        reading.of_one(db, by, "outcome.read", f"case:{case_id}", found.patient_id)
    since = follow_through.follow_on(outcome) if outcome else None
    page = render_template(
        "outcome/follow_through.html",
        case=found,
        outcome=outcome,
        said=said,
        kept=kept,
        newest={kind: next((one for one in kept if one.kind == kind), None) for kind in follow_through.KINDS},
        form=form,
        since=since,
        today=_today(now),
        rules=follow_through,
        does=may(by, "action.do", team),
    )
    return make_response(page, status)


def _today(now: Any) -> date:
    return in_london(now).date()
