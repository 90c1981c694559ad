"""Clashes, for administrators: one study for two people, one object with two contents, each with both records.

An administrator sees which, at which trusts, since when and what differs. Whose they are is shown to them only as it
would be elsewhere: for patients whom one of their own teams has listed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.arrivals import clashes as objects
from mdt.imaging.models import Instance, ObjectClash
from mdt.meeting.queries import may_see_patient
from mdt.record import claims
from mdt.record.clashes import STRONG
from mdt.record.contested import study_clashes
from mdt.record.models import Holder, Link, Study, StudyClash
from mdt.trusts.queries import trust_names
from mdt.trusts.source import ClaimedIdentity
from mdt.web import reading
from mdt.web.formats import SEXES, banner_date
from mdt.web.session import current_actor, house

pages = Blueprint("clashes", __name__, url_prefix="/clashes")

Facts = tuple[tuple[str, str], ...]

NOBODY = "Linked to nobody here, and not shown."
GONE = "The trust says that it no longer holds this study."
FIRST = "It came first: it is kept and shown."
SECOND = "It is kept in the store and not shown."
LABELS = ("Patient ID", "Other IDs", "Family name", "Given name", "Born", "Sex")


@dataclass(frozen=True)
class Side:
    """One of the records: where it is, since when we know, in facts; `who` is None where this reader may not see it."""

    where: str
    at: datetime
    facts: Facts
    did: str
    who: tuple[str, ...] | None


@dataclass(frozen=True)
class Clash:
    """Records that should be one and are not. `compared` says for each of LABELS whether they agree."""

    id: str
    found_at: datetime
    study: Study
    sides: tuple[Side, ...]
    compared: tuple[str, ...]
    sop_uid: str = ""
    differs: tuple[str, ...] = ()


@pages.get("/")
def page() -> Any:
    by = current_actor()
    with house().db.reading() as db:
        studies, kept, reader = study_clashes(db, by), objects.object_clashes(db, by), _Reader(db, by)
        shown = {
            "of_studies": [reader.study(one) for one in studies.now],
            "of_objects": [reader.object(one) for one in kept],
            "more": objects.how_many(db, by) - len(kept),
            "strays": objects.strays(db, by),
            "names": trust_names(db),
            "ended": studies.ended,
            "labels": LABELS,
        }
    if reader.seen:
        with house().db.writing() as db:
            reading.of_many(db, by, "clashes.read", "clashes", reader.seen)
    return render_template("record/clashes.html", **shown)


class _Reader:
    """Both sides of each clash, as far as this reader may see them; `seen` are the patients they saw."""

    def __init__(self, db: Session, by: Actor) -> None:
        self._db, self._by, self._names = db, by, trust_names(db)
        self.seen: set[str] = set()

    def study(self, clash: StudyClash) -> Clash:
        study = clash.study
        holders = sorted(study.holders, key=lambda one: one.place)
        compared = _compared([claims.from_json(one.claimed) for one in holders if one.gone_at is None])
        return Clash(clash.id, clash.found_at, study, tuple(self._held(study, one) for one in holders), compared)

    def object(self, clash: ObjectClash) -> Clash:
        kept = clash.instance
        study, other = self._db.get_one(Study, kept.series.study_id), self._db.get_one(Study, clash.study_id)
        holder = next((one for one in study.holders if one.trust_ods == kept.trust_ods), None)
        ours, theirs = holder.claimed if holder else {}, clash.claimed
        first, second = _strong(study.links), _strong(other.links)
        sides = (
            self._side(kept.trust_ods, kept.received_at, _file(kept), FIRST, claimed=ours, of=first),
            self._side(clash.trust_ods, clash.found_at, _file(clash), SECOND, claimed=theirs, of=second),
        )
        compared = _compared([claims.from_json(ours), claims.from_json(theirs)])
        differs = tuple(sorted(str(name) for name in clash.differs))
        return Clash(clash.id, clash.found_at, study, sides, compared, kept.sop_uid, differs)

    def _held(self, study: Study, holder: Holder) -> Side:
        """Whose it is there is for those who may see a patient that this very record has to do with."""
        links = [link for link in study.links if link.place == holder.place]
        facts = (("Series", _said(holder.series)), ("Objects", _said(holder.instances)))
        did = NOBODY if holder.gone_at is None else GONE
        side = self._side(holder.trust_ods, holder.seen_at, facts, did, claimed=holder.claimed, of=links)
        return replace(side, where=f"{side.where}, from a disc imported there") if holder.origin else side

    def _side(
        self, ods: str, at: datetime, facts: Facts, did: str, *, claimed: dict[str, Any], of: Iterable[Link]
    ) -> Side:
        patients = {link.patient_id for link in of if may_see_patient(self._db, self._by, link.patient_id)}
        self.seen |= patients
        return Side(self._names[ods], at, facts, did, _who(claimed) if patients else None)


def _strong(links: Iterable[Link]) -> list[Link]:
    return [link for link in links if link.status in STRONG]


def _said(number: int | None) -> str:
    return "not said" if number is None else f"{number:,}"


def _file(one: Instance | ObjectClash) -> Facts:
    return (("SHA-256", f"{one.sha256[:16]}…"), ("Bytes", f"{one.bytes:,}"))


def _who(claimed: dict[str, Any]) -> tuple[str, ...]:
    """As the trust says it, in the order of LABELS."""
    said = claims.from_json(claimed)
    return (
        said.patient_id or "",
        ", ".join(said.other_ids or ()),
        said.family or "",
        said.given or "",
        banner_date(said.birth_date) if said.birth_date else "",
        SEXES.get(said.sex or "", ""),
    )


def _compared(claimed: list[ClaimedIdentity]) -> tuple[str, ...]:
    """For each of LABELS: the same, differs, or not said by all."""
    values = [[_plain(one) for one in _raw(said)] for said in claimed]
    return tuple(_verdict([row[at] for row in values]) for at in range(len(LABELS)))


def _raw(said: ClaimedIdentity) -> tuple[Any, ...]:
    return (said.patient_id, said.other_ids, said.family, said.given, said.birth_date, said.sex)


def _plain(value: Any) -> str:
    joined = " ".join(sorted(value)) if isinstance(value, tuple) else str(value or "")
    return joined.casefold().replace(" ", "").replace("-", "")


def _verdict(values: list[str]) -> str:
    if not all(values):
        return "Not given by both"
    return "The same" if len(set(values)) == 1 else "Differs"
