"""Somebody's own account: where they are signed in, and what else than a password proves who they are."""

from datetime import timedelta
from typing import Any

import segno
from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, session, url_for

from mdt.core.clock import utc_now
from mdt.core.errors import Forbidden, Invalid
from mdt.people import open_sessions, passkeys, second_factor
from mdt.people.models import Person
from mdt.people.sessions import SignIn
from mdt.web import ceremony
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("account", __name__, url_prefix="/account")

FRESH = timedelta(minutes=15)
_OFFERED = "offered"  # the sealed secret of an app that is being set up


@pages.get("/")
def page() -> Any:
    by, now = current_actor(), utc_now()
    with house().db.reading() as db:
        told = {
            "sessions": open_sessions.of(db, by, now),
            "passkeys": passkeys.of(db, by),
            "has_app": second_factor.has_app(db, by.person_id),
            "codes": second_factor.recovery_codes_left(db, by.person_id),
        }
    here = SignIn.read(session)
    return render_template(
        "people/account.html",
        **told,
        here=here and here.session_id,
        ways=open_sessions.WAYS,
        is_fresh=_is_fresh(),
        passkeys_work=ceremony.place() is not None,
        most=second_factor.RECOVERY_CODES,
    )


@pages.post("/sessions/<session_id>/end")
def end_session(session_id: str) -> Any:
    with house().db.writing() as db:
        open_sessions.end(db, by=current_actor(), session_id=session_id, now=utc_now())
    return redirect(url_for(".page"))


@pages.get("/code/")
def offer_code() -> Any:
    _require_fresh()
    session[_OFFERED] = second_factor.seal(second_factor.new_secret(), house().settings.secret_key)
    return _code_page(Form())


@pages.post("/code/")
def set_up_code() -> Any:
    _require_fresh()
    form, by = Form(request.form), current_actor()
    if _OFFERED not in session:
        return redirect(url_for(".offer_code"))
    typed = form.required("code", "Enter the six digits that the app shows")
    if form.is_good:
        key = house().settings.secret_key
        secret = second_factor.unseal(session[_OFFERED], key)
        with form.blaming("code"), house().db.writing() as db:
            made = second_factor.set_up(db, by=by, secret=secret, typed=typed, our_key=key, now=utc_now())
            session.pop(_OFFERED)
            return _recovery_page(made)
    return _code_page(form, 400)


@pages.post("/code/remove")
def remove_code() -> Any:
    _require_fresh()
    with house().db.writing() as db:
        second_factor.remove(db, by=current_actor(), now=utc_now())
    return redirect(url_for(".page"))


@pages.post("/recovery/")
def new_recovery_codes() -> Any:
    _require_fresh()
    with house().db.writing() as db:
        made = second_factor.new_recovery_codes(db, by=current_actor(), now=utc_now())
    return _recovery_page(made)


@pages.post("/passkeys/options.json")
def passkey_options() -> Any:
    _require_fresh()
    with house().db.reading() as db:
        asked = passkeys.ask_to_add(db, current_actor(), ceremony.required_place())
    return jsonify(ceremony.begin(asked))


@pages.post("/passkeys/add.json")
def add_passkey() -> Any:
    _require_fresh()
    said = request.get_json(silent=True)
    if not isinstance(said, dict) or not isinstance(said.get("answer"), dict):
        raise Invalid("The browser sent no passkey.")
    place, challenge, answer, now = ceremony.required_place(), ceremony.challenge(), said["answer"], utc_now()
    name = str(said.get("name") or "") or open_sessions.in_words(request.headers.get("User-Agent", ""))
    with house().db.writing() as db:
        passkeys.add(db, by=current_actor(), place=place, challenge=challenge, answer=answer, name=name, now=now)
    return jsonify(ok=True, to=url_for(".page"))


@pages.post("/passkeys/<passkey_id>/remove")
def remove_passkey(passkey_id: str) -> Any:
    _require_fresh()
    with house().db.writing() as db:
        passkeys.remove(db, by=current_actor(), passkey_id=passkey_id, now=utc_now())
    return redirect(url_for(".page"))


def _is_fresh() -> bool:
    held = SignIn.read(session)
    return held is not None and utc_now() - held.issued < FRESH


def _require_fresh() -> None:
    """A workstation that somebody walked away from must not get a key of its own to their account."""
    current_actor()
    if not _is_fresh():
        raise Forbidden("To change how you sign in, sign in again first: you did so here more than 15 minutes ago.")


def _code_page(form: Form, status: int = 200) -> Response:
    by, key = current_actor(), house().settings.secret_key
    secret = second_factor.unseal(session[_OFFERED], key)
    with house().db.reading() as db:
        email = db.get_one(Person, by.person_id).email
    picture = segno.make(second_factor.address(secret, email)).svg_data_uri(scale=5, border=3, dark="#212b32")
    typed = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return make_response(render_template("people/code.html", form=form, picture=picture, secret=typed), status)


def _recovery_page(made: list[str]) -> Response:
    return make_response(render_template("people/recovery.html", codes=made))
