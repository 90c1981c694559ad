"""A referral to the lung team for tests of pages: the breast team's chair wrote and sent it, with a letter."""

from pathlib import Path

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.referral import actions
from tests.unit.pages import Seeded

LETTER = b"%PDF-1.4 a letter %%EOF"
ASKED = {"question": "Resectable?", "urgency": "next", "kind": "urgent", "ps": "1", "cfs": "3", "aware": "yes"}


def add_referral(made: Seeded) -> tuple[str, str]:
    """Its id, and that of its letter."""
    by, now = Actor(made.people["stranger"], "Dr Gita Rao", "RWJ", roles={made.teams["breast"]: "chair"}), utc_now()
    place = Path(made.house.settings.data) / "letter.pdf"
    place.write_bytes(LETTER)
    kept = made.house.papers.put(place)
    with made.house.db.writing() as db:
        one = actions.begin(db, by=by, team_id=made.teams["lung"], patient_id=made.patients["john"], now=now)
        typed = ASKED | {"received": in_london(now).date().isoformat()}
        actions.save(db, by=by, referral_id=one.id, revision=0, typed=typed, now=now)
        paper = actions.attach(
            db, by=by, referral_id=one.id, name="letter.pdf", kind="pdf", size=kept.bytes, sha256=kept.sha256, now=now
        )
        actions.send(db, by=by, referral_id=one.id, now=now)
    return one.id, paper.id
