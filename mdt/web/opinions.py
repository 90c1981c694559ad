"""Writing one's opinion on a case before its meeting."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid, Stale
from mdt.meeting import queries
from mdt.people.permissions import require
from mdt.preparation import disciplines, opinion_form, opinions, policies, reviews
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("opinions", __name__, url_prefix="/cases/<case_id>/opinion")


@pages.get("/")
def ask(case_id: str) -> Any:
    return _page(case_id, None)


@pages.post("/")
def write(case_id: str) -> Any:
    """The form carries the meeting, the patient and the version that it showed."""
    form, by = Form(request.form), current_actor()
    version = int(form["version"]) if form["version"].isascii() and form["version"].isdigit() else 0
    binding = opinions.Binding(form["meeting"], case_id, form["patient"], version)
    try:
        with form.blaming("opinion"), house().db.writing() as db:
            opinions.write(db, by=by, binding=binding, discipline=form["discipline"], typed=form.typed, now=utc_now())
    except Stale as moved_on:
        form.errors["opinion"] = str(moved_on)
        return _page(case_id, form, 409)
    if not form.is_good:
        return _page(case_id, form, 400)
    return redirect(url_for("cases.page", case_id=case_id, _anchor="opinions"))


def _page(case_id: str, form: Form | None, status: int = 200) -> Response:
    by = current_actor()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        require(by, "opinion.write", case.meeting.team_id)
        kept = opinions.own(db, by, case_id)
        if form is None and opinions.was_opened(case):
            raise Invalid("The case has been opened: opinions written before it no longer change.")
        policy = policies.on(db, case.meeting.team_id, in_london(case.meeting.starts_at).date())
        mine = kept[0].discipline if kept else reviews.discipline_of(db, by)
        reading.of_one(db, by, "opinion.read", f"case:{case.id}", case.patient_id)
    discipline = request.values.get("discipline") or mine or ""
    page = render_template(
        "preparation/opinion.html",
        case=case,
        kept=kept,
        hidden=policy.opinions_hidden,
        discipline=discipline if discipline in opinion_form.FIELDS else "",
        disciplines=disciplines.DISCIPLINES,
        fields=opinion_form.FIELDS,
        lines=opinion_form.lines,
        longest=opinion_form.LONGEST,
        form=form or Form(),
        typed=form.typed if form else (kept[0].form if kept else {}),
    )
    return make_response(page, status)
