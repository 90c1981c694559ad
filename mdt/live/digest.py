"""A short fingerprint of a room's state, equal in Python and JavaScript, so that a diverged screen notices."""

import hashlib
import json

from mdt.live.room import State


def digest(state: State) -> str:
    """The first 16 hexadecimal digits of SHA-256 over the state as canonical JSON (docs/wire.md section 2)."""
    text = json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
