"""The outcome of a case: what was decided, by whom, in which versions; amending it; completing it after the meeting."""

import json
import uuid
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid, Stale
from mdt.live import quorum_kept
from mdt.live.actions import keep
from mdt.live.queries import state_now
from mdt.meeting import bank_holidays, progress
from mdt.meeting import queries as meetings
from mdt.meeting.models import Case, Meeting
from mdt.outcome import codes, definition, form, happened, messages, owners, queries, suggestions, team_proformas
from mdt.outcome.completeness import missing
from mdt.outcome.models import Outcome
from mdt.outcome.proforma import FIRST, Proforma
from mdt.outcome.sentence import day, sentence
from mdt.outcome.state import as_state
from mdt.people.permissions import IN_A_TEAM, may, require
from mdt.people.queries import names_in_team, names_of
from mdt.record.written import readable
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("outcome", __name__, url_prefix="/cases/<case_id>/outcome")


def outcome_forms(db: Session, meeting: Meeting) -> Markup:
    """The forms of a meeting's outcomes by key, and which new ones are written on: a block of JSON for a page."""
    current = team_proformas.of_meeting(db, meeting)
    held = db.scalars(select(Outcome.proforma).where(Outcome.meeting_id == meeting.id).distinct())
    forms = {current.key: current} | {key: team_proformas.by_key(db, key) for key in {FIRST, *held}}
    told = {"current": current.key, "forms": {key: definition.as_json(one) for key, one in forms.items()}}
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 (nothing in it can end the block)


@pages.get("/")
def page(case_id: str) -> Any:
    return _page(case_id)


@pages.get("/amend")
def ask_reason(case_id: str) -> Any:
    return _amend_page(case_id, Form())


@pages.post("/amend")
def amend(case_id: str) -> Any:
    """The next version begins, with its reason; the signed one stays in force."""
    by, typed = current_actor(), Form(request.form)
    reason = typed.required("reason", "Give the reason for the amendment")
    if not typed.is_good:
        return _amend_page(case_id, typed), 400
    with house().db.writing() as db:
        case = meetings.case(db, by, case_id)
        version = request.form.get("version", 0, type=int)
        body = {"patient": case.patient_id, "version": version, "reason": reason}
        keep_or_do(db, by, case, messages.AMEND, body)
    return redirect(url_for(".page", case_id=case_id))


@pages.get("/complete")
def desk(case_id: str) -> Any:
    """The same panel as in the live room, for a draft that is completed after the meeting."""
    by = current_actor()
    with house().db.writing() as db:
        case = meetings.case(db, by, case_id)
        team = case.meeting.team_id
        require(by, "outcome.type", team)
        if case.meeting.status != progress.CLOSED:
            raise Invalid("An outcome is typed in the live room until its meeting is closed.")
        people = names_in_team(db, team, utc_now())
        forms = outcome_forms(db, case.meeting)
        reading.of_one(db, by, "outcome.read", f"case:{case.id}", case.patient_id)
    role = by.roles.get(team, "")
    me = {"person": by.person_id, "name": by.name, "role": role, "may": _acts(role)}
    bound = {"case": case.id, "meetingDay": _day(case).isoformat(), "me": me, "people": people}
    patient = {"id": case.patient_id, "nhs": case.patient.nhs_number}
    patient |= {"family": case.patient.family, "given": readable(case.patient.given)}
    return render_template("outcome/desk.html", case=case, bound={**bound, "patient": patient}, outcome_forms=forms)


@pages.get("/now.json")
@unattended
def now(case_id: str) -> Any:
    """What is kept at this moment; asked again and again by the panel."""
    with house().db.reading() as db:
        newest = queries.newest(db, current_actor(), case_id)
    return jsonify(outcome=as_state(newest) if newest else None)


@pages.get("/help.json")
@unattended
def help_json(case_id: str) -> Any:
    """What helps whoever types (docs/wire.md, section 4): checklist, suggestions, working days, the team's policy."""
    by = current_actor()
    with house().db.reading() as db:
        case = meetings.case(db, by, case_id)
        newest = queries.newest(db, by, case.id)
        on = team_proformas.by_key(db, newest.proforma) if newest else team_proformas.of_meeting(db, case.meeting)
        held = team_proformas.in_force(db, case.meeting.team_id, _day(case))
        items = happened.checklist_of(db, by, case.id)
        found = suggestions.of_case(db, by, case, on)
        people = owners.of_team(db, case.meeting.team_id, utc_now())
    first = max(_day(case), in_london(utc_now()).date())
    return jsonify(
        checklist=[{"name": one.name, "label": one.label, "by": one.by} for one in items],
        suggestions=[{"field": one.field, "value": one.value, "source": one.source} for one in found],
        days=[one.isoformat() for one in bank_holidays.working_days_after(first, 15)],
        people=[{"id": one.id, "name": one.name, "specialty": one.specialty} for one in people],
        policy={"check": bool(held and held.needs_check), "checklist": bool(held and held.checklist_blocks)},
    )


