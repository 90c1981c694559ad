"""Sign in and out."""

import re
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from gevent import get_hub

from mdt.core.clock import utc_now
from mdt.people import passwords, signing_in
from mdt.web import session
from mdt.web.forms import Form
from mdt.web.session import current_actor, house, public

pages = Blueprint("signing_in", __name__)

_OUR_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+/?(\?[A-Za-z0-9_=&%+.-]*)?")


@pages.get("/sign-in")
@public
def ask() -> Any:
    if session.signed_in_actor() is not None:
        return redirect(_then(request.args.get("then", "")))
    return _page(Form(), request.args.get("then", ""))


@pages.post("/sign-in")
@public
def sign_in() -> Any:
    form = Form(request.form)
    email = form.required("email", "Enter your e-mail address")
    form.required("password", "Enter your password")
    if not form.is_good:
        return _page(form, form["then"], 400)
    answer = _try(signing_in.Attempt(email, request.remote_addr or ""), form["password"])
    if answer.person is None:
        form.errors["email"] = answer.sentence
        return _page(form, form["then"], 400)
    session.begin(answer.person)
    return redirect(_then(form["then"]))


@pages.post("/sign-out")
def sign_out() -> Any:
    with house().db.writing() as db:
        signing_in.sign_out(db, by=current_actor(), now=utc_now())
    session.end()
    response = make_response(redirect(url_for("signing_in.ask")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'  # images of patients that the browser kept (ADR 7)
    return response


def _try(attempt: signing_in.Attempt, typed: str) -> signing_in.Answer:
    db, now = house().db, utc_now()
    with db.reading() as reading:
        kept = signing_in.hash_to_check(reading, attempt, now)
    if isinstance(kept, signing_in.Answer):
        return kept
    # In a thread of its own: argon2 is slow on purpose, and live rooms share this process.
    checked = get_hub().threadpool.apply(passwords.check, (kept, typed))
    with db.writing() as writing:
        return signing_in.conclude(writing, attempt, checked, now)


def _then(path: str) -> str:
    """Where they were going, with what they asked for there; only ever a path of ours."""
    return path if _OUR_PATH.fullmatch(path) else url_for("meetings.mine")


def _page(form: Form, then: str, status: int = 200) -> Response:
    return make_response(render_template("people/sign_in.html", form=form, then=then), status)
