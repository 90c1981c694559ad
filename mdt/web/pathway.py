"""The dates of a case's pathway, each in a field of its own, its clocks, and every change that was made to them."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid, Stale
from mdt.meeting import queries
from mdt.meeting.pathway import actions, fields
from mdt.meeting.pathway.clock import KINDS, NAMES, Kind
from mdt.meeting.pathway.queries import of_cases
from mdt.people.permissions import may
from mdt.trusts.queries import live_trusts
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("pathway", __name__, url_prefix="/cases/<case_id>/pathway")


@pages.get("/")
def page(case_id: str) -> Any:
    return _page(case_id, Form())


@pages.post("/")
def set_dates(case_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    values: dict[str, Any] = {name: form.parsed(name, _kept) for name in ("ended_why", "holder_ods")}
    values["kind"] = form.parsed("kind", _kind)
    for name in fields.DAYS:
        values[name] = _day(form, name)
    if form.is_good:
        try:
            with form.blaming("received-day"), house().db.writing() as db:
                version = int(form["version"]) if form["version"].isdigit() else 0
                actions.set_of_case(db, by=by, case_id=case_id, version=version, values=values, now=utc_now())
        except Stale as changed:
            form.errors["received-day"] = str(changed)
            return _page(case_id, form, 409)
    if not form.is_good:
        return _page(case_id, form, 400)
    return redirect(url_for("cases.page", case_id=case_id))


@pages.post("/adjust")
def adjust(case_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    days = form.parsed("days", _number)
    if days is not None:
        with form.blaming("days"), house().db.writing() as db:
            actions.adjust_of_case(
                db, by=by, case_id=case_id, standard=form["standard"], days=days, why=form["why"], now=utc_now()
            )
    if not form.is_good:
        return _page(case_id, form, 400)
    return redirect(url_for(".page", case_id=case_id))


def _page(case_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    today = in_london(now).date()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        waiting = of_cases(db, [case], today).get(case.id)
        trusts = live_trusts(db, on=today)
        changes = list(waiting.pathway.changes) if waiting else []
        reading.of_one(db, by, "pathway.read", f"case:{case.id}", case.patient_id)
    pathway = waiting.pathway if waiting else None
    page = render_template(
        "meeting/pathway.html",
        case=case,
        form=form,
        waiting=waiting,
        pathway=pathway,
        shown=form if "kind" in form.typed else _typed(pathway),
        changes=changes[::-1],
        trusts=trusts,
        labels=fields.LABELS,
        days=fields.DAYS,
        endings=fields.ENDINGS,
        kinds=KINDS,
        names=NAMES,
        sets=may(by, "pathway.set", case.meeting.team_id),
        today=today,
    )
    return make_response(page, status)


def _typed(pathway: Any) -> dict[str, str]:
    """What the form shows before anybody types, as it would be typed."""
    if pathway is None:
        return {"kind": Kind.URGENT.value}
    shown = {name: getattr(pathway, name) or "" for name in ("kind", "ended_why", "holder_ods")}
    for name in fields.DAYS:
        held = getattr(pathway, name)
        shown |= {f"{name}-{part}": str(getattr(held, part)) for part in ("day", "month", "year")} if held else {}
    return shown


def _day(form: Form, name: str) -> date | None:
    """Nothing where all three parts are empty."""
    if not any(form[f"{name}-{part}"].strip() for part in ("day", "month", "year")):
        return None
    return form.day(name, f"{fields.LABELS[name]}: enter the day as day, month and year, for example 24 11 2026")


def _kept(text: str) -> str | None:
    return text or None


def _kind(text: str) -> str:
    if text not in set(Kind):
        raise Invalid("Select how the patient was referred")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Invalid("Enter a whole number of days, for example 14")
    return int(text)
