"""Reading referrals, always for somebody: whoever wrote one, and the team once it was sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from mdt.core.actor import Actor
from mdt.core.errors import NotFound
from mdt.meeting import progress
from mdt.meeting import states as case_states
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving.models import Carry, Transfer
from mdt.people import permissions
from mdt.people.models import Team
from mdt.record.models import Holder, Link, Study
from mdt.referral import fields, states
from mdt.referral.models import Referral, ReferralChange
from mdt.referral.requirements import Asked

NO_SUCH_REFERRAL = "There is no such referral, or it is not yours and not your team’s."

_WITH = (
    joinedload(Referral.team),
    joinedload(Referral.patient),
    joinedload(Referral.case).joinedload(Case.meeting),
    selectinload(Referral.steps),
    selectinload(Referral.files),
)


def sees(by: Actor, referral: Referral) -> bool:
    """Whoever wrote it always; those who take part in its team from the moment it was sent."""
    if by.is_system or (by.person_id is not None and referral.author_id == by.person_id):
        return True
    return referral.sent_at is not None and permissions.may(by, "referral.see", referral.team_id)


def is_team(by: Actor, referral: Referral) -> bool:
    """Whether they see it as one of the team that has it."""
    return referral.sent_at is not None and permissions.may(by, "referral.see", referral.team_id)


def writes(by: Actor, referral: Referral) -> bool:
    """Whether they may type in it: its author before it is sent and once returned, then the team until its meeting."""
    if referral.state in states.WRITABLE and by.person_id is not None and referral.author_id == by.person_id:
        return True
    if not permissions.may(by, "referral.complete", referral.team_id):
        return False
    if referral.state == states.ACCEPTED:
        return referral.case is not None and referral.case.meeting.status != progress.CLOSED
    return referral.state == states.SENT


def referral(session: Session, by: Actor, referral_id: str, *, lock: bool = False) -> Referral:
    """One with its team, patient, case, steps and files; raises NotFound for those who may not see it."""
    if lock:
        session.get(Referral, referral_id, with_for_update=True)
    wanted = select(Referral).where(Referral.id == referral_id).options(*_WITH)
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None or not sees(by, found):
        raise NotFound(NO_SUCH_REFERRAL)
    return found


def mine(session: Session, by: Actor) -> list[Referral]:
    """What the actor has written, the latest first. What a coordinator listed at once is no paper of theirs."""
    wanted = select(Referral).where(Referral.author_id == by.person_id, Referral.at_once.is_(False)).options(*_WITH)
    return list(session.scalars(wanted.order_by(Referral.begun_at.desc(), Referral.id)))


def of_team(session: Session, by: Actor, team_id: str, of_states: Collection[str]) -> list[Referral]:
    """A team's referrals that stand so, those sent first first."""
    permissions.require(by, "referral.see", team_id)
    wanted = select(Referral).where(
        Referral.team_id == team_id, Referral.state.in_(of_states), Referral.sent_at.is_not(None)
    )
    return list(session.scalars(wanted.options(*_WITH).order_by(Referral.sent_at, Referral.id)))


def waiting(session: Session, by: Actor) -> int:
    """How many were sent to teams for which the actor decides, and wait for that."""
    teams = [team for team in by.roles if permissions.may(by, "referral.decide", team)]
    if not teams:
        return 0
    sent = select(Referral.id).where(Referral.team_id.in_(teams), Referral.state == states.SENT)
    return len(session.scalars(sent).all())


def teams(session: Session) -> list[Team]:
    """Every team one can refer to, by name. They concern no patient."""
    return list(session.scalars(select(Team).order_by(Team.name)))


def current_case(session: Session, referral: Referral) -> Case | None:
    """The case its patient has by now: the one it was listed as, or what that was carried or handed over to."""
    case, met = referral.case, set[str]()
    while case is not None and case.id not in met:
        met.add(case.id)
        carried = select(Carry.to_case_id).where(Carry.case_id == case.id, Carry.to_case_id.is_not(None))
        taken = select(Transfer.to_case_id).where(Transfer.case_id == case.id, Transfer.to_case_id.is_not(None))
        onward = session.scalar(carried) or session.scalar(taken)
        if onward is None:
            break
        case = session.scalar(select(Case).where(Case.id == onward).options(joinedload(Case.meeting)))
    return case


