"""Sign in and out."""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask import session as flask_session
from flask_wtf.csrf import generate_csrf
from gevent import get_hub

from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.people import open_sessions, passkeys, passwords, signing_in
from mdt.people.models import Person
from mdt.people.sessions import SignIn
from mdt.web import ceremony, known_devices, session
from mdt.web.forms import Form
from mdt.web.session import current_actor, house, public, unattended

pages = Blueprint("signing_in", __name__)

_OUR_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+/?(\?[A-Za-z0-9_=&%+.-]*)?")


@pages.get("/sign-in")
@public
def ask() -> Any:
    if session.signed_in_actor() is not None and "again" not in request.args:
        return redirect(only_path(request.args.get("then", "")))
    return sign_in_page(Form(), request.args.get("then", ""))


@pages.post("/sign-in")
@public
def sign_in() -> Any:
    form = Form(request.form)
    email = form.required("email", "Enter your e-mail address")
    form.required("password", "Enter your password")
    if not form.is_good:
        return sign_in_page(form, form["then"], 400)
    attempt = signing_in.Attempt(email, request.remote_addr or "", known_devices.known_as(email))
    answer = _try(attempt, form["password"])
    if answer.person is None:
        form.errors["email"] = answer.sentence
        return sign_in_page(form, form["then"], 400)
    if answer.needs_second:
        session.begin_half(answer.person)
        return redirect(url_for(".ask_second", then=only_path(form["then"])))
    return begun(answer.person, open_sessions.PASSWORD, form["then"])


@pages.get("/sign-in/second")
@public
def ask_second() -> Any:
    """The password was right; the second factor is asked for."""
    if session.half_signed_in() is None:
        return redirect(url_for(".ask"))
    return _second_page(Form(), request.args.get("then", ""))


@pages.post("/sign-in/second")
@public
def second() -> Any:
    form, person_id = Form(request.form), session.half_signed_in()
    if person_id is None:
        form.errors["email"] = "That took too long. Sign in again."
        return sign_in_page(form, form["then"], 400)
    typed = form.required("code", "Enter the code that your app shows, or a recovery code")
    answer = signing_in.Answer(None)
    if form.is_good:
        with form.blaming("code"), house().db.writing() as db:
            answer = signing_in.conclude_second(db, person_id, typed, house().settings.secret_key, utc_now())
    if answer.person is None:
        form.errors.setdefault("code", answer.sentence)
        return _second_page(form, form["then"], 400)
    return begun(answer.person, open_sessions.WITH_CODE, form["then"])


@pages.post("/sign-in/passkey/options.json")
@public
def passkey_options() -> Any:
    return jsonify(ceremony.begin(passkeys.ask_to_sign_in(ceremony.required_place())))


@pages.post("/sign-in/passkey.json")
@public
def passkey() -> Any:
    """A passkey signs in by itself: the device has asked for a finger or a PIN."""
    said = request.get_json(silent=True)
    if not isinstance(said, dict) or not isinstance(said.get("answer"), dict):
        raise Invalid("The browser sent no passkey.")
    place, challenge, now = ceremony.required_place(), ceremony.challenge(), utc_now()
    with house().db.writing() as db:
        person = passkeys.shown(db, place=place, challenge=challenge, answer=said["answer"], now=now)
        signing_in.signed_in(db, person, open_sessions.PASSKEY, now)
    to = only_path(str(said.get("then") or ""))
    session.begin(person, open_sessions.PASSKEY)
    response = jsonify(ok=True, to=to)
    known_devices.remember(response, person.email)
    return response


@pages.get("/session.json")
@unattended
def standing() -> Any:
    """How long this sign-in still lasts if nobody does anything, for the page that warns before its end."""
    return _standing()


@pages.post("/session/stay.json")
def stay() -> Any:
    """Somebody is there, typing in a page that asks for nothing by itself."""
    session.touch()
    return _standing()


@pages.post("/sign-out")
def sign_out() -> Any:
    with house().db.writing() as db:
        signing_in.sign_out(db, by=current_actor(), now=utc_now())
    session.end()
    response = make_response(redirect(url_for("signing_in.ask")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'  # images of patients that the browser kept (ADR 7)
    return response


def _standing() -> Response:
    held, now = SignIn.read(flask_session), utc_now()
    ends_in = held.left(now).total_seconds() if held else 0
    return jsonify(ends_in=int(ends_in), person=current_actor().person_id, token=generate_csrf())


def begun(person: Person, how: str, then: str) -> Response:
    session.begin(person, how)
    response = make_response(redirect(only_path(then)))
    known_devices.remember(response, person.email)
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


def only_path(path: str) -> str:
    """Where they were going, with what they asked for there; only ever a path of ours."""
    return path if _OUR_PATH.fullmatch(path) else url_for("front.door")


def sign_in_page(form: Form, then: str, status: int = 200) -> Response:
    page = render_template(
        "people/sign_in.html",
        form=form,
        then=then,
        passkeys_work=ceremony.place() is not None,
        providers=house().providers.values(),
    )
    return make_response(page, status)


def _second_page(form: Form, then: str, status: int = 200) -> Response:
    passkeys_work = ceremony.place() is not None
    page = render_template("people/second.html", form=form, then=then, passkeys_work=passkeys_work)
    return make_response(page, status)
