"""The link to the team's video call: checked before it is kept, and its host told before anybody goes there."""

from urllib.parse import urlsplit

from mdt.core.errors import Invalid

SCHEMES = ("https",)
LONGEST = 2000


def link(typed: str) -> str | None:
    """An address people may safely be sent to; None for nothing. Raises Invalid."""
    address = typed.strip()
    if not address:
        return None
    if len(address) > LONGEST or any(character.isspace() or ord(character) < 32 for character in address):
        raise Invalid("That is not one address. Copy the call’s link whole, from https:// to its end.")
    try:
        parts = urlsplit(address)
        named = parts.hostname or ""
    except ValueError:
        raise Invalid("That is not an address. Copy the call’s link whole, from https:// to its end.") from None
    if parts.scheme not in SCHEMES:
        raise Invalid("The call’s link must begin with https://, as those of Teams and its like do.")
    if "." not in named or parts.username is not None or parts.password is not None or "\\" in address:
        raise Invalid("The call’s link must name a site, such as teams.microsoft.com.")
    return address


def host(address: str) -> str:
    """Where it leads, for people to read: letters of other alphabets in the form that cannot deceive (punycode)."""
    named = urlsplit(address).hostname or ""
    try:
        return named.encode("idna").decode()
    except UnicodeError:
        return ascii(named)