@pages.post("/set.json", defaults={"act": "set"})
@pages.post("/check.json", defaults={"act": "check"})
@pages.post("/sign.json", defaults={"act": "sign"})
@pages.post("/amend.json", defaults={"act": "amend"})
def act(case_id: str, act: str) -> Any:
    """One message of the panel; refused as the room would refuse it."""
    by, body = current_actor(), request.get_json()
    if not isinstance(body, dict):
        raise Invalid("The message must be an object.")
    with house().db.writing() as db:
        case = meetings.case(db, by, case_id)
        keep_or_do(db, by, case, f"outcome.{act}", body)
        newest = queries.newest(db, by, case_id)
        return jsonify(ok=True, outcome=as_state(newest) if newest else None)


def keep_or_do(db: Session, by: Actor, case: Case, kind: str, body: dict[str, Any], *, op: str = "") -> None:
    """Through the live room's log while the meeting is open, so that everybody in it sees it happen."""
    body, now = {**body, "case": case.id}, utc_now()
    if case.meeting.status == progress.OPEN:
        op = op or str(uuid.uuid4())
        keep(db, by=by, meeting_id=case.meeting_id, op=op, kind=kind, body=body, now=now)
    else:
        messages.do(db, by=by, meeting_id=case.meeting_id, kind=kind, body=body, now=now)


def _page(case_id: str) -> str:
    by = current_actor()
    with house().db.writing() as db:
        case = meetings.case(db, by, case_id)
        versions = queries.versions(db, by, case.id)
        _, room = state_now(db, case.meeting_id)
        quorums = quorum_kept.of_case(db, by, case.id)
        proformas = {one.proforma: team_proformas.by_key(db, one.proforma) for one in versions}
        names = names_of(db, {version.changed_by for version in versions})
        held = team_proformas.in_force(db, case.meeting.team_id, _day(case))
        reading.of_one(db, by, "outcome.read", f"case:{case.id}", case.patient_id)
    draft = next((version for version in versions if not version.is_signed), None)
    drawn = room["cases"].get(case.id, {"marks": {}, "keys": {}})
    team = case.meeting.team_id
    return render_template(
        "outcome/page.html",
        case=case,
        versions=versions,
        draft=draft,
        signed=next((version for version in versions if version.is_signed), None),
        names=names,
        quorums=quorums,
        lacks=missing(proformas[draft.proforma], draft.form, _day(case)) if draft else [],
        waits=draft is not None and team_proformas.waits_for_check(held, draft),
        checks=may(by, "outcome.check", team),
        keys=list(drawn["keys"].values()),
        marks=[mark for mark in drawn["marks"].values() if not mark.get("removed")],
        types=may(by, "outcome.type", team),
        amends=may(by, "outcome.amend", team),
        sentence=lambda version: sentence(proformas[version.proforma], version.form),
        lines=lambda version: lines(proformas[version.proforma], version.form),
        read_day=day,
    )


def _amend_page(case_id: str, typed: Form) -> str:
    by = current_actor()
    with house().db.writing() as db:
        case = meetings.case(db, by, case_id)
        require(by, "outcome.amend", case.meeting.team_id)
        newest = queries.newest(db, by, case.id)
        if newest is None or not newest.is_signed:
            raise Stale("Only a signed outcome can be amended.")
        reading.of_one(db, by, "outcome.read", f"case:{case.id}", case.patient_id)
        said = sentence(team_proformas.by_key(db, newest.proforma), newest.form)
    return render_template("outcome/amend.html", case=case, outcome=newest, form=typed, said=said)


def lines(proforma: Proforma, kept: dict[str, Any]) -> list[tuple[form.Field, list[tuple[str, str]]]]:
    """The filled fields for reading: each with its answers in words, and the code of each where it has one."""
    filled = [field for field in proforma.fields if not form.is_empty(kept.get(field.name))]
    return [(field, _answers(field, kept[field.name])) for field in filled if field.kind != form.ACTIONS]


def _answers(field: form.Field, value: Any) -> list[tuple[str, str]]:
    if field.kind == form.DATE:
        return [(day(value), "")]
    if not field.codes:
        return [(f"{value} {field.unit}".rstrip(), "")]
    label = {code.code: code.label for code in field.codes}
    said = [(label[code], code if field.cosd else "") for code in form.chosen(field, value)]
    if field.kind != form.TREATMENTS:
        return said
    follows = {relation.code: relation.label for relation in codes.RELATIONS}
    return [
        (text if at == 0 else f"{follows[treatment['relation']]} {text}", code)
        for at, ((text, code), treatment) in enumerate(zip(said, value, strict=True))
    ]


def _day(case: Case) -> date:
    return in_london(case.meeting.starts_at).date()


def _acts(role: str) -> list[str]:
    return [act for act, roles in IN_A_TEAM.items() if role in roles]
