"""The outcome of a case: what was decided, by whom, in which versions; amending it; completing it after the meeting."""

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid, Stale
from mdt.live import quorum_kept
from mdt.live.actions import keep
from mdt.live.queries import state_now
from mdt.meeting import progress
from mdt.meeting import queries as meetings
from mdt.meeting.models import Case
from mdt.outcome import codes, definition, form, messages, queries
from mdt.outcome.completeness import missing
from mdt.outcome.models import Outcome
from mdt.outcome.sentence import day, sentence
from mdt.outcome.state import as_state
from mdt.people.permissions import IN_A_TEAM, may, require
from mdt.people.queries import names_in_team, names_of
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("outcome", __name__, url_prefix="/cases/<case_id>/outcome")


@pages.app_template_global("outcome_form")
def outcome_form() -> Markup:
    """The form's definition, to be written into a page as a block of JSON."""
    return Markup(definition.as_json().decode().replace("<", "\\u003c"))  # noqa: S704 (nothing in it can end the block)


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
        _do(db, by, case, messages.AMEND, body)
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
        reading.of_one(db, by, "outcome.read", f"case:{case.id}", case.patient_id)
    role = by.roles.get(team, "")
    me = {"person": by.person_id, "name": by.name, "role": role, "may": _acts(role)}
    bound = {"case": case.id, "meetingDay": _day(case).isoformat(), "me": me, "people": people}
    patient = {"id": case.patient_id, "nhs": case.patient.nhs_number}
    patient |= {"family": case.patient.family, "given": case.patient.given}
    return render_template("outcome/desk.html", case=case, bound={**bound, "patient": patient})


@pages.get("/now.json")
@unattended
def now(case_id: str) -> Any:
    """What is kept at this moment; asked again and again by the panel."""
    with house().db.reading() as db:
        newest = queries.newest(db, current_actor(), case_id)
    return jsonify(outcome=as_state(newest) if newest else None)


@pages.post("/set.json", defaults={"act": "set"})
@pages.post("/sign.json", defaults={"act": "sign"})
@pages.post("/amend.json", defaults={"act": "amend"})
def act(case_id: str, act: str) -> Any:
    """One message of the panel; refused as the room would refuse it."""
    by, body = current_actor(), request.get_json()
    if not isinstance(body, dict):
        raise Invalid("The message must be an object.")
    with house().db.writing() as db:
        case = meetings.case(db, by, case_id)
        _do(db, by, case, f"outcome.{act}", body)
        newest = queries.newest(db, by, case_id)
        return jsonify(ok=True, outcome=as_state(newest) if newest else None)


def _do(db: Session, by: Actor, case: Case, kind: str, body: dict[str, Any]) -> None:
    """Through the live room's log while the meeting is open, so that everybody in it sees it happen."""
    body, now = {**body, "case": case.id}, utc_now()
    if case.meeting.status == progress.OPEN:
        op = str(uuid.uuid4())
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
        names = names_of(db, {version.changed_by for version in versions})
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
        lacks=missing(draft.form, _day(case)) if draft else [],
        keys=list(drawn["keys"].values()),
        marks=[mark for mark in drawn["marks"].values() if not mark.get("removed")],
        types=may(by, "outcome.type", team),
        amends=may(by, "outcome.amend", team),
        sentence=sentence,
        lines=_lines,
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
    return render_template("outcome/amend.html", case=case, outcome=newest, form=typed, sentence=sentence)


def _lines(outcome: Outcome) -> list[tuple[form.Field, list[tuple[str, str]]]]:
    """The filled fields for reading: each with its answers in words, and the code of each where it has one."""
    filled = [field for field in form.FIELDS if not form.is_empty(outcome.form.get(field.name))]
    return [(field, _answers(field, outcome.form)) for field in filled if field.kind != form.ACTIONS]


def _answers(field: form.Field, kept: dict[str, Any]) -> list[tuple[str, str]]:
    value = kept[field.name]
    if field.kind == form.DATE:
        return [(day(value), "")]
    if not field.codes:
        return [(value, "")]
    label = {code.code: code.label for code in field.codes}
    said = [(label[code], code if field.cosd else "") for code in form.chosen(kept, field.name)]
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
