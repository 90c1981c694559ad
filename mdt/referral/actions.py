"""What whoever refers does: begin, type, send, join to another, withdraw, add papers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.people import permissions
from mdt.people.models import Team
from mdt.record.models import Patient
from mdt.referral import fields, gate, papers, queries, requirements, states, telling
from mdt.referral.models import Referral, ReferralChange, ReferralFile, ReferralForm, ReferralStep
from mdt.trusts.queries import trust_names

LONGEST_REASON = 500


@dataclass(frozen=True)
class Saved:
    """What became of a save: the referral as it is now, what was changed, and what somebody else had changed.

    `conflicts` are fields that both changed, with what is kept now; what was typed is still the caller's.
    """

    referral: Referral
    changed: list[str] = field(default_factory=list)
    conflicts: dict[str, Any] = field(default_factory=dict)


def begin(session: Session, *, by: Actor, team_id: str, patient_id: str, now: datetime) -> Referral:
    """A draft. Whoever has one for this patient and team already goes on with it."""
    permissions.require(by, "refer")
    if session.get(Team, team_id) is None:
        raise NotFound("There is no such team.")
    if session.get(Patient, patient_id) is None:
        raise NotFound("There is no such patient.")
    there = select(Referral).where(
        Referral.author_id == by.person_id,
        Referral.team_id == team_id,
        Referral.patient_id == patient_id,
        Referral.state == states.DRAFT,
    )
    if (found := session.scalar(there)) is not None:
        return found
    return start(session, by, team_id=team_id, patient_id=patient_id, values={}, now=now)


def start(
    session: Session, by: Actor, *, team_id: str, patient_id: str, values: dict[str, Any], now: datetime
) -> Referral:
    """A row in its first state, with its step and its audit."""
    referral = Referral(
        team_id=team_id,
        patient_id=patient_id,
        state=states.DRAFT,
        values=values,
        revision=0,
        author_id=by.person_id,
        author_name=by.name,
        author_ods=by.trust_ods,
        begun_at=now,
    )
    session.add(referral)
    session.flush()
    _note(session, by, referral, reason="", missing=[], now=now)
    detail = {"team": team_id}
    audit.record(
        session, by, "referral.begun", f"referral:{referral.id}", patient_id=patient_id, detail=detail, now=now
    )
    return referral


def save(
    session: Session, *, by: Actor, referral_id: str, revision: int, typed: Mapping[str, Any], now: datetime
) -> Saved:
    """Keep what was typed into a form that showed the referral at `revision`.

    Fields that nobody touched since are set; one that somebody else changed meanwhile is left as it is, unless what
    was typed is what the form had shown (then this person never touched it). Raises Invalid for a value that cannot be.
    """
    referral = queries.referral(session, by, referral_id, lock=True)
    _require_writes(by, referral)
    form = asked_of(session, referral, now)
    today, trusts = in_london(now).date(), trust_names(session)
    values, changed, conflicts = dict(referral.values), [], {}
    for name, raw in typed.items():
        if name not in form:
            raise Invalid(f"This team’s form has no field called {name[:40]!r}.")
        if referral.state == states.ACCEPTED and name in fields.CARRIED:
            continue  # they live on in the case and in the pathway, where they are changed
        value, kept = fields.read(form[name][0], raw, today, trusts), values.get(name, "")
        if value == kept or (fields.empty(value) and fields.empty(kept)):
            continue
        since = _shown_at(session, referral, name, revision)
        if since is None:
            values[name] = value
            changed.append(name)
        elif value != since["value"] and not (fields.empty(value) and fields.empty(since["value"])):
            conflicts[name] = kept
    if changed:
        referral.revision += 1
        session.add_all(_change(by, referral, name, values[name], now) for name in changed)
        referral.values = values
        record(session, by, referral, "referral.typed", now=now, revision=referral.revision, fields=changed)
    return Saved(referral, changed, conflicts)


def send(
    session: Session, *, by: Actor, referral_id: str, apart_reason: str = "", now: datetime
) -> tuple[Referral, list[gate.Lack]]:
    """Put it before the team. One that lacks something comes back at once with what is missing.

    Raises Stale when the team has this patient already and no reason says why this is no duplicate.
    """
    referral = queries.referral(session, by, referral_id, lock=True)
    if referral.author_id != by.person_id and not by.is_system:
        raise Forbidden("Only whoever wrote a referral sends it.")
    states.require_move(referral.state, states.SENT)
    form = requirements.in_force(session, referral.team_id, now)
    lacks = gate.lacks(referral.values, requirements.asked(form), in_london(now).date())
    referral.sent_at, referral.form_id = referral.sent_at or now, form.id if form else None
    if lacks and not referral.overridden:
        came_back = [lack.sentence for lack in lacks]
        reason = "Something that this team needs is missing."
        move(session, by, referral, states.RETURNED, reason=reason, missing=came_back, now=now)
        return referral, lacks
    reason = reason_given(apart_reason, "") if apart_reason.strip() else referral.apart_reason
    there = queries.others(session, team_id=referral.team_id, patient_id=referral.patient_id, but=referral.id)
    if there and not reason:
        raise Stale(
            "This team has a referral of this patient already. Join yours to it, or say why it is another question."
        )
    referral.apart_reason = reason
    move(session, by, referral, states.SENT, reason=reason, now=now)
    return referral, []


def join(session: Session, *, by: Actor, referral_id: str, other_id: str, now: datetime) -> Referral:
    """It asks what another asks: from now on the other's fate is its own. What it says is kept beside that one."""
    referral = queries.referral(session, by, referral_id, lock=True)
    is_author = referral.author_id == by.person_id and referral.state in states.WRITABLE
    if not is_author:
        permissions.require(by, "referral.decide", referral.team_id)
    there = queries.others(session, team_id=referral.team_id, patient_id=referral.patient_id, but=referral.id)
    other = next((one for one in there if one.id == other_id), None)
    if other is None:
        raise Invalid("That referral is no longer open, or is not of this patient; this one was not joined to it.")
    referral.joined_to, referral.sent_at = other.id, referral.sent_at or now
    move(session, by, referral, states.JOINED, now=now)
    return referral


