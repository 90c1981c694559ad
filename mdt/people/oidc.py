"""OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636), by Authlib. One request at a time.

Nothing the browser brings is believed: the code is changed for a token over our own line, and the token's signature,
issuer, audience, times and nonce are checked. No redirect is followed: only the provider's own addresses are asked.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from mdt.core.errors import Invalid
from mdt.people.providers import Provider

ALGORITHMS = ["RS256", "PS256", "ES256", "RS512", "PS512"]  # never "none", and none that needs a shared key
LEEWAY = 60  # seconds that clocks may differ
TIMEOUT = 10.0
_LOST = "{} cannot be reached, or did not answer as it should. Try again, or sign in with your password."


@dataclass(frozen=True)
class Begun:
    """What is kept of a sign-in that is under way at the provider, in the signed cookie."""

    provider: str
    state: str
    nonce: str
    verifier: str

    def kept(self) -> dict[str, str]:
        return asdict(self)


def begin(provider: Provider, redirect_uri: str) -> tuple[str, Begun]:
    """The provider's address to send the browser to."""
    about = _discover(provider)
    begun = Begun(provider.key, *(secrets.token_urlsafe(48) for _ in range(3)))
    asked = {"acr_values": " ".join(provider.acr)} if provider.acr else {}
    address = prepare_grant_uri(
        about["authorization_endpoint"],
        provider.client_id,
        "code",
        redirect_uri,
        list(provider.scopes),
        begun.state,
        nonce=begun.nonce,
        code_challenge=create_s256_code_challenge(begun.verifier),
        code_challenge_method="S256",
        **asked,
    )
    return str(address), begun


def finish(provider: Provider, redirect_uri: str, begun: Begun, answer: Mapping[str, str]) -> dict[str, Any]:
    """The verified claims of whoever came back; raises Invalid in words."""
    if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
        raise Invalid("This sign-in was not begun on this browser. Start again.")
    if "code" not in answer:
        raise Invalid(f"{provider.name} did not sign you in. Try again, or sign in with your password.")
    about = _discover(provider)
    try:
        token = _token(provider, about, redirect_uri, begun, answer["code"])
        claims = _verified(provider, begun, token, _json(httpx.get(about["jwks_uri"], timeout=TIMEOUT)))
        return claims | _more(about, token, claims)
    except (JoseError, httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Invalid(_LOST.format(provider.name)) from error


def _token(provider: Provider, about: Mapping[str, Any], redirect_uri: str, begun: Begun, code: str) -> dict[str, Any]:
    """What the code is worth (RFC 6749, 4.1.3), to us who hold the secret and to the browser that began."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": begun.verifier,
        "client_id": provider.client_id,
        "client_secret": provider.secret,
    }
    return _json(httpx.post(about["token_endpoint"], data=asked, timeout=TIMEOUT))


def _verified(provider: Provider, begun: Begun, token: Mapping[str, Any], keys: Any) -> dict[str, Any]:
    read = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS)
    claims = CodeIDToken(
        read.claims,
        read.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        params={"nonce": begun.nonce, "client_id": provider.client_id, "access_token": token.get("access_token")},
    )
    claims.validate(leeway=LEEWAY)
    return dict(claims)


def _more(about: Mapping[str, Any], token: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """What else the provider tells, of the same person (5.3.2). It adds to what was signed and changes none of it."""
    if "userinfo_endpoint" not in about:
        return {}
    shown = {"Authorization": f"Bearer {token['access_token']}"}
    told = _json(httpx.get(about["userinfo_endpoint"], headers=shown, timeout=TIMEOUT))
    if told.get("sub") != claims["sub"]:
        raise ValueError("it speaks of somebody else")
    return {name: value for name, value in told.items() if name not in claims}


def _discover(provider: Provider) -> dict[str, Any]:
    try:
        about = _json(httpx.get(f"{provider.issuer}/.well-known/openid-configuration", timeout=TIMEOUT))
        if about["issuer"].rstrip("/") != provider.issuer:
            raise ValueError("it is another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if urlsplit(about[name]).scheme != urlsplit(provider.issuer).scheme:
                raise ValueError(f"its {name} is not as safe as itself")
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(_LOST.format(provider.name)) from error
    return about


def _json(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != httpx.codes.OK:
        raise ValueError(f"it answered {answer.status_code}")
    said = answer.json()
    if not isinstance(said, dict):
        raise TypeError("it did not answer with an object")
    return cast(dict[str, Any], said)
