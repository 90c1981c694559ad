"""A team's referrals: what waits for it, what its form asks for from a day on, and what a case was referred with."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.meeting import queries as meetings
from mdt.people import versions
from mdt.people.permissions import may, require
from mdt.referral import fields, gate, queries, requirements, states
from mdt.referral.actions import asked_of
from mdt.referral.models import ReferralForm
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.referrals import told
from mdt.web.session import current_actor, house

pages = Blueprint("referral_team", __name__)

GROUPS = {
    states.SENT: "Waiting for the team",
    states.RETURNED: "Returned, and waiting for whoever referred",
    states.REFUSED: "Not listed",
}


@pages.get("/teams/<team_id>/referrals/")
def inbox(team_id: str) -> Any:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        team = versions.team(db, by, team_id, "referral.see")
        found = queries.of_team(db, by, team_id, GROUPS)
        today = in_london(now).date()
        lacks = {one.id: gate.lacks(one.values, asked_of(db, one, now), today) for one in found}
        twice = {
            one.id: bool(queries.others(db, team_id=team_id, patient_id=one.patient_id, but=one.id)) for one in found
        }
        reading.of_many(db, by, "referrals.read", f"team:{team_id}", {one.patient_id for one in found})
    groups = [(title, [one for one in found if one.state == state]) for state, title in GROUPS.items()]
    sets = may(by, "policy.set", team_id)
    urgencies = dict(fields.BY_NAME["urgency"].options)
    return render_template(
        "referral/inbox.html", team=team, groups=groups, lacks=lacks, twice=twice, sets=sets, urgencies=urgencies
    )


@pages.get("/teams/<team_id>/referral-form/")
def asks(team_id: str) -> Any:
    return _form_page(team_id, Form())


@pages.post("/teams/<team_id>/referral-form/")
def set_form(team_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    starts = form.day("starts", "Enter the day as day, month and year")
    if starts is not None:
        with form.blaming("starts"), house().db.writing() as db:
            requirements.set_form(
                db,
                by=by,
                team_id=team_id,
                starts=starts,
                needs={name: form[f"need-{name}"] for name in fields.BY_NAME if form[f"need-{name}"]},
                own=_own(form["own"]),
                now=utc_now(),
            )
    return redirect(url_for(".asks", team_id=team_id)) if form.is_good else _form_page(team_id, form, 400)


@pages.get("/cases/<case_id>/referral")
def of_case(case_id: str) -> Any:
    """What a case was referred with, as a part of a page, for those who take part in its team."""
    by = current_actor()
    with house().db.reading() as db:
        case = meetings.case(db, by, case_id)
        require(by, "referral.see", case.meeting.team_id)
        referral = queries.of_cases(db, [case.id]).get(case.id)
        about = told(db, by, referral) if referral else {}
    with reading.one_look(by, "referral.read", case_id) as is_new:
        if is_new and referral:
            with house().db.writing() as db:
                reading.of_one(db, by, "referral.read", f"referral:{referral.id}", case.patient_id)
    return render_template("referral/part.html", referral=referral, case=case, **about)


def _form_page(team_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    require(by, "policy.set", team_id)
    with house().db.reading() as db:
        team = versions.team(db, by, team_id)
        kept, held = versions.told(db, ReferralForm, team_id), requirements.in_force(db, team_id, now)
    needs = requirements.usual() | (dict(held.needs) if held else {})
    needs |= {name: form[f"need-{name}"] for name in fields.BY_NAME if form[f"need-{name}"]}
    written = (
        "\n".join(("* " if own["need"] == fields.REQUIRED else "") + own["label"] for own in held.own) if held else ""
    )
    page = render_template(
        "referral/form.html",
        team=team,
        form=form,
        kept=kept,
        held=held,
        needs=needs,
        own=form["own"] if "own" in form.typed else written,
        sections=[
            (title, [field for field in fields.FIELDS if field.section == name])
            for name, title in fields.SECTIONS.items()
            if name != "own"
        ],
        always=fields.ALWAYS,
        today=in_london(now).date(),
    )
    return make_response(page, status)


def _own(text: str) -> list[tuple[str, str]]:
    """One question on each line; a star before it means that it must be answered."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [(line.lstrip("* "), fields.REQUIRED if line.startswith("*") else fields.ASKED) for line in lines]
