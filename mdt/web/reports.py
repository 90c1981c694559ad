"""A team's figures for a period: as a page with plots, as a table, as a PDF; and the cases behind each."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from gevent import get_hub
from markupsafe import Markup

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Forbidden, Invalid
from mdt.meeting.moving import reasons
from mdt.people.permissions import may
from mdt.reports import document, period, queries, telling
from mdt.reports.period import Period
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house
from mdt.web.tables import as_csv

pages = Blueprint("reports", __name__)


@pages.app_template_global("sees_reports")
def sees_reports(by: Actor) -> bool:
    """Whether there is a team whose figures they may see."""
    return any(may(by, "report.see", team) for team in (*by.roles, *by.manages))


@pages.get("/reports/")
def mine() -> Any:
    """The teams whose figures somebody sees; at once the only one."""
    with house().db.reading() as db:
        teams = queries.teams(db, current_actor())
    if not teams:
        raise Forbidden("Chairs, coordinators and service managers see their teams’ reports.")
    if len(teams) == 1:
        return redirect(url_for(".page", team_id=teams[0].id))
    return render_template("reports/teams.html", teams=teams)


@pages.get("/teams/<team_id>/reports/")
def page(team_id: str) -> Any:
    """`from` and `to` as YYYY-MM-DD, or typed in the form; without them the last twelve months."""
    by, form, today = current_actor(), Form(request.args), _today()
    asked = _asked(form, today)
    with house().db.reading() as db:
        report = queries.report(db, by, team_id, asked, today)
    answer = render_template(
        "reports/page.html",
        report=report,
        period=asked,
        sections=telling.sections(report),
        drawn=lambda chart: Markup(chart.svg),  # noqa: S704 - made by us, every text in it escaped
        usual=period.usual(today),
        form=form,
        sees_cases=may(by, "meeting.see", team_id),
    )
    return make_response(answer, 200 if form.is_good else 400)


@pages.get("/teams/<team_id>/reports/figures.csv")
def table(team_id: str) -> Response:
    asked, today = _from_address(), _today()
    with house().db.reading() as db:
        report = queries.report(db, current_actor(), team_id, asked, today)
    return as_csv(f"report-{asked.first}-{asked.last}", document.HEADS, document.rows(report))


@pages.get("/teams/<team_id>/reports/report.pdf")
def paper(team_id: str) -> Response:
    """Set outside the transaction, in a thread of its own: a room must not wait for it."""
    asked, now = _from_address(), utc_now()
    with house().db.reading() as db:
        report = queries.report(db, current_actor(), team_id, asked, _today())
    pdf = get_hub().threadpool.apply(lambda: document.pdf(report, now=now))
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="report-{asked.first}-{asked.last}.pdf"'
    return answer


@pages.get("/teams/<team_id>/reports/cases/<figure>")
def cases(team_id: str, figure: str) -> Any:
    """Those behind a figure: by name for whoever sees the team's meetings, by day and number for whoever does not."""
    by, asked = current_actor(), _from_address()
    sees = may(by, "meeting.see", team_id)
    with house().db.writing() as db:
        team, counted, found, many = queries.behind(db, by, team_id=team_id, period=asked, key=figure, today=_today())
        if sees:
            patients = {one.case.patient_id for one in found}
            reading.of_many(db, by, "report.cases", f"team:{team_id}", patients)
    return render_template(
        "reports/cases.html",
        team=team,
        figure=counted,
        found=found,
        many=many,
        period=asked,
        sees=sees,
        labels=reasons.LABELS,
    )


def _asked(form: Form, today: date) -> Period:
    """From the address, or as typed; what cannot be meant is said beside its field, and the usual period shown."""
    usual = next(iter(period.usual(today).values()))
    if form["from"] or form["to"]:
        with form.blaming("to"):
            return _from_address()
    elif form["from-day"] or form["to-day"]:
        first = form.day("from", "Enter the first day as day, month and year")
        last = form.day("to", "Enter the last day as day, month and year")
        with form.blaming("to"):
            if first is not None and last is not None:
                return period.checked(first, last)
    return usual


def _from_address() -> Period:
    first, last = (request.args.get(name, "") for name in ("from", "to"))
    if not first and not last:
        return next(iter(period.usual(_today()).values()))
    try:
        return period.checked(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise Invalid("Enter both days of the period.") from None


def _today() -> date:
    return in_london(utc_now()).date()
