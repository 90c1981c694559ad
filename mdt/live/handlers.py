"""Who decides the kinds of op that a room itself has. Each asks for permission, checks, does, and says what to keep."""

from mdt.core.errors import Forbidden, Invalid, NotFound
from mdt.live import fields, lease, marks, private, quorum_kept
from mdt.live.authored import Author
from mdt.live.kinds import Asked, Decision
from mdt.live.lease import Held
from mdt.live.models import Lease
from mdt.live.protocol import moment
from mdt.live.queries import held_lease, person_at
from mdt.live.refusals import NotPresenting
from mdt.live.room import EMPTY_CASE
from mdt.meeting import actions as meeting_actions
from mdt.meeting import guests, progress, quorum
from mdt.meeting.models import Case
from mdt.people import permissions
from mdt.people.models import Person
from mdt.people.queries import build_actor

NOT_ON_AGENDA = "That case is not on the agenda of this meeting."


def open_meeting(asked: Asked) -> Decision:
    """The meeting begins. One that was opened without its room (as seeded data may be) is only written down."""
    if asked.meeting.status == progress.OPEN and asked.state["status"] != progress.OPEN:
        permissions.require(asked.by, "meeting.open", asked.meeting.team_id)
        return Decision({})
    meeting_actions.open_meeting(asked.session, by=asked.by, meeting_id=asked.meeting.id, now=asked.now)
    return Decision({})


def close_meeting(asked: Asked) -> Decision:
    meeting_actions.close_meeting(asked.session, by=asked.by, meeting_id=asked.meeting.id, now=asked.now)
    _write(asked, lease.release(held_lease(asked.session, asked.meeting.id)))
    return Decision({})


def open_case(asked: Asked) -> Decision:
    """By those who may, or by whoever presents."""
    case = _case(asked)
    presenting = not permissions.may(asked.by, "case.open", asked.meeting.team_id)
    if presenting:
        _require_presenting(asked)
    quorum_kept.require(asked.session, asked.meeting, quorum.OPENING, asked.now)
    meeting_actions.open_case(asked.session, by=asked.by, case_id=case.id, now=asked.now, presenting=presenting)
    return Decision({"case": case.id, "patient": case.patient_id}, case.id, case.patient_id)


def change_agenda(asked: Asked) -> Decision:
    if not asked.by.is_system:
        raise Forbidden("The agenda is changed on its own page.")
    return Decision({})


def take(asked: Asked) -> Decision:
    """Present, when nobody does; or, for the chair, take it back from whoever does."""
    held, team = held_lease(asked.session, asked.meeting.id), asked.meeting.team_id
    if asked.client is None:
        raise Invalid("Only somebody in the room can present.")
    free = not held.is_live(asked.now) or held.person == asked.by.person_id
    if free or not permissions.may(asked.by, "presenter.takeback", team):
        permissions.require(asked.by, "presenter.take", team)
        if not free:
            raise Forbidden(f"{asked.state['presenter']['name']} is presenting; ask them to hand over.")
    given = lease.give(held, asked.by.person_id, asked.client, asked.now)
    return _presenting(asked, given, asked.by.name)


def hand(asked: Asked) -> Decision:
    """The presenter hands over to another tab in the room, whose person may present; the chair may do it for them."""
    held = held_lease(asked.session, asked.meeting.id)
    if not permissions.may(asked.by, "presenter.takeback", asked.meeting.team_id):
        held = _require_presenting(asked)
    client = fields.uuid(asked.body, "client")
    person_id = person_at(asked.session, asked.meeting.id, client, asked.now)
    receiver = person_id and asked.session.get(Person, person_id)
    if not receiver:
        raise NotFound("They have left the room.")
    actor = guests.with_visits(asked.session, build_actor(asked.session, receiver, asked.now))
    actor = guests.inside(actor, asked.meeting.id, asked.meeting.team_id)
    if not permissions.may(actor, "presenter.take", asked.meeting.team_id):
        raise Forbidden(f"{receiver.name} may not present here.")
    return _presenting(asked, lease.give(held, receiver.id, client, asked.now), receiver.name)


