"""The namespace /live: who may connect, and what each message does. docs/wire.md section 2 is the contract."""

from collections.abc import Callable
from typing import Any

import structlog
from flask import request, session
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import Namespace
from flask_wtf.csrf import validate_csrf
from sqlalchemy.exc import OperationalError
from wtforms import ValidationError  # type: ignore[import-untyped]

from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.core.db import Database
from mdt.core.errors import Invalid, MdtError, NotFound
from mdt.live import actions, kinds, protocol, queries
from mdt.live.fields import Json, our_id, record, truth, uuid
from mdt.live.protocol import SHOW_OUT
from mdt.live.recording import Sample
from mdt.live.refusals import TooFast
from mdt.live.view import Shown
from mdt.meeting import guests
from mdt.people import permissions
from mdt.people.models import Person
from mdt.people.sessions import SignIn
from mdt.sockets.answers import TRY_AGAIN, accepted, refused
from mdt.sockets.line import Line
from mdt.sockets.open_room import OpenRoom
from mdt.sockets.packets import NAMESPACE, packet
from mdt.sockets.pager import Pager
from mdt.sockets.participant import Participant
from mdt.sockets.rooms import NO_MEMBER, SHOWN_OUT, SIGNED_OUT, TABS_MOST, Rooms
from mdt.sockets.standing import Standing
from mdt.trusts.models import Trust

log = structlog.get_logger("mdt.sockets")

Handler = Callable[[Participant, Actor, Any], Json | None]

_OF_THE_MEETING = frozenset({"view", "pointer", "drawing", "renew", "hand", "word", "guest"})
ONLY_PREPARES = "You prepare a case here; join the meeting for that."