def withdraw(session: Session, *, by: Actor, referral_id: str, reason: str, now: datetime) -> Referral:
    """Whoever wrote it takes it back before it is listed; a draft needs no reason."""
    referral = queries.referral(session, by, referral_id, lock=True)
    if referral.author_id != by.person_id:
        raise Forbidden("Only whoever wrote a referral withdraws it.")
    why = "" if referral.state == states.DRAFT else reason_given(reason, "Say why you withdraw this referral.")
    move(session, by, referral, states.WITHDRAWN, reason=why, now=now)
    return referral


def attach(
    session: Session, *, by: Actor, referral_id: str, name: str, kind: str, size: int, sha256: str, now: datetime
) -> ReferralFile:
    """A paper whose bytes the caller has kept; `kind` is what `papers.kind_of` found in them."""
    referral = queries.referral(session, by, referral_id, lock=True)
    _require_writes(by, referral)
    here = [one for one in referral.files if one.removed_at is None]
    if len(here) >= papers.MOST:
        raise Invalid(f"A referral holds at most {papers.MOST} files.")
    if any(one.sha256 == sha256 for one in here):
        raise Invalid("This file is among those of this referral already.")
    paper = ReferralFile(
        referral_id=referral.id,
        name=papers.name_of(name, kind),
        kind=kind,
        bytes=size,
        sha256=sha256,
        added_by=by.person_id,
        added_name=by.name,
        added_at=now,
    )
    session.add(paper)
    session.flush()
    record(session, by, referral, "referral.file-added", now=now, file=paper.id, kind=kind, sha256=sha256)
    return paper


def remove_file(session: Session, *, by: Actor, referral_id: str, file_id: str, now: datetime) -> ReferralFile:
    """It is shown no more; its row and its bytes stay."""
    referral = queries.referral(session, by, referral_id, lock=True)
    _require_writes(by, referral)
    paper = next((one for one in referral.files if one.id == file_id and one.removed_at is None), None)
    if paper is None:
        raise NotFound("There is no such file.")
    paper.removed_by, paper.removed_at = by.person_id, now
    record(session, by, referral, "referral.file-removed", now=now, file=paper.id)
    return paper


def asked_of(session: Session, referral: Referral, now: datetime) -> requirements.Asked:
    """The form a referral is read and judged by: the one it was sent under, before that today's."""
    if referral.sent_at is not None and referral.state != states.RETURNED:
        form = session.get(ReferralForm, referral.form_id) if referral.form_id else None
        return requirements.asked(form)
    return requirements.asked(requirements.in_force(session, referral.team_id, now))


def move(
    session: Session, by: Actor, referral: Referral, to: str, *, reason: str = "", missing: list[str] | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """The one way a referral changes its state: by the table, with a step and an audit entry. Asks no permission."""
    states.require_move(referral.state, to)
    referral.state = to
    step = _note(session, by, referral, reason=reason, missing=missing or [], now=now)
    record(session, by, referral, f"referral.{to}", now=now, reason=reason, missing=len(missing or []))
    if by.person_id != referral.author_id:
        telling.came_back(session, referral, step, now)


def reason_given(text: str, sentence: str) -> str:
    """Tidied; raises Invalid with the sentence when it is empty."""
    tidy = " ".join(text.split())
    if not tidy:
        raise Invalid(sentence)
    if len(tidy) > LONGEST_REASON:
        raise Invalid(f"The reason must be {LONGEST_REASON} characters or fewer.")
    return tidy


def _require_writes(by: Actor, referral: Referral) -> None:
    if not queries.writes(by, referral):
        raise Forbidden("This referral cannot be changed by you now: it is with the team, or it is over.")


def _shown_at(session: Session, referral: Referral, name: str, revision: int) -> dict[str, Any] | None:
    """What a form showed of a field that was changed since; None where it was not changed."""
    made = select(ReferralChange.before).where(
        ReferralChange.referral_id == referral.id, ReferralChange.field == name, ReferralChange.revision > revision
    )
    return session.scalar(made.order_by(ReferralChange.revision).limit(1))


def _change(by: Actor, referral: Referral, name: str, value: Any, now: datetime) -> ReferralChange:
    return ReferralChange(
        referral_id=referral.id,
        revision=referral.revision,
        field=name,
        before={"value": referral.values.get(name, "")},
        after={"value": value},
        by_id=by.person_id,
        by_name=by.name,
        at=now,
    )


def _note(
    session: Session, by: Actor, referral: Referral, *, reason: str, missing: list[str], now: datetime
) -> ReferralStep:
    session.flush()
    numbers = session.scalars(select(ReferralStep.number).where(ReferralStep.referral_id == referral.id)).all()
    step = ReferralStep(
        referral_id=referral.id,
        number=max(numbers, default=0) + 1,
        state=referral.state,
        at=now,
        by_id=by.person_id,
        by_name=by.name,
        reason=reason,
        missing=missing,
    )
    session.add(step)
    session.flush()
    return step


def record(session: Session, by: Actor, referral: Referral, what: str, *, now: datetime, **detail: Any) -> None:
    """Into the audit, of this referral and its patient."""
    session.flush()
    subject = f"referral:{referral.id}"
    audit.record(session, by, what, subject, patient_id=referral.patient_id, detail=detail, now=now)
