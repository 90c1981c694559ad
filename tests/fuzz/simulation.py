"""A bad day on the network, played on the real room and a real database.

Tabs follow docs/wire.md; between them and two web processes lie lines that delay, reorder, repeat and lose messages,
crawl, and break off, noticed or not. The processes page each other, and pages are lost, too. They die and come back
with nothing but the database. Meanwhile people work on pages. All by one seed.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest import mock

import gevent

from mdt.core.errors import MdtError
from mdt.sockets import keeper, line, live, pager, rooms
from tests.fuzz import pages
from tests.fuzz.at_will import time_of
from tests.fuzz.doings import A_PLAN, EVERYBODY, OPS, TELLS, Doing
from tests.fuzz.process import HeldPager, Process
from tests.fuzz.tab import Tab
from tests.room_stage import Stage, bring_images

STEPS = 300
PROCESSES = 2
QUEUE_MOST = 12  # packets a slow tab may lag behind before it is cut: few, so that it happens in a short day
SETTLED_AFTER = 20  # seconds of good lines: rosters of processes that are no more are forgotten after fifteen
AT_ONCE = 8  # messages that arrive before something else happens
OF_THE_PRESENTER = ("view", "renew", "presenter.hand", "presenter.release")
USUALLY = 0.85  # how often somebody does what is theirs to do


# A day that is like every other hardly ever comes to a signature, or to its end: every third is for each of those.
MOODS: tuple[dict[str, float], ...] = (
    {},
    {
        "outcome.set": 4,
        "outcome.sign": 20,
        "outcome.amend": 20,
        "meeting.open": 8,
        "meeting.close": 0,
        "case.open": 0.3,
        "mark.put": 0.3,
        "scene.put": 0.3,
        "key.put": 0.3,
    },
    {"meeting.open": 3, "meeting.close": 20},
)


class Simulation:
    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage, self.random = stage, Random(seed)
        self.imaging = {case: bring_images(stage, n) for n, case in enumerate(stage.cases)}
        self.agenda = list(stage.cases)
        self._begin()
        self.private: dict[tuple[str, str], list[dict[str, Any]]] = {}  # (person, case): marks as they were drawn
        self.made: dict[str, str] = {}  # op: kind
        self.told: Counter[str] = Counter()  # what was sent beside ops, and done on pages
        self.is_late = False
        self.favours = MOODS[seed % len(MOODS)]
        self._views = 0
        self.pages_under_way: list[tuple[str, tuple[str, str, Any]]] = []
        self.processes = [self._start(n) for n in range(PROCESSES)]
        self.unnoticed: list[tuple[Process, str]] = []  # connections that are over, and their process believes in
        self.tabs = [Tab(stage, role, n, self.random) for n, role in enumerate(EVERYBODY)]
        self.tabs.append(Tab(stage, "member", len(self.tabs), self.random, prepares=True))

    # The day

    def run(self, steps: int) -> None:
        acts: dict[Callable[[], None], float] = {
            self.deliver: 70,
            self.make_op: 40,
            self.tell: 20,
            self.use_a_page: 6,
            self.connect: 16,
            self.drop: 3,
            self.dawdle: 3,
            self.tick: 6,
            self.page: 14,
            self.send_again: 2,
            self.notice: 3,
            self.pass_time: 2,
            self.restart: 0.5,
            self.draw_elsewhere: 1,
        }
        for tab in self.tabs:
            tab.connect(self._some_process())
        for step, act in enumerate(self.random.choices(list(acts), list(acts.values()), k=steps)):
            self.is_late = step > 0.85 * steps
            act()
            self.stage.later(0.1)
            gevent.sleep(0)

    def heal(self) -> None:
        """All is well again: everybody who may joins, sends what was never answered, and hears everything."""
        while self.unnoticed:
            self.notice()
        for _ in range(SETTLED_AFTER):
            for tab in self.tabs:
                tab.connect(self._some_process())
                if tab.connection is not None:
                    tab.connection.is_slow = False
                if tab.presents:
                    tab.tell("renew", {"term": tab.client.state["presenter"]["term"]})
            self._deliver_all()
            self.send_again()
            self._deliver_all()
            self._second()
        for _ in range(3):  # what became of somebody in the last of these seconds is told in the next
            if any(room.roster_changed for process in self.processes for room in process.rooms.open.values()):
                self._second()

    def _second(self) -> None:
        self.tick()
        self._deliver_all()

    def deliver(self) -> None:
        """A few messages: a day has many."""
        for _ in range(AT_ONCE):
            busy = [tab.connection for tab in self.tabs if tab.connection is not None and tab.connection.is_busy]
            if busy:
                self.random.choice(busy).deliver()

    def connect(self) -> None:
        self.random.choice(self.tabs).connect(self._some_process())

    def drop(self) -> None:
        """The line breaks, or a tab is closed; a process may go on believing in it for a while."""
        tab = self.random.choice(self.tabs)
        noticed, process, sid = self.random.random() < 0.7, tab.process, tab.sid
        tab.drop(noticed=noticed, kindly=self.random.random() < 0.3)
        if process is not None and not noticed:
            self.unnoticed.append((process, sid))

    def notice(self) -> None:
        if self.unnoticed:
            Tab.notice(*self.unnoticed.pop(0))

    def dawdle(self) -> None:
        """A line takes nothing for a while, or again."""
        tab = self.random.choice(self.tabs)
        if tab.connection is not None:
            tab.connection.is_slow = not tab.connection.is_slow

    def tick(self) -> None:
        """A second passes for the processes."""
        self.stage.later(1)
        for process in self.processes:
            process.keeper.tick()
            process.keeper.flush()

    def page(self) -> None:
        """What one process tells the others arrives, in whatever order, or is lost with Redis."""
        if not self.pages_under_way:
            return
        name, page = self.pages_under_way.pop(self.random.randrange(min(4, len(self.pages_under_way))))
        if self.random.random() < 0.9:
            self._hear(name, page)

    def send_again(self) -> None:
        for tab in self.tabs:
            if tab.client.is_in_step:
                tab.client.send_again()

    def pass_time(self) -> None:
        self.stage.later(self.random.choice([1, 4, 20]))

    def restart(self) -> None:
        """A process dies, or is told to stop; the next one knows what the database knows."""
        n = self.random.randrange(PROCESSES)
        before = self.processes[n]
        if self.random.random() < 0.5:
            before.say_goodbye()
            for tab in self.tabs:
                if tab.process is before and tab.connection is not None:
                    tab.connection.pump()
        gevent.sleep(0)
        self.unnoticed = [(process, sid) for process, sid in self.unnoticed if process is not before]
        for tab in self.tabs:
            if tab.process is before:
                tab.drop(noticed=False)
        before.die()
        self.processes[n] = self._start(n)

    def draw_elsewhere(self) -> None:
        try:
            with self.stage.db.writing() as session:
                pages.draw_elsewhere(session, self, self.tabs[0], self.random.choice(self.stage.cases))
        except MdtError:
            pass

    def make_op(self) -> None:
        kind, tab = self._somebody(OPS)
        case = self._case(tab)
        for _ in range(OPS[kind].at_once):
            body = OPS[kind].body(self, tab, case)
            if body is not None:
                op = self.stage.next_op()
                self.made[op] = kind
                tab.client.send(op, kind, body)

    def tell(self) -> None:
        event, tab = self._somebody(TELLS)
        body = TELLS[event].body(self, tab, self._case(tab))
        if body is not None:
            self.told[event] += 1
            tab.tell(event, body)

    def use_a_page(self) -> None:
        act = self.random.choices(list(pages.ACTS), list(pages.ACTS.values()))[0]
        tab = self.random.choice(self.tabs)
        try:
            with self._some_process().db.writing() as session:
                act(session, self, tab, self._case(tab))
        except MdtError:
            return
        self.told[act.__name__] += 1

    def next_view(self) -> int:
        self._views += 1
        return self._views

    def close(self) -> None:
        gevent.sleep(0)
        for process in self.processes:
            process.die()

    # Behind it

    def _begin(self) -> None:
        """On every other day the meeting is in the middle of a case, whose outcome lacks little."""
        stage, case = self.stage, self.stage.cases[0]
        if stage.state()["status"] != "open" or self.random.random() < 0.5:
            return
        stage.keep("chair", "case.open", {"case": case})
        bound = {"case": case, "patient": stage.patients[0], "version": 1}
        for revision, (field, value) in enumerate(list(A_PLAN.items())[self.random.randrange(4) :]):
            stage.keep("chair", "outcome.set", {**bound, "revision": revision, "field": field, "value": value})

    def _start(self, n: int) -> Process:
        return Process(self.stage.db.url, HeldPager(f"process {n}", self.pages_under_way))

    def _some_process(self) -> Process:
        return self.random.choice(self.processes)

    def _somebody(self, doings: dict[str, Doing]) -> tuple[str, Tab]:
        """What is done next, and who does it."""
        weights = [doing.weight * self.favours.get(name, 1) for name, doing in doings.items()]
        name = self.random.choices(list(doings), weights)[0]
        usual = [tab for tab in self.tabs if tab.role in doings[name].by]
        if name not in ("mark.put", "key.put", "scene.put"):
            usual = [tab for tab in usual if not tab.prepares]
        presenting = [tab for tab in usual if tab.presents] if name in OF_THE_PRESENTER else []
        return name, self.random.choice(presenting or usual if self.random.random() < USUALLY else self.tabs)

    def _case(self, tab: Tab) -> str:
        """The one that is open, as far as this tab knows, or another."""
        held = tab.client.state["case"]
        return held if held and self.random.random() < USUALLY else self.random.choice(self.stage.cases)

    def _hear(self, name: str, page: tuple[str, str, Any]) -> None:
        for process in self.processes:
            assert isinstance(process.pager, HeldPager)
            process.pager.hear(name, page)

    def _deliver_all(self) -> None:
        while True:
            gevent.sleep(0)
            if self.pages_under_way:
                self._hear(*self.pages_under_way.pop(0))
            elif busy := [tab for tab in self.tabs if tab.connection is not None and tab.connection.is_busy]:
                busy[0].connection.deliver_all()  # type: ignore[union-attr]
            else:
                for process in self.processes:
                    process.keeper.flush()
                if not any(tab.connection is not None and tab.connection.is_busy for tab in self.tabs):
                    return


@contextmanager
def rules(stage: Stage) -> Iterator[None]:
    """Time as the story has it, small queues, and whatever a process would only log as a failure fails the day."""

    def failed(what: str, **more: Any) -> None:
        raise AssertionError(f"{what} {more}")

    quiet = SimpleNamespace(info=lambda *_, **__: None, warning=lambda *_, **__: None, error=failed, exception=failed)
    with ExitStack() as patches:
        patches.enter_context(time_of(stage))
        patches.enter_context(mock.patch.object(line, "QUEUE_MOST", QUEUE_MOST))
        for module in (keeper, live, pager, rooms):
            patches.enter_context(mock.patch.object(module, "log", quiet))
        yield


@contextmanager
def played(stage: Stage, seed: int, steps: int = STEPS) -> Iterator[Simulation]:
    """A day from its beginning until all is well again, to be looked at while its processes still stand."""
    simulation = Simulation(stage, seed)
    with rules(stage):
        try:
            simulation.run(steps)
            simulation.heal()
            yield simulation
        finally:
            simulation.close()
