"""A referral: writing it, sending it, seeing where it stands; and what its team does with it."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid, Stale
from mdt.people.permissions import may
from mdt.referral import actions, decisions, fields, gate, papers, queries, standing, states
from mdt.referral.models import Referral
from mdt.trusts.queries import trust_names
from mdt.web import reading
from mdt.web.errors import wants_page
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("referrals", __name__, url_prefix="/referrals")

BLANK_ROWS = 2


@pages.get("/")
def mine() -> Any:
    """What I have referred, and how far each has come; with the teams whose inbox is mine to answer."""
    by = current_actor()
    with house().db.writing() as db:
        written = queries.mine(db, by)
        cases = {one.id: queries.current_case(db, one) for one in written}
        reading.of_many(db, by, "referrals.read", "referrals", {one.patient_id for one in written})
        teams = [team for team in queries.teams(db) if may(by, "referral.see", team.id)]
    shown = [(one, standing.steps(one, cases[one.id])) for one in written]
    return render_template("referral/mine.html", shown=shown, teams=teams, refers=may(by, "refer"))


@pages.get("/<referral_id>/")
def page(referral_id: str) -> Any:
    return _page(referral_id, Form())


@pages.get("/<referral_id>/edit")
def edit(referral_id: str) -> Any:
    return _edit(referral_id, Form())


@pages.post("/<referral_id>/edit")
def save(referral_id: str) -> Any:
    """The whole form, or one field of it as it is left (`only`). What is wrong is told, and everything else is kept."""
    form, by, now = Form(request.form), current_actor(), utc_now()
    revision = int(form["revision"]) if form["revision"].isdigit() else 0
    with house().db.writing() as db:
        referral = queries.referral(db, by, referral_id)
        asked = actions.asked_of(db, referral, now)
        trusts, today = trust_names(db), in_london(now).date()
        only = form["only"]
        wanted = [field for field, _ in asked.values() if only in ("", field.name)]
        typed = {}
        for field in wanted:
            if (raw := typed_in(form, field)) is not None:
                with form.blaming(field.name):
                    typed[field.name] = fields.read(field, raw, today, trusts)
        saved = actions.save(db, by=by, referral_id=referral_id, revision=revision, typed=typed, now=now)
    for name, kept in saved.conflicts.items():
        was = _in_words(asked[name][0], kept, trusts)
        form.errors[name] = f"Somebody else changed this meanwhile to “{was}”. Yours is still here: save again."
    if not wants_page():
        status = 409 if saved.conflicts else 400 if form.errors else 200
        said = next(iter(form.errors.values()), "")
        return jsonify(ok=not form.errors, revision=saved.referral.revision, sentence=said), status
    if not form.is_good:
        return _edit(referral_id, form, 409 if saved.conflicts else 400)
    if form["then"] == "send":
        return _send(referral_id, form)
    return redirect(url_for(".edit" if form["then"] == "stay" else ".page", referral_id=referral_id))


@pages.post("/<referral_id>/send")
def send(referral_id: str) -> Any:
    return _send(referral_id, Form(request.form))


@pages.post("/<referral_id>/join")
def join(referral_id: str) -> Any:
    with house().db.writing() as db:
        actions.join(
            db, by=current_actor(), referral_id=referral_id, other_id=request.form.get("other", ""), now=utc_now()
        )
    return redirect(url_for(".page", referral_id=referral_id))


@pages.post("/<referral_id>/withdraw")
def withdraw(referral_id: str) -> Any:
    form = Form(request.form)
    with form.blaming("withdraw-reason"), house().db.writing() as db:
        reason = form["withdraw-reason"]
        actions.withdraw(db, by=current_actor(), referral_id=referral_id, reason=reason, now=utc_now())
    return redirect(url_for(".mine")) if form.is_good else _page(referral_id, form, 400)


@pages.post("/<referral_id>/decide")
def decide(referral_id: str) -> Any:
    """The team's answer: `act` is return, refuse, override or accept."""
    form, by, now = Form(request.form), current_actor(), utc_now()
    act, reason = form["act"], form["reason"]
    with form.blaming("meeting" if act == "accept" else "reason"), house().db.writing() as db:
        if act == "accept":
            decisions.accept(db, by=by, referral_id=referral_id, meeting_id=form["meeting"], now=now)
        elif act in _ANSWERS:
            _ANSWERS[act](db, by=by, referral_id=referral_id, reason=reason, now=now)
        else:
            raise Invalid("Say whether to return the referral, not to list it, to let it through or to list it.")
    return redirect(url_for(".page", referral_id=referral_id)) if form.is_good else _page(referral_id, form, 400)


_ANSWERS = {"return": decisions.give_back, "refuse": decisions.refuse, "override": decisions.override}


def _send(referral_id: str, form: Form) -> Any:
    by, now = current_actor(), utc_now()
    try:
        with form.blaming("apart"), house().db.writing() as db:
            _, lacks = actions.send(db, by=by, referral_id=referral_id, apart_reason=form["apart"], now=now)
    except Stale as twice:
        form.errors["apart"] = str(twice)
        return _page(referral_id, form, 409)
    if not form.is_good:
        return _page(referral_id, form, 400)
    if lacks:
        form = Form()
        form.errors |= {lack.field: lack.sentence for lack in lacks}
        return _edit(referral_id, form, 400)
    return redirect(url_for(".page", referral_id=referral_id))


