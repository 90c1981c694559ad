"""The second factor of a local account: codes of an authenticator app (RFC 6238), and recovery codes on paper.

80 random bits need no slow hash. The app's secret must be read again for every code, so it is encrypted with a key
made from ours, which is not in the database.
"""

import base64
import hashlib
import secrets
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound
from mdt.people.models import Passkey, RecoveryCode, TotpKey

ISSUER = "Cancer MDT"
STEP = 30  # seconds
DRIFT = 1  # steps that a telephone's clock may be wrong, either way
RECOVERY_CODES = 10

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_WRONG = "That code is not right. It is six digits, and changes every 30 seconds: check the telephone’s clock."


def new_secret() -> str:
    """What the app is given, as a picture or to be typed."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """`otpauth:`, as every authenticator app reads it from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def seal(secret: str, our_key: str) -> str:
    return _box(our_key).encrypt(secret.encode()).decode()


def unseal(sealed: str, our_key: str) -> str:
    try:
        return _box(our_key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Invalid("This code was set up under another key of this service; use a recovery code.") from None


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """Which step's code was typed, as far as clocks drift; None when no such step has it."""
    code, this = "".join(typed.split()), int(now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    near = range(this - DRIFT, this + DRIFT + 1)
    return next((step for step in near if secrets.compare_digest(made.at(step * STEP).encode(), code.encode())), None)


def set_up(session: Session, *, by: Actor, secret: str, typed: str, our_key: str, now: datetime) -> list[str]:
    """The app shows the right code: from now on it is asked for. Answers with new recovery codes, shown once."""
    step = step_of(secret, typed, now)
    if step is None:
        raise Invalid(_WRONG)
    held = session.get(TotpKey, by.person_id) or TotpKey(person_id=by.person_id or "")
    held.sealed, held.last_step, held.made_at = seal(secret, our_key), step, now
    session.add(held)
    audit.record(session, by, "code.set-up", f"person:{by.person_id}", now=now)
    return new_recovery_codes(session, by=by, now=now)


def remove(session: Session, *, by: Actor, now: datetime) -> None:
    held = session.get(TotpKey, by.person_id)
    if held is None:
        raise NotFound("There is no authenticator app set up.")
    session.delete(held)
    audit.record(session, by, "code.removed", f"person:{by.person_id}", now=now)


def new_recovery_codes(session: Session, *, by: Actor, now: datetime) -> list[str]:
    """Ten new ones; the old ones work no more. They are shown this once."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == by.person_id))
    made = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(hash=_hashed(code), person_id=by.person_id or "") for code in made)
    audit.record(session, by, "recovery-codes.made", f"person:{by.person_id}", now=now)
    return made


def recovery_codes_left(session: Session, person_id: str | None) -> int:
    left = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def has_app(session: Session, person_id: str | None) -> bool:
    return session.get(TotpKey, person_id) is not None


def is_asked_of(session: Session, person_id: str) -> bool:
    """Whether a password alone does not sign them in."""
    has_passkey = select(Passkey.id).where(Passkey.person_id == person_id).limit(1)
    return has_app(session, person_id) or session.scalar(has_passkey) is not None


def forget_all(session: Session, person_id: str) -> None:
    """Everything was lost; the caller has looked who asks, and audits it."""
    for kept in (TotpKey, Passkey, RecoveryCode):
        session.execute(delete(kept).where(kept.person_id == person_id))


def take(session: Session, person_id: str, typed: str, our_key: str, now: datetime) -> bool:
    """Whether it is a right code of theirs, of the app or of the paper; taken, it is worth nothing any more."""
    return _take_recovery(session, person_id, typed, now) or _take_code(session, person_id, typed, our_key, now)


def _take_code(session: Session, person_id: str, typed: str, our_key: str, now: datetime) -> bool:
    held = session.get(TotpKey, person_id, with_for_update=True, populate_existing=True)
    if held is None:
        return False
    step = step_of(unseal(held.sealed, our_key), typed, now)
    if step is None or step <= held.last_step:
        return False
    held.last_step = step
    return True


def _take_recovery(session: Session, person_id: str, typed: str, now: datetime) -> bool:
    held = session.get(RecoveryCode, _hashed(typed), with_for_update=True, populate_existing=True)
    if held is None or held.person_id != person_id or held.used_at is not None:
        return False
    held.used_at = now
    return True


def _box(our_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second factor\0{our_key}".encode()).digest()))


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _hashed(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
