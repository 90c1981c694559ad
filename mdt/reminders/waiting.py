"""What waits for one person, in sentences that name no patient, each with the page where it is dealt with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote_plus

from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.words import counted, long_date
from mdt.meeting.bank_holidays import working_days_after
from mdt.outbox import kinds
from mdt.outcome import to_do, unsigned
from mdt.outcome.follow_through import TELL
from mdt.outcome.to_do import Due
from mdt.people.permissions import COORDINATOR, may
from mdt.people.queries import members_of

TELL_WITHIN = 2  # working days after the meeting (NHS England; the team may have promised it sooner)


@dataclass(frozen=True)
class Waiting:
    """Something of one kind: how much of it, what to say, and where to go."""

    kind: str
    count: int
    say: str
    path: str


def of_person(session: Session, by: Actor, now: datetime) -> list[Waiting]:
    """What a patient waits for comes first."""
    today = in_london(now).date()
    tomorrow = working_days_after(today, 1)[0]
    actions = to_do.open_actions(session, by)
    mine = [one for one in actions if one.is_of(by.person_id, by.name)]
    return [
        *_to_tell([one for one in mine if one.kind == TELL], by, today, tomorrow),
        *_overdue([one for one in mine if one.kind != TELL and one.due < today], by),
        *_nobodys(session, by, [one for one in actions if _deadline(one) < today], today),
        *_unsigned(session, by, now),
        *_due_soon([one for one in mine if one.kind != TELL and today <= one.due <= tomorrow], by),
        *_to_follow(session, by, today),
    ]


def _deadline(one: Due) -> date:
    """Of telling a patient: what was promised, and never later than two working days after the meeting."""
    if one.kind != TELL:
        return one.due
    return min(one.due, working_days_after(in_london(one.met_at).date(), TELL_WITHIN)[-1])


def _to_tell(mine: Sequence[Due], by: Actor, today: date, tomorrow: date) -> list[Waiting]:
    near = sorted(_deadline(one) for one in mine if _deadline(one) <= tomorrow)
    if not near:
        return []
    over = sum(day < today for day in near)
    said = f"You are to tell {counted(len(near), 'patient')} what was decided, "
    said += f"{'the first ' if len(near) > 1 else ''}by {long_date(near[0])}."
    said += f" For {over if over < len(near) else 'all' if over > 1 else 'this one'} that day is past." if over else ""
    return [Waiting(kinds.TELL, len(near), said, _actions_of(by.name))]


def _overdue(late: Sequence[Due], by: Actor) -> list[Waiting]:
    if not late:
        return []
    said = f"{counted(len(late), 'action of yours is', 'actions of yours are')} overdue, "
    said += f"{'the oldest ' if len(late) > 1 else ''}since {long_date(late[0].due)}."
    return [Waiting(kinds.OVERDUE, len(late), said, f"{_actions_of(by.name)}&only=overdue")]


def _nobodys(session: Session, by: Actor, late: Sequence[Due], today: date) -> list[Waiting]:
    """Overdue, and their owner is nobody whom we could remind: the coordinator asks after them."""
    found = []
    for team in _coordinated(by):
        members = members_of(session, team, today)
        orphans = [
            one for one in late if one.team_id == team and not any(one.is_of(each.id, each.name) for each in members)
        ]
        if orphans:
            said = f"{counted(len(orphans), 'overdue action has', 'overdue actions have')} an owner who is not of the "
            said += "team, whom nobody reminds."
            found.append(Waiting(kinds.OVERDUE, len(orphans), said, f"/actions/?team={team}&only=overdue"))
    return found


def _unsigned(session: Session, by: Actor, now: datetime) -> list[Waiting]:
    """Of each past meeting: what the chair is to sign, and what somebody else's eyes are to check."""
    found = []
    for one in unsigned.of_past_meetings(session, by, now):
        of = f"of {one.team} of {long_date(one.met_at)}"
        path = f"/meetings/{one.meeting_id}/sign-off/"
        if one.to_sign and may(by, "outcome.sign", one.team_id):
            said = f"{counted(one.to_sign, 'outcome')} {of} {'waits' if one.to_sign == 1 else 'wait'} to be signed."
            found.append(Waiting(kinds.SIGN, one.to_sign, said, path))
        if one.unwritten and may(by, "outcome.type", one.team_id):
            said = f"{counted(one.unwritten, 'case')} {of} {'was' if one.unwritten == 1 else 'were'} discussed and "
            said += f"{'has' if one.unwritten == 1 else 'have'} no outcome."
            found.append(Waiting(kinds.SIGN, one.unwritten, said, path))
        if one.to_check:
            said = f"{counted(one.to_check, 'outcome')} {of} {'waits' if one.to_check == 1 else 'wait'} to be checked "
            said += "by somebody who did not type it."
            found.append(Waiting(kinds.CHECK, one.to_check, said, path))
    return found


def _due_soon(soon: Sequence[Due], by: Actor) -> list[Waiting]:
    if not soon:
        return []
    said = f"{counted(len(soon), 'action of yours is', 'actions of yours are')} due, "
    said += f"{'the first ' if len(soon) > 1 else ''}on {long_date(soon[0].due)}."
    return [Waiting(kinds.DUE, len(soon), said, _actions_of(by.name))]


def _to_follow(session: Session, by: Actor, today: date) -> list[Waiting]:
    number = to_do.how_many_to_follow(session, today, _coordinated(by))
    if not number:
        return []
    said = f"{counted(number, 'decision was', 'decisions were')} signed eight weeks ago or longer, and nobody has said "
    said += "whether it was carried out." if number == 1 else "whether they were carried out."
    return [Waiting(kinds.FOLLOW, number, said, "/actions/")]


def _coordinated(by: Actor) -> list[str]:
    """The teams whose loose ends are the actor's."""
    return [team for team, role in by.roles.items() if role == COORDINATOR]


def _actions_of(name: str) -> str:
    return f"/actions/?whose={quote_plus(name)}"
