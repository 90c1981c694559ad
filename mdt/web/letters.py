"""Letters about a case: looked at before they are made, made as PDF, sent or dropped; and a team's own wording."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from gevent import get_hub

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import NotFound
from mdt.letters import actions, kinds, markup, queries, typeset
from mdt.letters.models import LetterTemplate
from mdt.letters.values import NAMES
from mdt.meeting import queries as meetings
from mdt.outcome import queries as outcomes
from mdt.people import versions
from mdt.people.permissions import may, require
from mdt.people.queries import names_of
from mdt.record.written import in_full
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("letters", __name__)

WAYS = ("Post", "Secure e-mail", "GP Connect or the trust’s own link", "Given by hand")

# What a team sees its wording filled with, before any patient's letter is.
EXAMPLE: markup.Values = {
    "patient": "Jane Example",
    "nhs": "999 000 0018",
    "born": "1 May 1950",
    "team": "Example cancer MDT",
    "meeting_day": "24 November 2026",
    "question": "Is this suitable for surgery?",
    "decision": "Recommend surgery, then chemotherapy, curative intent.",
    "plain_decision": "We recommend an operation, and after that chemotherapy. The aim is to cure the cancer.",
    "rationale": "Fit, with disease in one place.",
    "views": "Would like treatment if it can be near home.",
    "plain_views": "We took into account what you have told us matters to you.",
    "responsible": "Mr A. Surgeon",
    "tell_who": "the specialist nurse",
    "tell_by": "26 November 2026",
    "actions": ("Clinic appointment: Mr A. Surgeon, by 1 December 2026",),
    "signed_by": "Dr B. Chair",
    "signed_on": "24 November 2026",
    "amended": "",
}


@pages.get("/cases/<case_id>/letters/")
def of_case(case_id: str) -> Any:
    by = current_actor()
    with house().db.writing() as db:
        case = meetings.case(db, by, case_id)
        made = queries.of_case(db, by, case.id)
        signed = outcomes.in_force(db, by, case.id)
        names = names_of(db, {one.made_by for one in made} | {one.closed_by for one in made})
        reading.of_one(db, by, "letters.read", f"case:{case.id}", case.patient_id)
    return render_template(
        "letters/case.html",
        case=case,
        made=made,
        signed=signed,
        names=names,
        labels=kinds.LABELS,
        makes=may(by, "letter.make", case.meeting.team_id),
        words=may(by, "letter.word", case.meeting.team_id),
        sent={one.kind for one in made if one.status == actions.SENT and signed and one.outcome_id == signed.id},
    )


@pages.get("/cases/<case_id>/letters/new/<kind>/")
def look(case_id: str, kind: str) -> Any:
    return _look(case_id, kind, Form())


@pages.post("/cases/<case_id>/letters/new/<kind>/")
def make(case_id: str, kind: str) -> Any:
    """The PDF is set outside the transaction, in a thread of its own: a room must not wait for it."""
    by, form, now = current_actor(), Form(request.form), utc_now()
    recipient = form.required("recipient", "Enter who the letter is for")
    made = letter = None
    if form.is_good:
        with form.blaming("recipient"), house().db.reading() as db:
            made = actions.draft(
                db, by=by, case_id=case_id, kind=_kind(kind), recipient=recipient, address=form["address"], now=now
            )
    if made is not None:
        pdf = get_hub().threadpool.apply(lambda: typeset.pdf(made.document(), now=now))
        with house().db.writing() as db:
            letter = actions.make(db, by=by, made=made, pdf=pdf, now=now)
    if letter is None:
        return _look(case_id, kind, form, 400)
    return redirect(url_for(".read", case_id=case_id, letter_id=letter.id))


@pages.get("/cases/<case_id>/letters/<letter_id>/")
def read(case_id: str, letter_id: str) -> Any:
    return _read(case_id, letter_id, Form())


@pages.get("/cases/<case_id>/letters/<letter_id>.pdf")
def document(case_id: str, letter_id: str) -> Response:
    by = current_actor()
    with house().db.writing() as db:
        letter = queries.one(db, by, case_id, letter_id)
        reading.of_one(db, by, "letter.read", f"case:{case_id}", letter.patient_id)
    answer = Response(letter.pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="letter-{letter.kind}-{letter.id[:8]}.pdf"'
    return answer


@pages.post("/cases/<case_id>/letters/<letter_id>/sent")
def send(case_id: str, letter_id: str) -> Any:
    by, form, now = current_actor(), Form(request.form), utc_now()
    sent_on = form.day("sent_on", "Enter the day it went as day, month and year")
    how = form.required("how", "Say how it went")
    told_on = form.day("told_on", "Enter the day as day, month and year") if "told_on-day" in request.form else None
    if form.is_good and sent_on is not None:
        with form.blaming("told_on" if "told_on-day" in request.form else "sent_on"), house().db.writing() as db:
            actions.send(
                db, by=by, case_id=case_id, letter_id=letter_id, sent_on=sent_on, how=how, told_on=told_on, now=now
            )
    if not form.is_good:
        return _read(case_id, letter_id, form, 400)
    return redirect(url_for(".of_case", case_id=case_id))


@pages.post("/cases/<case_id>/letters/<letter_id>/dropped")
def drop(case_id: str, letter_id: str) -> Any:
    by, form = current_actor(), Form(request.form)
    why = form.required("why", "Say why it will not be sent")
    if form.is_good:
        with form.blaming("why"), house().db.writing() as db:
            actions.drop(db, by=by, case_id=case_id, letter_id=letter_id, why=why, now=utc_now())
    if not form.is_good:
        return _read(case_id, letter_id, form, 400)
    return redirect(url_for(".of_case", case_id=case_id))


@pages.get("/teams/<team_id>/letters/<kind>/")
def wording(team_id: str, kind: str) -> Any:
    return _wording(team_id, kind, Form())


@pages.post("/teams/<team_id>/letters/<kind>/")
def word(team_id: str, kind: str) -> Any:
    """`act` is save, or look: the example is filled with what is typed and nothing is kept."""
    by, form = current_actor(), Form(request.form)
    require(by, "letter.word", team_id)
    form.parsed("text", lambda text: markup.tidy(text, NAMES))
    starts = form.day("starts", "Enter the day as day, month and year")
    if form.is_good and starts is not None and form["act"] == "save":
        with form.blaming("starts"), house().db.writing() as db:
            actions.word(
                db, by=by, team_id=team_id, kind=_kind(kind), starts=starts, text=form["text"], now=utc_now()
            )  # fmt: skip
        if form.is_good:
            return redirect(url_for(".wording", team_id=team_id, kind=kind))
    return _wording(team_id, kind, form, 200 if form.is_good else 400)


def _look(case_id: str, kind: str, form: Form, status: int = 200) -> Response:
    by, now = current_actor(), utc_now()
    with house().db.writing() as db:
        case = meetings.case(db, by, case_id)
        recipient, address = queries.last_recipient(db, case.patient_id, _kind(kind))
        if not recipient and kind == kinds.PATIENT:
            recipient = in_full(case.patient.family, case.patient.given)
        if not recipient and kind == kinds.REFERRER and case.listed_by:
            recipient = names_of(db, {case.listed_by}).get(case.listed_by, "")
        shown = actions.draft(db, by=by, case_id=case_id, kind=kind, recipient=recipient or "–", address="", now=now)
        reading.of_one(db, by, "letters.read", f"case:{case.id}", case.patient_id)
    page = render_template(
        "letters/new.html",
        case=case,
        kind=kind,
        label=kinds.LABELS[kind],
        shown=shown,
        form=form,
        recipient=form["recipient"] or recipient,
        address=form["address"] or address,
    )
    return make_response(page, status)


def _read(case_id: str, letter_id: str, form: Form, status: int = 200) -> Response:
    by = current_actor()
    with house().db.writing() as db:
        case = meetings.case(db, by, case_id)
        letter = queries.one(db, by, case_id, letter_id)
        told = queries.told(db, case.id)
        signed = outcomes.in_force(db, by, case.id)
        names = names_of(db, {letter.made_by, letter.closed_by})
        reading.of_one(db, by, "letter.read", f"case:{case_id}", letter.patient_id)
    page = render_template(
        "letters/letter.html",
        case=case,
        letter=letter,
        told=told,
        label=kinds.LABELS[letter.kind],
        is_old=signed is None or signed.id != letter.outcome_id,
        makes=may(by, "letter.make", case.meeting.team_id),
        names=names,
        form=form,
        ways=[{"value": way, "text": way} for way in WAYS],
        today=_today(),
    )
    return make_response(page, status)


def _wording(team_id: str, kind: str, form: Form, status: int = 200) -> Response:
    by, today = current_actor(), _today()
    with house().db.reading() as db:
        team = versions.team(db, by, team_id, "letter.see")
        now = queries.wording(db, team_id, _kind(kind), today)
        kept = versions.told(db, LetterTemplate, team_id, kind=kind)
    text = form["text"] or now.text
    title, blocks = markup.fill(text, EXAMPLE)
    page = render_template(
        "letters/wording.html",
        team=team,
        kind=kind,
        labels=kinds.LABELS,
        now=now,
        kept=kept,
        fills=NAMES,
        form=form,
        text=text,
        title=title,
        blocks=blocks,
        words=may(by, "letter.word", team_id),
        today=today,
    )
    return make_response(page, status)


def _kind(kind: str) -> str:
    if kind not in kinds.KINDS:
        raise NotFound("There is no such letter.")
    return kind


def _today() -> date:
    return in_london(utc_now()).date()
