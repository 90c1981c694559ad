"""A trust's own sign-in, or NHS CIS2: who vouches for whom, and what its word must say before it is taken.

Read from a TOML file, one `[[provider]]` each:

    key = "cis2"                     # in addresses and in the audit
    name = "NHS smartcard"           # on the button
    issuer = "https://..."           # exactly as its discovery document says
    client_id = "..."
    secret_env = "MDT_CIS2_SECRET"   # the variable that holds the client's secret
    scopes = ["openid", "profile", "nationalrbacaccess"]
    acr = ["AAL3_ANY", "AAL2_OR_AAL3_ANY"]  # asked for, in this order, and one of them must come back
    subject = "nhsid_useruid"        # the claim that says who it is; "sub" unless said
    roles_claim = "nhsid_nrbac_roles"
    roles = ["S8000:G8000:R8000"]    # one of these must be held; nothing: no role is asked for
    trust = "RMC"                    # whose people it vouches for; nothing: anybody whose sign-in was linked by hand
    link_by_email = true             # somebody of that trust is known by a verified e-mail address the first time
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, Misconfigured, NotFound
from mdt.people.models import ExternalIdentity, Person
from mdt.people.permissions import require
from mdt.people.queries import person_by_email

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NOBODY = Actor(person_id=None, name="nobody signed in")
UNKNOWN = "You proved who you are, but nobody here is known by that sign-in yet. Ask your administrator to link it."


@dataclass(frozen=True)
class Provider:
    """One who vouches for people, as the file says."""

    key: str
    name: str
    issuer: str
    client_id: str
    secret: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    acr: tuple[str, ...] = ()
    subject: str = "sub"
    roles_claim: str = ""
    roles: frozenset[str] = frozenset()
    trust: str = ""
    link_by_email: bool = False


def load(path: Path | None, env: Mapping[str, str] | None = None) -> dict[str, Provider]:
    """The providers of a file by their keys; raises Misconfigured with a sentence that names what is wrong."""
    if path is None:
        return {}
    try:
        said = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(f"MDT_SIGN_IN names {path}, which cannot be read: {error}") from error
    made = [_provider(one, os.environ if env is None else env) for one in said.get("provider", [])]
    if len({one.key for one in made}) < len(made):
        raise Misconfigured(f"{path}: two providers have the same key")
    return {one.key: one for one in made}


def known(session: Session, provider: Provider, claims: Mapping[str, Any], now: datetime) -> Person | str:
    """Whom these verified claims mean; or the sentence that says why they let nobody in. Refusals are audited."""
    try:
        _require_strength(provider, claims)
        _require_role(provider, claims)
        return _person(session, provider, claims, now)
    except (Invalid, NotFound) as refusal:
        why = {"provider": provider.key, "acr": str(claims.get("acr", ""))[:60], "why": type(refusal).__name__}
        audit.record(session, _NOBODY, "sign-in.provider-refused", "person:unknown", detail=why, now=now)
        return str(refusal)


def link(
    session: Session, *, by: Actor, provider: Provider, person_id: str, subject: str, now: datetime
) -> ExternalIdentity:
    """Somebody is known by this sign-in from now on."""
    require(by, "people.manage")
    if not subject.strip():
        raise Invalid("Say what the provider calls them.")
    if _linked(session, provider, subject) is not None:
        raise Invalid("Somebody is known by that sign-in already.")
    return _link(session, by, provider, person_id, subject=subject.strip(), now=now)


def _person(session: Session, provider: Provider, claims: Mapping[str, Any], now: datetime) -> Person:
    subject = claims.get(provider.subject)
    if not isinstance(subject, str) or not subject:
        raise Invalid(f"{provider.name} did not say who you are.")
    held = _linked(session, provider, subject)
    if held is not None:
        person = session.get_one(Person, held.person_id)
    else:
        person = _by_email(session, provider, claims)
        _link(session, Actor(person.id, person.name), provider, person.id, subject=subject, now=now)
    if not person.active or (provider.trust and person.trust_ods != provider.trust):
        raise NotFound(UNKNOWN)
    return person


def _by_email(session: Session, provider: Provider, claims: Mapping[str, Any]) -> Person:
    """Only of the trust whose provider it is, and only by an address that the provider itself has verified."""
    email, verified = claims.get("email"), claims.get("email_verified")
    person = person_by_email(session, email) if isinstance(email, str) and verified is True else None
    if not (provider.link_by_email and provider.trust and person and person.trust_ods == provider.trust):
        raise NotFound(UNKNOWN)
    return person


def _require_strength(provider: Provider, claims: Mapping[str, Any]) -> None:
    if provider.acr and claims.get("acr") not in provider.acr:
        raise Invalid(f"{provider.name} did not ask you for enough to prove who you are. Use your card or your key.")


def _require_role(provider: Provider, claims: Mapping[str, Any]) -> None:
    if provider.roles and provider.roles.isdisjoint(_role_codes(claims.get(provider.roles_claim))):
        raise Invalid("The role you chose is not one for this service. Sign in again and choose your clinical role.")


def _role_codes(said: Any) -> Iterator[str]:
    """Codes as plain text, or as CIS2 gives them: objects with a `role_code`."""
    for one in said if isinstance(said, list) else []:
        code = one.get("role_code") if isinstance(one, dict) else one
        if isinstance(code, str):
            yield code


def _linked(session: Session, provider: Provider, subject: str) -> ExternalIdentity | None:
    wanted = select(ExternalIdentity).where(ExternalIdentity.provider == provider.key)
    return session.scalar(wanted.where(ExternalIdentity.subject == subject))


def _link(
    session: Session, by: Actor, provider: Provider, person_id: str, *, subject: str, now: datetime
) -> ExternalIdentity:
    made = ExternalIdentity(provider=provider.key, subject=subject, person_id=person_id, linked_at=now)
    session.add(made)
    session.flush()
    detail = {"provider": provider.key, "identity": made.id}
    audit.record(session, by, "identity.linked", f"person:{person_id}", detail=detail, now=now)
    return made


def _provider(said: dict[str, Any], env: Mapping[str, str]) -> Provider:
    key = str(said.get("key", ""))
    if not re.fullmatch(r"[a-z0-9-]{1,32}", key):
        raise Misconfigured(f"a provider's key must be of small letters, digits and hyphens, not {key!r}")
    missing = [name for name in ("name", "issuer", "client_id", "secret_env") if not said.get(name)]
    if missing:
        raise Misconfigured(f"the provider {key} lacks {', '.join(missing)}")
    issuer = urlsplit(said["issuer"])
    if issuer.scheme != "https" and issuer.hostname not in _LOOPBACK:
        raise Misconfigured(f"the issuer of the provider {key} must be an https address")
    if not env.get(said["secret_env"]):
        raise Misconfigured(f"{said['secret_env']}, the secret of the provider {key}, is not set")
    if said.get("link_by_email") and not said.get("trust"):
        raise Misconfigured(f"the provider {key} links by e-mail, and must say of which trust")
    return Provider(
        key=key,
        name=said["name"],
        issuer=said["issuer"].rstrip("/"),
        client_id=said["client_id"],
        secret=env[said["secret_env"]],
        scopes=tuple(said.get("scopes", Provider.scopes)),
        acr=tuple(said.get("acr", ())),
        subject=str(said.get("subject", "sub")),
        roles_claim=str(said.get("roles_claim", "")),
        roles=frozenset(said.get("roles", ())),
        trust=str(said.get("trust", "")),
        link_by_email=bool(said.get("link_by_email")),
    )
