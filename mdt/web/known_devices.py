"""The browsers on which somebody has signed in before: a signed cookie of its own, that outlives the sign-in.

It lets nobody in. It only makes that wrong passwords typed elsewhere do not make this person wait here.
"""

import hashlib
from uuid import uuid4

from flask import Response, request
from itsdangerous import BadData, URLSafeSerializer

from mdt.web.session import house

LASTS = 180 * 24 * 3600  # seconds
MOST = 12  # people on one shared workstation


def known_as(email: str) -> str:
    """What this browser is counted under for somebody who has signed in on it before; nothing for anybody else."""
    device, who = _read()
    return device if _mark(email) in who else ""


def remember(response: Response, email: str) -> None:
    """They have signed in here."""
    device, who = _read()
    who = [_mark(email), *(one for one in who if one != _mark(email))][:MOST]
    response.set_cookie(
        _name(),
        _signer().dumps({"device": device or uuid4().hex, "who": who}),
        max_age=LASTS,
        httponly=True,
        secure=house().settings.secure_cookies,
        samesite="Lax",
    )


def _read() -> tuple[str, list[str]]:
    try:
        said = _signer().loads(request.cookies.get(_name(), ""))
    except BadData:
        return "", []
    return said["device"], said["who"]


def _mark(email: str) -> str:
    """The cookie names nobody to whoever reads it."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:16]


def _name() -> str:
    return "__Host-mdt-device" if house().settings.secure_cookies else "mdt-device"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(house().settings.secret_key, salt="known device")
