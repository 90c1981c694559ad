"""What a passkey's two halves have in common on our side: the place it is for, and the challenge kept between them."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import request, session

from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.people.passkeys import Asked, Place
from mdt.web.session import house

ANSWERED_WITHIN = timedelta(minutes=5)
_CHALLENGE = "challenge"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def place() -> Place | None:
    """Where passkeys are good for, as this page is looked at; None where browsers allow none (an IP address)."""
    public, asked = urlsplit(house().settings.public_url), urlsplit(f"//{request.host}")
    if request.host == public.netloc and not _is_address(public.hostname or ""):
        return Place(public.hostname or "", f"{public.scheme}://{public.netloc}")
    if asked.hostname == "localhost" and (public.hostname or "") in _LOOPBACK:
        return Place("localhost", f"http://{request.host}")
    return None


def required_place() -> Place:
    found = place()
    if found is None:
        raise Invalid("Passkeys do not work at this address.")
    return found


def begin(asked: Asked) -> dict[str, Any]:
    """Keep the challenge in the cookie, and tell the browser."""
    session[_CHALLENGE] = [asked.challenge, int(utc_now().timestamp())]
    return asked.options


def challenge() -> str:
    """The one that was kept; each is good for one answer, and not for long."""
    kept = session.pop(_CHALLENGE, None)
    if kept is None or utc_now().timestamp() - kept[1] > ANSWERED_WITHIN.total_seconds():
        raise Invalid("That took too long. Try again.")
    return str(kept[0])


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