class Live(Namespace):
    """One instance serves every tab of this process."""

    def __init__(self, db: Database, rooms: Rooms, standing: Standing, pager: Pager) -> None:
        super().__init__(NAMESPACE)
        self._db, self._rooms, self._standing, self._pager = db, rooms, standing, pager
        self._handlers: dict[str, Handler] = {
            "hello": self._hello,
            "op": self._op,
            "pull": self._pull,
            "view": self._view,
            "pointer": self._pointer,
            "drawing": self._drawing,
            "renew": self._renew,
            "follow": self._follow,
            "digest": self._digest,
            "here": self._here,
            "hand": self._hand,
            "word": self._word,
            "guest": self._guest,
        }

    def trigger_event(self, event: str, *args: Any) -> Any:
        """Only `connect` needs Flask's request; everything else goes by what was learnt then."""
        if event == "connect":
            return super().trigger_event(event, *args)
        who = self._rooms.participants.get(args[0])
        if who is None:
            return None
        if event == "disconnect":
            return self._rooms.gone(who, lost=args[1:] != ("client disconnect",))
        return self._message(who, event, args[1] if len(args) == 2 else None)

    def on_connect(self, auth: Any = None) -> None:
        """Who is it, is it our page that asks, and may they see this meeting."""
        try:
            asked = record(auth, "auth")
            meeting_id, client = our_id(asked, "meeting"), uuid(asked, "client")
            prepares = "prepares" in asked and truth(asked, "prepares")
            validate_csrf(asked.get("ticket"))
        except (Invalid, ValidationError) as error:
            raise Refused("This page is out of date; reload it.", {"code": "invalid"}) from error
        sid = request.sid  # type: ignore[attr-defined]
        self.let_in(sid, SignIn.read(session), meeting_id, client, self._line, prepares=prepares)

    def let_in(
        self, sid: str, held: SignIn | None, meeting_id: str, client: str, line: Callable[[], Line], *, prepares: bool
    ) -> None:
        """Whoever is signed in and may see the meeting has a place in this process; raises Refused for anybody else."""
        now = utc_now()
        actor = None
        if held and not held.is_over(now):
            actor = self._standing.actor(held.person_id, held.session_version, held.session_id)
        if not (held and actor):
            raise Refused(SIGNED_OUT, {"code": "signed-out"})
        try:
            with self._db.reading() as db:
                team_id = queries.visible_meeting(db, actor, meeting_id).team_id
                specialty = db.get_one(Person, held.person_id).specialty
                trust = db.get_one(Trust, actor.trust_ods).name
        except NotFound as error:
            raise Refused(str(error), {"code": "forbidden"}) from error
        self._require_room(meeting_id, client, held.person_id)
        self._rooms.participants[sid] = Participant(
            sid=sid,
            line=line(),
            meeting_id=meeting_id,
            team_id=team_id,
            client=client,
            person_id=held.person_id,
            session_version=held.session_version,
            session_id=held.session_id,
            name=actor.name,
            trust=trust,
            specialty=specialty,
            role=guests.inside(actor, meeting_id, team_id).roles[team_id],
            is_guest=team_id not in actor.roles,
            prepares=prepares,
        )

    def _require_room(self, meeting_id: str, client: str, person_id: str) -> None:
        there = [who for who in self._rooms.participants.values() if who.meeting_id == meeting_id]
        if len(there) >= TABS_MOST:
            raise Refused("This room is full.", {"code": "try-again"})
        if any(who.client == client and who.person_id != person_id for who in there):
            raise Refused("This tab belongs to somebody else; reload the page.", {"code": "invalid"})

    def _line(self) -> Line:
        engine_sid = self.socketio.server.manager.eio_sid_from_sid(request.sid, NAMESPACE)  # type: ignore[attr-defined]
        return Line(self.socketio.server.eio.sockets[engine_sid], request.environ["mdt.websocket"])

    def _message(self, who: Participant, event: str, data: Any) -> Json | None:
        """Ask again who this is now, then act. Every answer is given here."""
        try:
            handler = self._handlers.get(event)
            if handler is None:
                raise Invalid("This page asks for something the server does not know; reload it.")
            if not who.buckets[event].take():
                raise TooFast("Too many messages at once; it will be sent again.")
            actor = self._standing.actor(who.person_id, who.session_version, who.session_id)
            if actor is None:
                self._rooms.cut(who, "signed-out", SIGNED_OUT)
                return None
            actor = guests.inside(actor, who.meeting_id, who.team_id)
            if not permissions.may(actor, "meeting.see", who.team_id):
                self._rooms.cut(who, "forbidden", SHOWN_OUT if who.is_guest else NO_MEMBER)
                return None
            if not who.is_in and event != "hello":
                raise Invalid("Say hello first.")
            if who.prepares and event in _OF_THE_MEETING:
                raise Invalid(ONLY_PREPARES)
            return handler(who, actor, data)
        except MdtError as error:
            return refused(error)
        except OperationalError:
            log.error("live.database-unavailable", meeting=who.meeting_id, kind=event)
            return TRY_AGAIN
        except Exception:
            log.exception("live.failed", meeting=who.meeting_id, kind=event)
            return TRY_AGAIN

    def _hello(self, who: Participant, actor: Actor, data: Any) -> Json | None:
        asked = protocol.hello(data)
        room = self._rooms.of(who.meeting_id)
        if not who.is_in:
            room.enter(who)
            who.is_in = True
        if who.attendance is None and not who.prepares:
            with self._db.writing() as db:
                now = queries.database_now(db)
                who.attendance = actions.arrive(db, by=actor, meeting_id=who.meeting_id, client=who.client, now=now)
        if who.sid not in self._rooms.participants:  # cut while we waited for the database
            self._rooms.gone(who)
            return None
        joined = self._joined(who, actor, asked)
        may = [act for act in permissions.IN_A_TEAM if permissions.may(actor, act, who.team_id)]
        me = {"person": who.person_id, "name": who.name, "client": who.client, "role": who.role, "may": may}
        if room.desk_is_stale or not room.desk:
            self._rooms.lay_desk(room)
        who.desk_told = room.desk_for(who)
        company = self._rooms.company(room)
        return joined and {
            **joined,
            "roster": company["people"],
            "lost": company["lost"],
            "word": company["word"],
            "desk": who.desk_told,
            "me": me,
        }

    def _pull(self, who: Participant, actor: Actor, data: Any) -> Json | None:
        return self._joined(who, actor, protocol.pull(data))

    def _joined(self, who: Participant, actor: Actor, asked: protocol.Hello) -> Json | None:
        if who.line.is_overdue:
            self._rooms.cut(who, "resync", "Your connection is too slow to follow; joining again.")
            return None
        with self._db.reading() as db:
            now = queries.database_now(db)
            joined = queries.join(db, by=actor, meeting_id=who.meeting_id, epoch=asked.epoch, last=asked.last, now=now)
        shown = self._rooms.of(who.meeting_id).view
        view = shown.as_json() if shown else None
        return accepted(**joined.as_json(), view=view, now=protocol.moment(now))

    def _op(self, who: Participant, actor: Actor, data: Any) -> Json:
        asked = protocol.op(data)
        if who.prepares and not kinds.is_kept_before_opening(asked.kind):
            raise Invalid(ONLY_PREPARES)
        with self._db.writing() as db:
            kept = actions.keep(
                db,
                by=actor,
                meeting_id=who.meeting_id,
                op=asked.op,
                kind=asked.kind,
                body=asked.body,
                now=queries.database_now(db),
                client=who.client,
            )
        return accepted(seq=kept.seq, fresh=kept.fresh)

    def _view(self, who: Participant, actor: Actor, data: Any) -> None:
        sent = protocol.view_message(data)
        shown = Shown(sent.term, sent.n, who.client, sent.view)
        room = self._rooms.of(who.meeting_id)
        if room.show_view(shown):
            room.recorder.saw(Sample(sent.term, sent.n, utc_now(), room.seq, who.client, who.name, sent.view))
            self._pager.publish(who.meeting_id, "view", shown.as_json())
        elif not room.may_show(who.client, sent.term):
            self._unshown(who, actor, room, sent.term)

    def _unshown(self, who: Participant, actor: Actor, room: OpenRoom, term: int) -> None:
        """Somebody shows who does not present. They are told; and it is written down, unless they did a moment ago."""
        if who.unshown.take():
            whose = f"{room.presenter['name']} presents" if room.presenter else "Nobody presents"
            told = {"message": f"{whose} now: what you moved meanwhile was not shown to the others."}
            who.line.keep(packet("unshown", told))
        if not room.has_presented(who.client, term) and who.forged.take():
            log.warning("live.view-refused", meeting=who.meeting_id, person=who.person_id, client=who.client)
            with self._db.writing() as db:
                now = queries.database_now(db)
                actions.note_refused_view(
                    db, by=actor, meeting_id=who.meeting_id, client=who.client, term=term, now=now
                )

    def _pointer(self, who: Participant, _actor: Actor, data: Any) -> None:
        sent = protocol.pointer_message(data)
        if self._rooms.of(who.meeting_id).point(who.client, who.name, sent.n, sent.pointer):
            told = {"client": who.client, "name": who.name, "n": sent.n, "pointer": sent.pointer}
            self._pager.publish(who.meeting_id, "pointer", told)

    def _drawing(self, who: Participant, actor: Actor, data: Any) -> None:
        permissions.require(actor, "mark", who.team_id)
        sent = protocol.drawing_message(data)
        if self._rooms.of(who.meeting_id).draw(who.client, who.name, sent.n, sent.case, sent.drawing):
            told = {"client": who.client, "name": who.name, "n": sent.n, "case": sent.case, "drawing": sent.drawing}
            self._pager.publish(who.meeting_id, "drawing", told)

    def _renew(self, who: Participant, actor: Actor, data: Any) -> Json:
        term = protocol.renew(data)
        with self._db.writing() as db:
            now = queries.database_now(db)
            held = actions.renew_lease(db, by=actor, meeting_id=who.meeting_id, client=who.client, term=term, now=now)
        return accepted(expires_in=(held.expires - now).total_seconds() if held.expires else 0)

    def _follow(self, who: Participant, _actor: Actor, data: Any) -> Json:
        who.following = protocol.follow(data)
        self._rooms.of(who.meeting_id).roster_changed = True
        return accepted()

    def _here(self, who: Participant, _actor: Actor, data: Any) -> Json:
        who.is_idle = protocol.idle(data)
        self._rooms.of(who.meeting_id).roster_changed = True
        return accepted()

    def _hand(self, who: Participant, actor: Actor, data: Any) -> Json:
        """One's own goes up or down; the chair and the coordinator lower others'."""
        asked = protocol.hand(data)
        person = asked.person or who.person_id
        if person != who.person_id:
            permissions.require(actor, "hand.lower", who.team_id)
            if asked.up:
                raise Invalid("Nobody raises another’s hand.")
        room = self._rooms.of(who.meeting_id)
        room.hands.say(person, asked.up, protocol.moment(utc_now()))
        return self._hands_changed(room)

    def _word(self, who: Participant, actor: Actor, data: Any) -> Json:
        """The chair says who speaks; whoever has the word may give it back."""
        person, room = protocol.word(data), self._rooms.of(who.meeting_id)
        if not (person is None and room.hands.word == who.person_id):
            permissions.require(actor, "hand.lower", who.team_id)
        if person is not None and all(one["person"] != person for one in self._rooms.company(room)["people"]):
            raise NotFound("They have left the room.")
        room.hands.give_word(person, protocol.moment(utc_now()))
        return self._hands_changed(room)

    def _hands_changed(self, room: OpenRoom) -> Json:
        room.roster_changed = True
        self._pager.publish(room.meeting_id, "hands", room.hands.told())
        return accepted()

    def _guest(self, who: Participant, actor: Actor, data: Any) -> Json:
        """Somebody at the door: let in, declined, or shown out again."""
        asked, now = protocol.guest(data), utc_now()
        with self._db.writing() as db:
            if asked.decision == SHOW_OUT:
                guests.show_out(db, by=actor, meeting_id=who.meeting_id, guest_id=asked.guest, now=now)
            else:
                guests.decide(
                    db, by=actor, meeting_id=who.meeting_id, guest_id=asked.guest, decision=asked.decision, now=now
                )
        self._rooms.lay_desk(self._rooms.of(who.meeting_id))
        return accepted()

    def _digest(self, who: Participant, _actor: Actor, data: Any) -> Json:
        sent = protocol.digest(data)
        here = self._rooms.of(who.meeting_id).digest_at(sent.seq)
        return accepted(same=None if here is None else here == sent.digest)
