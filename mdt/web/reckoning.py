"""What a team reckons with for its agendas, from a day on, beside what its cases took in the last year."""

from statistics import median
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.meeting.places import minutes, reckoning
from mdt.meeting.places.models import AgendaRule
from mdt.people import versions
from mdt.people.permissions import may
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("reckoning", __name__, url_prefix="/teams/<team_id>/minutes")

AUDIT_PERCENT, AUDIT_LEAST = 10, 5  # in the form of a team that has set nothing; nothing is audited by that alone


@pages.get("/")
def page(team_id: str) -> Any:
    return _page(team_id, Form())


@pages.post("/")
def set_rule(team_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    starts = form.day("starts", "Enter the day as day, month and year, for example 24 11 2026")
    seconds = form.parsed("minutes", _seconds)
    percent, least = form.parsed("percent", _whole), form.parsed("least", _whole)
    if starts is not None and seconds is not None and percent is not None and least is not None and form.is_good:
        with form.blaming("minutes"), house().db.writing() as db:
            reckoning.set_rule(
                db,
                by=by,
                team_id=team_id,
                starts=starts,
                case_seconds=seconds,
                audit_percent=percent,
                audit_least=least,
                now=utc_now(),
            )
    return redirect(url_for(".page", team_id=team_id)) if form.is_good else _page(team_id, form, 400)


def _page(team_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    today = in_london(now).date()
    with house().db.reading() as db:
        team = versions.team(db, by, team_id)
        kept, rule = versions.told(db, AgendaRule, team_id), reckoning.rule_of(db, team_id, today)
        held = reckoning.past(db, team_id, now)
    page = render_template(
        "meeting/minutes.html",
        team=team,
        form=form,
        kept=kept,
        rule=rule,
        usual=minutes.USUAL_SECONDS,
        enough=minutes.ENOUGH,
        held=held,
        typical=round(median(seconds for _, seconds in held)) if held else None,
        kinds=reckoning.by_kind(held),
        standard={"percent": AUDIT_PERCENT, "least": AUDIT_LEAST},
        today=today,
        sets=may(by, "policy.set", team_id),
    )
    return make_response(page, status)


def _seconds(text: str) -> int:
    try:
        return round(float(text.replace(",", ".")) * 60)
    except (ValueError, OverflowError):
        raise Invalid("Enter the minutes as a number, for example 3.5") from None


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise Invalid("Enter a whole number, for example 10")
    return int(text)
