"""What happens on pages while people are in the room: private marks, opinions, the agenda, the door, roles, policy."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mdt.core.actor import Actor, system
from mdt.core.clock import in_london
from mdt.live import actions, private
from mdt.meeting import actions as meeting_actions
from mdt.meeting import guests, policies
from mdt.meeting.triage import sorting
from mdt.outcome import ratifying, standards
from mdt.people import actions as people_actions
from mdt.people.models import Person
from mdt.people.queries import build_actor
from mdt.preparation import opinions
from tests.fuzz.tab import Tab
from tests.room_stage import mark, uid

if TYPE_CHECKING:
    from tests.fuzz.simulation import Simulation

_ADMINISTRATOR = system("administrator")


def actor(session: Session, day: "Simulation", person: str) -> Actor:
    """Who they are just now."""
    by = build_actor(session, session.get_one(Person, person), day.stage.now)
    return guests.with_visits(session, by)


def draw_privately(session: Session, day: "Simulation", tab: Tab, case: str) -> None:
    """For oneself only; or take it away again."""
    mine = day.private.setdefault((tab.person, case), [])
    by = actor(session, day, tab.person)
    if mine and day.random.random() < 0.3:
        private.remove(session, by=by, case_id=case, body={"id": day.random.choice(mine)["id"]})
    else:
        drawn = mark(200 + 10 * tab.number + day.stage.cases.index(case))
        private.put(session, by=by, case_id=case, body={"mark": drawn}, now=day.stage.now)
        mine[:] = [drawn, *(one for one in mine if one["id"] != drawn["id"])]


def write_an_opinion(session: Session, day: "Simulation", tab: Tab, case: str) -> None:
    by = actor(session, day, tab.person)
    patient = day.stage.patients[day.stage.cases.index(case)]
    version = len(opinions.own(session, by, case)) + day.random.choice([1, 1, 1, 2])
    binding = opinions.Binding(day.stage.meeting, case, patient, version)
    typed = {"findings": f"Nodule {day.random.random()}"}
    opinions.write(session, by=by, binding=binding, discipline="radiology", typed=typed, now=day.stage.now)


def move_a_case(session: Session, day: "Simulation", tab: Tab, _case: str) -> None:
    order = list(day.stage.cases)
    day.random.shuffle(order)
    by = actor(session, day, day.stage.people[day.random.choice(["chair", "coordinator", tab.role])])
    expected = day.agenda
    meeting_actions.reorder(
        session, by=by, meeting_id=day.stage.meeting, expected=expected, order=order, now=day.stage.now
    )
    day.agenda = order


def knock(session: Session, day: "Simulation", _tab: Tab, _case: str) -> None:
    """Somebody of another team asks to come in, or no longer waits."""
    by = actor(session, day, day.stage.people["outsider"])
    if day.random.random() < 0.9:
        guests.ask(session, by=by, meeting_id=day.stage.meeting, reason="I operated on him", now=day.stage.now)
    else:
        guests.withdraw(session, by=by, meeting_id=day.stage.meeting, now=day.stage.now)


def change_a_role(session: Session, day: "Simulation", _tab: Tab, _case: str) -> None:
    """Somebody becomes something else in the team, or leaves it, or comes back. The chair stays."""
    person = day.stage.people[day.random.choice(["member", "presenter", "observer"])]
    team, now = day.stage.team, day.stage.now
    if day.random.random() < 0.3:
        last_day = in_london(now).date() - timedelta(days=1)
        people_actions.end_membership(
            session, by=_ADMINISTRATOR, person_id=person, team_id=team, last_day=last_day, now=now
        )
    else:
        role = day.random.choice(["member", "member", "presenter", "observer"])
        people_actions.add_membership(
            session, by=_ADMINISTRATOR, person_id=person, team_id=team, role=role, starts=date(2020, 1, 1), now=now
        )


def set_a_policy(session: Session, day: "Simulation", tab: Tab, _case: str) -> None:
    """Which roles make a quorum, and what waits for it."""
    now = day.stage.now
    policies.set_policy(
        session,
        by=actor(session, day, day.stage.people[day.random.choice(["chair", tab.role])]),
        team_id=day.stage.team,
        starts=in_london(now).date(),
        roles=[{"name": "Radiologist", "count": day.random.choice([1, 2, 9]), "specialties": ["radiologist"]}],
        blocks=day.random.choice(["nothing", "nothing", "nothing", "signing", "opening"]),
        records_views=day.random.random() < 0.8,
        clock_for_all=day.random.random() < 0.5,
        now=now,
    )


def arrange(session: Session, day: "Simulation", tab: Tab, _case: str) -> None:
    """The link to the call, and how long the room is booked."""
    meeting_actions.arrange(
        session,
        by=actor(session, day, day.stage.people[day.random.choice(["coordinator", tab.role])]),
        meeting_id=day.stage.meeting,
        call_url=day.random.choice(["", "https://teams.microsoft.com/l/meetup-join/1"]),
        planned_minutes=day.random.choice([None, 60]),
        now=day.stage.now,
    )


def draw_elsewhere(session: Session, day: "Simulation", _tab: Tab, case: str) -> None:
    """A third process keeps a mark, which nobody is paged about."""
    day.stage.ops += 1
    actions.keep(
        session,
        by=actor(session, day, day.stage.people["coordinator"]),
        meeting_id=day.stage.meeting,
        op=uid(90_000 + day.stage.ops),
        kind="mark.put",
        body={"case": case, "mark": mark(400 + day.stage.ops)},
        now=day.stage.now,
    )


def ratify(session: Session, day: "Simulation", _tab: Tab, case: str) -> None:
    """A case turns out to be one that a standard of care answers, and the chair ratifies it."""
    chair, now = actor(session, day, day.stage.people["chair"]), day.stage.now
    today = in_london(now).date()
    standard = standards.write(
        session,
        by=chair,
        team_id=day.stage.team,
        standard_id=None,
        name=f"Stable nodule {day.random.random()}",
        criteria="Unchanged for two years",
        intent="X",
        treatments=["11"],
        no_treatment_reason="10",
        approved_by="Pathway board",
        approved_on=today,
        review_on=today + timedelta(days=300),
        now=now,
    )
    sorting.sort(session, by=chair, case_id=case, seen=0, stream="standard", standard_version_id=standard.id, now=now)
    seen = [one.seen for one in ratifying.proposals(session, chair, day.stage.meeting)]
    ratifying.ratify(session, by=chair, meeting_id=day.stage.meeting, seen=seen, now=now)


# How often each.
ACTS: dict[Callable[[Session, "Simulation", Tab, str], None], float] = {
    draw_privately: 5,
    write_an_opinion: 9,
    move_a_case: 3,
    knock: 4,
    change_a_role: 2,
    set_a_policy: 0.6,
    arrange: 1,
    ratify: 0.6,
}