def _page(referral_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        referral = queries.referral(db, by, referral_id)
        about = told(db, by, referral)
        case = queries.current_case(db, referral)
        is_team = queries.is_team(by, referral)
        others = queries.others(db, team_id=referral.team_id, patient_id=referral.patient_id, but=referral.id)
        beside = [(other, told(db, by, other)) for other in others] if is_team else []
        joined = db.get(Referral, referral.joined_to) if referral.joined_to else None
        ahead = queries.meetings_ahead(db, referral.team_id) if is_team else []
        reading.of_one(db, by, "referral.read", f"referral:{referral.id}", referral.patient_id)
    page = render_template(
        "referral/page.html",
        referral=referral,
        form=form,
        steps=standing.steps(referral, case),
        case=case,
        is_team=is_team,
        is_mine=referral.author_id == by.person_id,
        others=others if referral.state in (*states.OPEN, states.DRAFT) else [],
        beside=beside,
        joined=joined if joined is not None and queries.sees(by, joined) else None,
        ahead=ahead,
        decides=may(by, "referral.decide", referral.team_id) and referral.sent_at is not None,
        overrides=may(by, "referral.override", referral.team_id) and referral.sent_at is not None,
        may_become={to: states.may_become(referral.state, to) for to in states.STATES},
        now=now,
        **about,
    )
    return make_response(page, status)


def told(db: Session, by: Actor, referral: Referral) -> dict[str, Any]:
    """What a page says of one referral: its lines by section, what it lacks, its papers, its studies in the record."""
    now = utc_now()
    asked, trusts = actions.asked_of(db, referral, now), trust_names(db)
    lines = queries.lines(referral, asked, trusts)
    is_team = queries.is_team(by, referral)
    return {
        "sections": [
            (name, title, [line for line in lines if line.field.section == name])
            for name, title in fields.SECTIONS.items()
        ],
        "lacks": gate.lacks(referral.values, asked, in_london(now).date()),
        "labels": states.LABELS,
        "kinds": papers.KINDS,
        "writes": queries.writes(by, referral),
        "studies": queries.in_the_record(db, referral) if is_team else [],
        "trusts": trusts,
    }


def _edit(referral_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        referral = queries.referral(db, by, referral_id)
        if not queries.writes(by, referral):
            raise Invalid("This referral cannot be changed now: it is with the team, or it is over.")
        asked, trusts = actions.asked_of(db, referral, now), trust_names(db)
        reading.of_one(db, by, "referral.read", f"referral:{referral.id}", referral.patient_id)
    fixed = fields.CARRIED if referral.state == states.ACCEPTED else frozenset()
    shown = {field.name: (field, need) for field, need in asked.values() if field.name not in fixed}
    # Only what could not be kept is shown as it was typed: everything else is kept, or was changed by somebody else.
    values = {name: typed_in(form, field) for name, (field, _) in shown.items() if name in form.errors}
    page = render_template(
        "referral/edit.html",
        referral=referral,
        form=form,
        sections=[
            (name, title, [one for one in shown.values() if one[0].section == name])
            for name, title in fields.SECTIONS.items()
        ],
        value={name: values[name] if values.get(name) is not None else referral.values.get(name, "") for name in shown},
        trusts=trusts,
        revision=referral.revision,
        blank=BLANK_ROWS,
        last=referral.steps[-1] if referral.steps else None,
        is_mine=referral.author_id == by.person_id,
        day=_parts,
        kinds=papers.KINDS,
        now=now,
    )
    return make_response(page, status)


def typed_in(form: Form, field: fields.Field) -> Any:
    """What a form says of a field as `fields.read` takes it; None where the form has no such field."""
    if field.kind == fields.ROWS:
        if f"{field.name}-lines" not in form.typed:
            return None
        lines = form[f"{field.name}-lines"]
        places = range(min(int(lines) if lines.isdigit() else 0, fields.MOST_ROWS + BLANK_ROWS))
        return [
            {one.name: typed_cell(form, one, f"{field.name}-{place}-{one.name}") for one in field.columns}
            for place in places
        ]
    if field.kind == fields.DATE and f"{field.name}-day" not in form.typed:
        return None
    if field.kind == fields.CHOICE and f"{field.name}-asked" in form.typed:
        return form[field.name]
    if field.kind != fields.DATE and field.name not in form.typed:
        return None
    return typed_cell(form, field, field.name)


def typed_cell(form: Form, field: fields.Field, name: str) -> str:
    """A day is typed in three parts; what is no day is kept as it was typed, so that it can be shown and refused."""
    if field.kind != fields.DATE:
        return form[name]
    year, month, day = (form[f"{name}-{part}"].strip() for part in ("year", "month", "day"))
    if not (year or month or day):
        return ""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return f"{year}-{month}-{day}"


def _parts(value: str) -> list[str]:
    """Day, month and year of a kept or typed day."""
    year, month, day = [*value.split("-"), "", "", ""][:3] if value else ("", "", "")
    return [day.lstrip("0"), month.lstrip("0"), year]


def _in_words(field: fields.Field, kept: Any, trusts: dict[str, str]) -> str:
    if fields.empty(kept):
        return "nothing"
    return f"{len(kept)} lines" if field.kind == fields.ROWS else fields.said(field, kept, trusts)
