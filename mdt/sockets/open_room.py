"""One meeting as this process has it open: its state, its tabs, and the only place from which events go out."""

from collections.abc import Callable, Iterable
from time import monotonic

from engineio.packet import Packet
from gevent import sleep
from gevent.lock import RLock

from mdt.core.clock import utc_now
from mdt.core.db import Database
from mdt.live import queries, recording, room
from mdt.live.digest import digest
from mdt.live.fields import Json
from mdt.live.protocol import moment
from mdt.live.view import Shown
from mdt.people.permissions import IN_A_TEAM
from mdt.sockets.at_once import AtOnce
from mdt.sockets.hands import Hands
from mdt.sockets.line import Line
from mdt.sockets.packets import packet
from mdt.sockets.participant import Participant
from mdt.sockets.recorder import Recorder

POINTERS_MOST, DRAWINGS_MOST = 4, 8  # people who point, or draw, at once; more nobody can follow
_AT_ONCE = 64  # events shown before others get their turn
_POINTS_FOR, _DRAWS_FOR = 2.0, 4.0  # seconds after which one that says nothing has left, or let go


class OpenRoom:
    """Everything here happens in one process without yielding, but for reading the log, which is done under a lock."""

    def __init__(self, db: Database, meeting_id: str, cut: Callable[[Participant, str, str], None]) -> None:
        self.meeting_id = meeting_id
        self._db, self._cut = db, cut
        self._reading = RLock()
        self._tabs: dict[str, Participant] = {}
        self._waiting: set[Participant] = set()
        self._pointing = AtOnce(POINTERS_MOST, _POINTS_FOR)
        self._drawing = AtOnce(DRAWINGS_MOST, _DRAWS_FOR)
        self._digest: tuple[int, str] | None = None
        self.view: Shown | None = None
        self._presented: dict[str, int] = {}  # tab: the last term in which it presented
        self.elsewhere: dict[str, tuple[float, list[Json]]] = {}  # other processes' rosters
        self.roster_changed = False
        self.hands = Hands()
        self.lost: dict[
            str, tuple[float, Json | None]
        ] = {}  # whose line broke, as the roster has them; None: they left
        self.desk: Json = {}
        self.desk_is_stale = True
        self.empty_since = monotonic()
        self.epoch, self.seq, self.state = "", 0, room.EMPTY
        self._load()
        with db.reading() as session:
            self.recorder = Recorder(recording.kept(session, meeting_id))

    # Who is here

    @property
    def tabs(self) -> list[Participant]:
        return list(self._tabs.values())

    @property
    def company(self) -> list[Participant]:
        """The tabs of those in the meeting: who prepares a case for themselves is not in it."""
        return [who for who in self._tabs.values() if not who.prepares]

    def enter(self, who: Participant) -> None:
        """From now on they are told everything; only then do they read where the room stands."""
        for other in self.tabs:
            if other.client == who.client and other is not who:
                self._cut(other, "replaced", "This room was opened again in this tab; this connection has ended.")
        self._tabs[who.sid] = who
        if not who.prepares:
            self.lost.pop(who.person_id, None)
        self.roster_changed = self.desk_is_stale = True

    def leave(self, who: Participant, *, lost: bool = False) -> None:
        """`lost`: the line broke, and they are told as lost for a while. Who left may be back in a moment: a reload."""
        if self._tabs.pop(who.sid, None) is None:
            return
        self._waiting.discard(who)
        self._pointing.forget(who.client)
        self._drawing.forget(who.client)
        self.roster_changed = self.desk_is_stale = True
        self.empty_since = monotonic()
        if who.prepares or any(other.person_id == who.person_id for other in self.company):
            return
        told = {**who.as_person(), "lost": moment(utc_now())} if lost else None
        self.lost[who.person_id] = (monotonic(), told)

    def forget_lost(self, after: float, left_after: float) -> None:
        """Whose line has been gone this long has left, and who left has; until then their hand stays up."""
        now = monotonic()
        for person, (since, told) in list(self.lost.items()):
            if now - since > (after if told else left_after):
                del self.lost[person]
                self.hands.forget(person, moment(utc_now()))
                self.roster_changed = True

    # What is kept

    def told(self, event: room.Event) -> None:
        """An event was committed. Show it, and first whatever came before it."""
        with self._reading:
            if event["seq"] == self.seq + 1:
                self._show(event)
            elif event["seq"] > self.seq:
                self.catch_up()

    def catch_up(self) -> None:
        """Show, in order, every event that the log has and this room has not."""
        with self._reading:
            with self._db.reading() as session:
                later = queries.events_after(session, self.meeting_id, self.seq)
            for number, event in enumerate(later, start=1):
                self._show(event)
                if number % _AT_ONCE == 0:
                    sleep(0)  # let each tab's writer go on: a long catch-up is nobody's slowness

    def check(self, epoch: str, head: int) -> None:
        """What the database says of the log: it is ahead (another process wrote) or another one (a restored backup)."""
        if epoch != self.epoch or head < self.seq:
            self._load()
        elif head > self.seq:
            self.catch_up()

    def _load(self) -> None:
        with self._reading, self._db.reading() as session:
            self.epoch, _ = queries.heads(session, [self.meeting_id])[self.meeting_id]
            self.seq, self.state = queries.state_now(session, self.meeting_id)
            self.view = None

    def _show(self, event: room.Event) -> None:
        if event["kind"] != "agenda.change":
            self.recorder.take()
        if event["kind"].partition(".")[0] in ("meeting", "case", "agenda", "presenter"):
            self.desk_is_stale = True
        self.seq, self.state = event["seq"], room.apply(self.state, event)
        if self.presenter is not None:
            self._presented[self.presenter["client"]] = self.presenter["term"]
        if self.view is not None and not self._is_current(self.view):
            # Whoever presents next begins where the last one ended: all have seen that before they hear of it.
            end = Line.forget if self.view.view["case"] != self.state["case"] else Line.hurry
            self.view = None
            for who in self._waiting:
                end(who.line, "view")
        self._keep_for(self.tabs, packet("event", event))

    # What is fleeting

    def show_view(self, shown: Shown) -> bool:
        """Forward a presenter's view, if it is theirs, of this term, of the open case, and newer."""
        if not (self._is_current(shown) and shown.replaces(self.view)):
            return False
        self.view = shown
        self._fleeting("view", packet("view", shown.as_json()), but=shown.by)
        return True

    def may_show(self, client: str, term: int) -> bool:
        """Whether this tab presents in this term."""
        return self.presenter is not None and (self.presenter["client"], self.presenter["term"]) == (client, term)

    def has_presented(self, client: str, term: int) -> bool:
        """Whether it did until a moment ago: what was on its way is late, and nobody's forgery."""
        return self._presented.get(client) == term

    def point(self, client: str, name: str, n: int, pointer: Json | None) -> bool:
        """Forward where somebody points, unless too many do."""
        if not self._pointing.lets(client, goes_on=pointer is not None, always=self._presents(client)):
            return False
        told = {"client": client, "name": name, "n": n, "pointer": pointer}
        self._fleeting(f"pointer {client}", packet("pointer", told), but=client)
        return True

    def draw(self, client: str, name: str, n: int, case: str, drawing: Json | None) -> bool:
        """Forward a mark that is being made of the open case, unless too many are."""
        is_open = (self.state["status"], self.state["case"]) == ("open", case)
        if not is_open or not self._drawing.lets(client, goes_on=drawing is not None, always=self._presents(client)):
            return False
        told = {"client": client, "name": name, "n": n, "case": case, "drawing": drawing}
        self._fleeting(f"drawing {client}", packet("drawing", told), but=client)
        return True

    def tell_head(self) -> None:
        term = self.presenter["term"] if self.presenter else 0
        self._fleeting("head", packet("head", {"epoch": self.epoch, "head": self.seq, "term": term}))

    def tell_company(self, company: Json) -> None:
        self.roster_changed = False
        self._fleeting("roster", packet("roster", company))

    def tell_desk(self, desk: Json) -> None:
        """What lies beside the log: to each what they may see of it, when that has changed."""
        self.desk, self.desk_is_stale = desk, False
        self.recorder.is_on = desk["records_views"]
        for who in self.tabs:
            theirs = self.desk_for(who)
            if who.desk_told != theirs:
                who.desk_told = theirs
                if who.line.fleeting("desk", packet("desk", theirs)):
                    self._waiting.add(who)

    def desk_for(self, who: Participant) -> Json:
        """The lobby is for those who may open it, the clock for those who keep it, or all."""
        if not self.desk:
            return {}
        told = {name: self.desk[name] for name in ("quorum", "call")}
        sees_clock = self._presents(who.client) or self.desk["clock_for_all"] or who.role in IN_A_TEAM["clock.see"]
        told["clock"] = self.desk["clock"] if sees_clock else None
        told["lobby"] = self.desk["lobby"] if who.role in IN_A_TEAM["guest.admit"] else []
        return told

    def flush(self) -> None:
        """Give those who were slow what waits for them, as far as they are ready."""
        self._waiting = {who for who in self._waiting if who.line.flush()}

    @property
    def presenter(self) -> Json | None:
        presenter: Json | None = self.state["presenter"]
        return presenter

    def _presents(self, client: str) -> bool:
        return self.presenter is not None and self.presenter["client"] == client

    @property
    def is_slow_for_somebody(self) -> bool:
        return bool(self._waiting)

    def digest_at(self, seq: int) -> str | None:
        """The state's digest, if this is where the room stands."""
        if seq != self.seq:
            return None
        if self._digest is None or self._digest[0] != seq:
            self._digest = (seq, digest(self.state))
        return self._digest[1]

    def _is_current(self, shown: Shown) -> bool:
        return self.may_show(shown.by, shown.term) and shown.view["case"] == self.state["case"]

    def _keep_for(self, tabs: Iterable[Participant], message: Packet) -> None:
        overdue = [who for who in tabs if not who.line.keep(message)]
        for who in overdue:
            self._cut(who, "resync", "Your connection is too slow to follow; joining again.")

    def _fleeting(self, slot: str, message: Packet, but: str | None = None) -> None:
        for who in self._tabs.values():
            if who.client != but and who.line.fleeting(slot, message):
                self._waiting.add(who)