def of_cases(session: Session, case_ids: Collection[str]) -> dict[str, Referral]:
    """By case, the referral it came of, also where it was carried here. The caller may see the cases."""
    origins = _origins(session, case_ids)
    wanted = select(Referral).where(Referral.case_id.in_(set(origins.values()))).options(*_WITH)
    by_first = {one.case_id: one for one in session.scalars(wanted)}
    return {case_id: by_first[first] for case_id, first in origins.items() if first in by_first}


def _origins(session: Session, case_ids: Collection[str]) -> dict[str, str]:
    """By case, the one it was before it was ever carried."""
    origins = {case_id: case_id for case_id in case_ids}
    while True:
        back = select(Carry.to_case_id, Carry.case_id).where(Carry.to_case_id.in_(set(origins.values())))
        before = {to: came for to, came in session.execute(back) if to is not None}
        if not before:
            return origins
        origins = {case_id: before.get(first, first) for case_id, first in origins.items()}


def others(session: Session, *, team_id: str, patient_id: str, but: str | None = None) -> list[Referral]:
    """Possible duplicates: the same patient's referrals that the team has, or that are listed and not yet discussed."""
    wanted = select(Referral).where(
        Referral.team_id == team_id, Referral.patient_id == patient_id, Referral.sent_at.is_not(None)
    )
    if but is not None:
        wanted = wanted.where(Referral.id != but)
    found = session.scalars(wanted.options(*_WITH).order_by(Referral.sent_at))
    return [one for one in found if one.state in states.OPEN or _is_coming(session, one)]


def _is_coming(session: Session, one: Referral) -> bool:
    if one.state != states.ACCEPTED:
        return False
    case = current_case(session, one)
    ahead = (*case_states.BEFORE, case_states.LIVE, case_states.DEFERRED)
    here = case is not None and case.meeting.team_id == one.team_id
    return here and case is not None and case.meeting.status != progress.CLOSED and case.status in ahead


def meetings_ahead(session: Session, team_id: str) -> list[Meeting]:
    """The team's meetings that are not closed, the next first, for the choice of one to list for."""
    wanted = select(Meeting).where(Meeting.team_id == team_id, Meeting.status != progress.CLOSED)
    return list(session.scalars(wanted.order_by(Meeting.starts_at)))


def changes(session: Session, referral_id: str) -> list[ReferralChange]:
    """Every change of a value, the latest first."""
    made = select(ReferralChange).where(ReferralChange.referral_id == referral_id)
    return list(session.scalars(made.order_by(ReferralChange.revision.desc(), ReferralChange.field)))


@dataclass(frozen=True)
class Line:
    """A field with its answer, in words or as rows of (cell's label, words). `lacks`: why it keeps it from a list."""

    field: fields.Field
    said: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()


def lines(referral: Referral, asked: Asked, trusts: dict[str, str]) -> list[Line]:
    """What a referral says, in the order of the form; what is not said is left out."""
    shown = []
    for field, _ in asked.values():
        value = referral.values.get(field.name)
        if fields.empty(value):
            continue
        if field.kind == fields.ROWS:
            assert isinstance(value, list)
            shown.append(Line(field, "", tuple(_cells(field, row, trusts) for row in value)))
        else:
            shown.append(Line(field, fields.said(field, value, trusts)))
    return shown


def _cells(field: fields.Field, row: dict[str, str], trusts: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((one.label, fields.said(one, row.get(one.name, ""), trusts)) for one in field.columns)


def in_the_record(session: Session, referral: Referral) -> list[Study | None]:
    """For each imaging line of a referral, the study the record holds: of that day, at that trust, of that kind.

    For the team alone: the caller has asked `is_team`.
    """
    linked = select(Link.study_id).where(Link.patient_id == referral.patient_id, Link.status.in_(("auto", "confirmed")))
    held = select(Study, Holder.trust_ods).join(Study.holders).where(Study.id.in_(linked), Holder.gone_at.is_(None))
    there = [(study, ods) for study, ods in session.execute(held)]
    return [_study(row, there) for row in referral.values.get("imaging") or []]


def _study(row: dict[str, str], there: Collection[tuple[Study, str]]) -> Study | None:
    day, kind = row.get("date"), row.get("modality")
    if not day or not row.get("trust"):
        return None
    same = [
        study
        for study, ods in there
        if study.study_date == date.fromisoformat(day)
        and ods == row["trust"]
        and (not kind or kind == "OT" or kind in study.modalities)
    ]
    return same[0] if len(same) == 1 else next((one for one in same if one.accession == row.get("number")), None)
