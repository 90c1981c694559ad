"""How a team meets: who makes its quorum, what waits for it, what is recorded; each version from a day on."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.meeting import policies, quorum
from mdt.meeting.models import TeamPolicy
from mdt.people import versions
from mdt.people.permissions import may
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("quorum", __name__, url_prefix="/teams/<team_id>/quorum")

_SPARE = 3  # empty rows for more roles


@pages.get("/")
def page(team_id: str) -> Any:
    """With `begin`, the form holds the roles to begin from for this kind of team."""
    return _page(team_id, Form())


@pages.post("/")
def set_policy(team_id: str) -> Any:
    form, by, now = Form(request.form), current_actor(), utc_now()
    starts = form.day("starts", "Enter the day as day, month and year, for example 24 11 2026")
    with form.blaming("roles"):
        roles = quorum.checked(_typed(form))
    if form.is_good and starts is not None:
        with form.blaming("starts"), house().db.writing() as db:
            policies.set_policy(
                db,
                by=by,
                team_id=team_id,
                starts=starts,
                roles=roles,
                blocks=form["blocks"],
                records_views=form["records"] == "yes",
                clock_for_all=form["clock"] == "yes",
                now=now,
            )
    if not form.is_good:
        return _page(team_id, form, 400)
    return redirect(url_for(".page", team_id=team_id))


def _page(team_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.reading() as db:
        team = versions.team(db, by, team_id)
        kept, held = versions.told(db, TeamPolicy, team_id), policies.in_force(db, team_id, now)
    starter = quorum.starter(team.mdt_type)
    roles = held.roles if held and "begin" not in request.args else starter
    rows = _typed(form) or [(role["name"], ", ".join(role["specialties"]), str(role["count"])) for role in roles]
    return make_response(
        render_template(
            "live/quorum.html",
            team=team,
            kept=kept,
            held=held,
            form=form,
            rows=[*rows, *[("", "", "1")] * _SPARE],
            today=in_london(now).date(),
            edits=may(by, "policy.set", team_id),
        ),
        status,
    )


def _typed(form: Form) -> list[tuple[str, str, str]]:
    """The rows of the form, as typed."""
    columns = (form.typed.getlist(name) for name in ("role", "specialties", "count"))
    return [row for row in zip(*columns, strict=False) if row[0].strip() or row[1].strip()]
