"""What an agenda says beside each of its cases: how it was sorted, its clock, how it came onto the list."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving import reasons
from mdt.meeting.moving.models import Carry, LateAddition, Transfer
from mdt.meeting.pathway.queries import Waiting, of_cases
from mdt.meeting.triage import streams
from mdt.meeting.triage.models import Ratification, Triage
from mdt.meeting.triage.queries import newest, ratified


@dataclass(frozen=True)
class Line:
    """One case. `came`: the carry that brought it here; `went`: the one that took it elsewhere; `late`: if it was."""

    case: Case
    triage: Triage | None = None
    word: Ratification | None = None
    waiting: Waiting | None = None
    late: LateAddition | None = None
    came: Carry | None = None
    went: Carry | None = None
    offered: Transfer | None = None
    accepted: Transfer | None = None

    @property
    def on_standard(self) -> bool:
        """Whether it stands in the block of those that are listed and not discussed."""
        return self.case.stream == streams.STANDARD

    @property
    def notes(self) -> list[str]:
        """How it came here and where it goes, each in a sentence."""
        said = []
        if self.triage is not None and self.triage.promoted:
            said.append(f"Promoted to full discussion by {self.triage.by_name}: {self.triage.reason}")
        if self.late is not None:
            said.append(f"Late addition, approved by {self.late.decided_name}: {self.late.reason}")
        if self.came is not None:
            said.append(reasons.came(self.came))
        if self.went is not None:
            said.append(reasons.went(self.went))
        if self.accepted is not None:
            said.append(reasons.accepted(self.accepted))
        if self.offered is not None:
            said.append(reasons.offered(self.offered))
        return said


def of_meeting(session: Session, meeting: Meeting, today: date) -> dict[str, Line]:
    """By case, for all cases of a meeting the caller may see; as many queries however many there are."""
    ids = [case.id for case in meeting.cases]
    if not ids:
        return {}
    triages, words, waiting = newest(session, ids), ratified(session, ids), of_cases(session, meeting.cases, today)
    late = {one.case_id: one for one in session.scalars(select(LateAddition).where(LateAddition.case_id.in_(ids)))}
    carries = session.scalars(
        select(Carry)
        .where(Carry.to_case_id.in_(ids) | Carry.case_id.in_(ids))
        .options(
            joinedload(Carry.case).joinedload(Case.meeting).joinedload(Meeting.team),
            joinedload(Carry.to_case).joinedload(Case.meeting).joinedload(Meeting.team),
        )
    ).all()
    came, went = {one.to_case_id: one for one in carries}, {one.case_id: one for one in carries}
    offers = select(Transfer).where(Transfer.case_id.in_(ids) | Transfer.to_case_id.in_(ids))
    offers = offers.options(
        joinedload(Transfer.to_team), joinedload(Transfer.case).joinedload(Case.meeting).joinedload(Meeting.team)
    )
    transfers = session.scalars(offers.order_by(Transfer.asked_at)).all()
    offered, accepted = {one.case_id: one for one in transfers}, {one.to_case_id: one for one in transfers}
    return {
        case.id: Line(
            case,
            triages.get(case.id),
            words.get(case.id),
            waiting.get(case.id),
            late.get(case.id),
            came.get(case.id),
            went.get(case.id),
            offered.get(case.id),
            accepted.get(case.id),
        )
        for case in meeting.cases
    }
