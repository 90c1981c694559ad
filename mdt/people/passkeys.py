"""Passkeys (WebAuthn level 3): a device proves who holds it, and asks for a finger or a PIN: two factors in one.

The face keeps the challenge between the two halves of each ceremony; here nothing knows of browsers or cookies.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import webauthn
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound
from mdt.people.models import Passkey, Person

NAME_MOST, MOST = 60, 10
_REFUSED = "That passkey was not accepted. Try again, or sign in with your password."
_BAD = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)  # the library's answers to odd input


@dataclass(frozen=True)
class Place:
    """Where passkeys are good for: a domain, and the one origin of it that is ours."""

    domain: str
    origin: str


@dataclass(frozen=True)
class Asked:
    """What the browser is to be told, and the challenge that its answer must carry (base64url)."""

    options: dict[str, Any]
    challenge: str


def ask_to_add(session: Session, by: Actor, place: Place) -> Asked:
    """The first half of making one."""
    person = session.get_one(Person, by.person_id)
    options = webauthn.generate_registration_options(
        rp_id=place.domain,
        rp_name="Cancer MDT",
        user_id=person.id.encode(),
        user_name=person.email,
        user_display_name=person.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(held.credential_id)) for held in of(session, by)
        ],
    )
    return Asked(json.loads(webauthn.options_to_json(options)), bytes_to_base64url(options.challenge))


def add(
    session: Session, *, by: Actor, place: Place, challenge: str, answer: Mapping[str, Any], name: str, now: datetime
) -> Passkey:
    """The second half: the device has made a key pair, and we keep the public half."""
    if len(of(session, by)) >= MOST:
        raise Invalid(f"You have {MOST} passkeys; remove one first.")
    try:
        made = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.domain,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except _BAD as error:
        raise Invalid("That passkey could not be made. Try again.") from error
    credential = bytes_to_base64url(made.credential_id)
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == credential)):
        raise Invalid("That passkey is in use already.")
    held = Passkey(
        person_id=by.person_id or "",
        credential_id=credential,
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        name=" ".join(name.split())[:NAME_MOST] or "Passkey",
        made_at=now,
    )
    session.add(held)
    session.flush()
    audit.record(session, by, "passkey.added", f"person:{by.person_id}", detail={"passkey": held.id}, now=now)
    return held


def ask_to_sign_in(place: Place) -> Asked:
    """The first half of showing one: whoever has one for this domain may answer."""
    options = webauthn.generate_authentication_options(
        rp_id=place.domain, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Asked(json.loads(webauthn.options_to_json(options)), bytes_to_base64url(options.challenge))


def shown(session: Session, *, place: Place, challenge: str, answer: Mapping[str, Any], now: datetime) -> Person:
    """The second half: whose it is. Raises Invalid, in the same words whatever was wrong."""
    credential = answer.get("id")
    wanted = select(Passkey).where(Passkey.credential_id == str(credential)).with_for_update()
    held = session.scalar(wanted)
    person = None if held is None else session.get(Person, held.person_id)
    if held is None or person is None or not person.active:
        raise Invalid(_REFUSED)
    try:
        proved = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.domain,
            expected_origin=place.origin,
            credential_public_key=base64url_to_bytes(held.public_key),
            credential_current_sign_count=held.sign_count,
            require_user_verification=True,
        )
    except _BAD as error:
        raise Invalid(_REFUSED) from error
    held.sign_count, held.last_used_at = proved.new_sign_count, now
    return person


def of(session: Session, by: Actor) -> list[Passkey]:
    """The actor's own, the newest first."""
    theirs = select(Passkey).where(Passkey.person_id == by.person_id)
    return list(session.scalars(theirs.order_by(Passkey.made_at.desc(), Passkey.id)))


def remove(session: Session, *, by: Actor, passkey_id: str, now: datetime) -> None:
    held = session.get(Passkey, passkey_id)
    if held is None or held.person_id != by.person_id:
        raise NotFound("There is no such passkey of yours.")
    session.delete(held)
    audit.record(session, by, "passkey.removed", f"person:{by.person_id}", detail={"passkey": passkey_id}, now=now)
