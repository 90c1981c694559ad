"""Passwords: what is a good one, how it is kept (argon2id) and checked. Slow on purpose: never inside a transaction."""

from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mdt.core.errors import Invalid

SHORTEST, LONGEST = 12, 200

_HASHER = PasswordHasher()

# The hash of a password nobody has, so that an unknown e-mail address takes as long to refuse as a known one.
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$P1bt2HxZv5DO+FsbHT+rpw$n7g1D/xGzZmb30+c7e+JhzUu4X+glfwBIeEO/vx5gXQ"


@dataclass(frozen=True)
class Checked:
    """Whether the password was right, and a hash by today's settings when the kept one is older."""

    right: bool
    newer_hash: str | None = None


def hashed(password: str) -> str:
    """The hash to keep; raises Invalid when the password is too weak or too long."""
    if len(password) < SHORTEST:
        raise Invalid(f"A password must have at least {SHORTEST} characters; three random words make a good one.")
    if len(password) > LONGEST:
        raise Invalid(f"A password may have at most {LONGEST} characters.")
    if len(set(password)) < 5:
        raise Invalid("A password must not repeat the same few characters.")
    return _HASHER.hash(password)


def check(kept_hash: str, password: str) -> Checked:
    """Compare in constant time."""
    if len(password) > LONGEST:
        password = ""  # takes as long to refuse, without hashing megabytes
    try:
        _HASHER.verify(kept_hash, password)
    except (VerificationError, InvalidHashError):
        return Checked(right=False)
    if _HASHER.check_needs_rehash(kept_hash):
        return Checked(right=True, newer_hash=_HASHER.hash(password))
    return Checked(right=True)