def release(asked: Asked) -> Decision:
    """The presenter stops; or the system finds that the lease has run out."""
    held = held_lease(asked.session, asked.meeting.id)
    if not asked.by.is_system:
        held = _require_presenting(asked)
    elif held.client is None or held.is_live(asked.now):
        raise NotPresenting("There is no lease to end.")
    _write(asked, lease.release(held))
    return Decision({"term": held.term})


def put_mark(asked: Asked) -> Decision:
    permissions.require(asked.by, "mark", asked.meeting.team_id)
    case = _case(asked)
    mark = marks.put(
        _held(asked, case)["marks"],
        asked.body,
        _author(asked),
        may_change_others=_may_change_others(asked),
        at=moment(asked.now),
    )
    noted = {"mark": mark["id"]}
    if private.drop(asked.session, asked.by, mark["id"]):
        noted["shown"] = "had been private"
    return Decision({"case": case.id, "mark": mark}, case.id, case.patient_id, noted)


def remove_mark(asked: Asked) -> Decision:
    permissions.require(asked.by, "mark", asked.meeting.team_id)
    case = _case(asked)
    gone = marks.remove(
        _held(asked, case)["marks"], asked.body, _author(asked), may_change_others=_may_change_others(asked)
    )
    return Decision({"case": case.id, **gone}, case.id, case.patient_id, {"mark": gone["id"]})


def put_key(asked: Asked) -> Decision:
    permissions.require(asked.by, "mark", asked.meeting.team_id)
    case = _case(asked)
    key = marks.put_key(
        _held(asked, case)["keys"],
        asked.body,
        _author(asked),
        may_change_others=_may_change_others(asked),
        at=moment(asked.now),
    )
    return Decision({"case": case.id, "key": key}, case.id, case.patient_id, {"key": key["id"]})


def remove_key(asked: Asked) -> Decision:
    permissions.require(asked.by, "mark", asked.meeting.team_id)
    case = _case(asked)
    gone = marks.remove_key(
        _held(asked, case)["keys"], asked.body, _author(asked), may_change_others=_may_change_others(asked)
    )
    return Decision({"case": case.id, **gone}, case.id, case.patient_id, {"key": gone["id"]})


def _case(asked: Asked) -> Case:
    case = asked.session.get(Case, fields.our_id(asked.body, "case"))
    if case is None or case.meeting_id != asked.meeting.id:
        raise NotFound(NOT_ON_AGENDA)
    return case


def _held(asked: Asked, case: Case) -> fields.Json:
    held: fields.Json = asked.state["cases"].get(case.id, EMPTY_CASE)
    return held


def _author(asked: Asked) -> Author:
    return {"id": asked.by.person_id, "name": asked.by.name}


def _may_change_others(asked: Asked) -> bool:
    return permissions.may(asked.by, "mark.others", asked.meeting.team_id)


def _require_presenting(asked: Asked) -> Held:
    held = held_lease(asked.session, asked.meeting.id)
    if not (held.is_held_by(asked.client, asked.now) and held.person == asked.by.person_id):
        raise NotPresenting("Only the presenter may do this.")
    return held


def _presenting(asked: Asked, given: Held, name: str) -> Decision:
    _write(asked, given)
    return Decision({"person": given.person, "name": name, "client": given.client, "term": given.term})


def _write(asked: Asked, held: Held) -> None:
    asked.session.merge(
        Lease(
            meeting_id=asked.meeting.id,
            term=held.term,
            person_id=held.person,
            client=held.client,
            expires_at=held.expires,
        )
    )


OWN_KINDS = {
    "meeting.open": open_meeting,
    "meeting.close": close_meeting,
    "case.open": open_case,
    "agenda.change": change_agenda,
    "presenter.take": take,
    "presenter.hand": hand,
    "presenter.release": release,
    "mark.put": put_mark,
    "mark.remove": remove_mark,
    "key.put": put_key,
    "key.remove": remove_key,
}
