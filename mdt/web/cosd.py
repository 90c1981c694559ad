"""A team's COSD sections for a period: what they lack, as a page; all of them, as CSV and JSON."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.cosd import actions, queries
from mdt.cosd.codes import MEETING_TYPES
from mdt.cosd.sections import ITEMS, Section, as_json, columns, row
from mdt.people.permissions import may
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house
from mdt.web.tables import as_csv

pages = Blueprint("cosd", __name__, url_prefix="/teams/<team_id>/cosd")


@pages.get("/")
def page(team_id: str) -> Any:
    return _page(team_id, Form())


@pages.post("/")
def set_site(team_id: str) -> Any:
    by, form = current_actor(), Form(request.form)
    site = form.required("site", "Enter the site’s ODS code")
    starts = form.day("starts", "Enter the day as day, month and year")
    if form.is_good and starts is not None:
        with form.blaming("site"), house().db.writing() as db:
            actions.set_site(db, by=by, team_id=team_id, starts=starts, site=site, now=utc_now())
    if not form.is_good:
        return _page(team_id, form, 400)
    return redirect(url_for(".page", team_id=team_id))


@pages.get("/sections.csv")
def table(team_id: str) -> Response:
    first, last = _period()
    found = _read(team_id, first, last)
    heads = columns(found)
    return as_csv(f"cosd-{first}-{last}", heads, (row(one, heads) for one in found))


@pages.get("/sections.json")
def records(team_id: str) -> Response:
    """Each record with its own problems, so that whoever takes it in knows which to hold back."""
    first, last = _period()
    found = _read(team_id, first, last)
    return jsonify(
        dataset="COSD v10",
        first=first.isoformat(),
        last=last.isoformat(),
        records=[
            as_json(one) | {"problems": [{"item": each.item, "rule": each.rule} for each in one.problems]}
            for one in found
        ],
    )


def _read(team_id: str, first: date, last: date) -> list[Section]:
    by = current_actor()
    with house().db.writing() as db:
        found = queries.of_team(db, by, team_id, first=first, last=last, today=_today())
        reading.of_many(db, by, "cosd.exported", f"team:{team_id}", {one.case.patient_id for one in found})
    return [one.section for one in found]


def _page(team_id: str, form: Form, status: int = 200) -> Response:
    by, today = current_actor(), _today()
    refusal, found = "", []
    with house().db.writing() as db:
        team, sites = queries.sites(db, by, team_id)
        try:
            first, last = _period()
            found = queries.of_team(db, by, team_id, first=first, last=last, today=today)
        except Invalid as error:
            refusal, (first, last) = str(error), _last_month()
        wrong = [one for one in found if one.section.problems]
        reading.of_many(db, by, "cosd.read", f"team:{team_id}", {one.case.patient_id for one in wrong})
    page = render_template(
        "cosd/page.html",
        team=team,
        sites=sites,
        found=found,
        wrong=wrong,
        items=ITEMS,
        type_name=MEETING_TYPES.get(team.mdt_type, "not a type of the list"),
        first=first,
        last=last,
        refusal=refusal,
        form=form,
        today=today,
        sets=may(by, "policy.set", team_id),
    )
    return make_response(page, 400 if refusal else status)


def _period() -> tuple[date, date]:
    """From the address; without one, the month before this."""
    first, last = (request.args.get(name, "") for name in ("from", "to"))
    if not first and not last:
        return _last_month()
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise Invalid("Enter both days of the period.") from None


def _last_month() -> tuple[date, date]:
    end = _today().replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end


def _today() -> date:
    return in_london(utc_now()).date()
