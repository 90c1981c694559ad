"""Signing in by somebody who vouches: to the provider, and back."""

from typing import Any

from flask import Blueprint, redirect, request, session, url_for

from mdt.core.clock import utc_now
from mdt.core.errors import Invalid, NotFound
from mdt.people import oidc, open_sessions, providers, signing_in
from mdt.people.providers import Provider
from mdt.web.forms import Form
from mdt.web.session import house, public
from mdt.web.signing_in import begun as signed_in
from mdt.web.signing_in import only_path, sign_in_page

pages = Blueprint("vouched", __name__, url_prefix="/sign-in/with/<provider>")

_KEPT = "vouching"


@pages.get("/")
@public
def go(provider: str) -> Any:
    """To the provider."""
    found = _provider(provider)
    try:
        address, begun = oidc.begin(found, _back(found))
    except Invalid as refusal:
        return _refused(str(refusal))
    session[_KEPT] = begun.kept() | {"then": only_path(request.args.get("then", ""))}
    return redirect(address)


@pages.get("/back")
@public
def back(provider: str) -> Any:
    """From the provider: whatever the browser brings is good for one look."""
    found, kept = _provider(provider), session.pop(_KEPT, None)
    if kept is None or kept["provider"] != found.key:
        return _refused("This sign-in was not begun on this browser, or took too long. Start again.")
    then = kept.pop("then")
    try:
        claims = oidc.finish(found, _back(found), oidc.Begun(**kept), request.args.to_dict())
    except Invalid as refusal:
        return _refused(str(refusal))
    now = utc_now()
    with house().db.writing() as db:
        person = providers.known(db, found, claims, now)
        if not isinstance(person, str):
            signing_in.signed_in(db, person, open_sessions.PROVIDER, now)
    return _refused(person) if isinstance(person, str) else signed_in(person, open_sessions.PROVIDER, then)


def _provider(key: str) -> Provider:
    if key not in house().providers:
        raise NotFound("Nobody signs in that way here.")
    return house().providers[key]


def _back(provider: Provider) -> str:
    return house().settings.public_url + url_for(".back", provider=provider.key)


def _refused(sentence: str) -> Any:
    form = Form()
    form.errors["email"] = sentence
    return sign_in_page(form, "", 400)
