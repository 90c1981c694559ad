"""Flag what the meeting reads otherwise than a first report; and the feedback that comes of it, for those it is for."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Forbidden, Invalid, NotFound
from mdt.meeting import queries, states
from mdt.preparation import disciplines, discrepancies, feedback, reviews
from mdt.record.queries import timeline
from mdt.trusts.queries import live_trusts, trust_names
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("discrepancies", __name__)


@pages.get("/cases/<case_id>/discrepancy")
def ask(case_id: str) -> Any:
    return _page(case_id, Form())


@pages.post("/cases/<case_id>/discrepancy")
def flag(case_id: str) -> Any:
    form = Form(request.form)
    form.required("study", "Select the study")
    form.required("first_report", "Enter what the first report said")
    form.required("opinion", "Enter how the meeting reads it")
    form.required("significance", "Select what it means for the patient")
    form.required("trust", "Select the trust where the first report was written")
    if form.is_good:
        told = discrepancies.Told(
            form["study"], form["grade"], form["first_report"], form["opinion"], form["significance"], form["author"],
            form["trust"],
        )  # fmt: skip
        with form.blaming("grade"), house().db.writing() as db:
            discrepancies.flag(db, by=current_actor(), case_id=case_id, told=told, now=utc_now())
    if not form.is_good:
        return _page(case_id, form, 400)
    return redirect(url_for("cases.page", case_id=case_id, _anchor="discrepancies"))


@pages.post("/cases/<case_id>/discrepancies/<discrepancy_id>/withdraw")
def withdraw(case_id: str, discrepancy_id: str) -> Any:
    with house().db.writing() as db:
        discrepancies.withdraw(
            db, by=current_actor(), case_id=case_id, discrepancy_id=discrepancy_id,
            reason=request.form.get("reason", ""), now=utc_now(),
        )  # fmt: skip
    return redirect(url_for("cases.page", case_id=case_id, _anchor="discrepancies"))


@pages.get("/feedback/")
def inbox() -> Any:
    """What is for the reader's trust and discipline, and what the teams they chair have flagged."""
    by = current_actor()
    with house().db.writing() as db:
        mine, governed = feedback.for_me(db, by), feedback.of_my_teams(db, by)
        names = trust_names(db)
        reader = reviews.discipline_of(db, by)
        patients = {row.discrepancy.patient_id for row in (*mine, *governed)}
        reading.of_many(db, by, "feedback.read", "feedback", patients)
    return render_template(
        "preparation/feedback.html",
        mine=mine,
        governed=governed,
        names=names,
        own=names.get(by.trust_ods, by.trust_ods),
        reads=reader in disciplines.READERS,
        significance=discrepancies.SIGNIFICANCE,
    )


@pages.post("/feedback/<feedback_id>/acknowledge")
def acknowledge(feedback_id: str) -> Any:
    with house().db.writing() as db:
        feedback.acknowledge(
            db, by=current_actor(), feedback_id=feedback_id, reply=request.form.get("reply", ""), now=utc_now()
        )
    return redirect(url_for(".inbox"))


def _page(case_id: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        if not discrepancies.may_flag(db, by, case):
            raise Forbidden("A radiologist, a pathologist or the chair flags what differs from a first report.")
        if case.status in states.BEFORE:
            raise Invalid(
                "This case has not been discussed yet, so there is no opinion of the meeting to compare with."
            )
        entries = timeline(db, by, team_id=case.meeting.team_id, patient_id=case.patient_id)
        if not entries:
            raise NotFound("There is no imaging of this patient to speak of.")
        grades = discrepancies.grades_for(db, case)
        names = {trust.ods: trust.name for trust in live_trusts(db, on=in_london(now).date())}
        reading.of_one(db, by, "case.read", f"case:{case.id}", case.patient_id)
    chosen = form["study"] or request.args.get("study", "")
    held = next((entry.archives or entry.trusts for entry in entries if entry.study.id == chosen), ())
    page = render_template(
        "preparation/discrepancy.html",
        case=case,
        form=form,
        entries=entries,
        chosen=chosen,
        trust=form["trust"] or (held[0] if len(held) == 1 else ""),
        grades=grades,
        names=names,
        significance=discrepancies.SIGNIFICANCE,
        longest=discrepancies.TEXT_MOST,
    )
    return make_response(page, status)
