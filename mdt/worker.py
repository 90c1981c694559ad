"""Face: background jobs (gather, import, packing) and what is sent, in a process of their own."""

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from mdt.bootstrap import House
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.core.errors import MdtError
from mdt.imaging.disc.importing import Importer
from mdt.imaging.gathering.gather import Gatherer
from mdt.imaging.gathering.series import unpacked
from mdt.imaging.pixels.packs import Packer, outdated
from mdt.meeting import imaging_then
from mdt.meeting.series.actions import make_ahead
from mdt.queue import Kind
from mdt.reminders import closing, daily

log = structlog.get_logger()

THREADS = 3
SWEEP_SECONDS = 60.0
LONG_LOOK = 1.0
POST_SECONDS, REMIND_SECONDS = 10.0, 300.0
PLANS_EVERY = timedelta(hours=6)
LOST_AFTER = timedelta(seconds=30)
REMADE_AT_ONCE = 4  # packs of an older make, in a quiet minute


def run(house: House, *, parent: int | None = None) -> None:
    """Do jobs until told to stop, or until the process that started this one (`parent`) is gone."""
    by, stopping = system("worker"), threading.Event()
    gatherer, importer = house.gatherer(by), house.importer(by)
    with Packer(house.db, house.store) as packer:
        handlers: dict[Kind, Callable[[str], object]] = {
            "gather": gatherer.run,
            "import": OneAtATime(importer.run),
            "pack": OneAtATime(lambda series_id: packer.build(series_id, now=utc_now())),
        }
        house.jobs.carry_out({kind: _job(kind, handler, stopping) for kind, handler in handlers.items()})
        _take_up(house, gatherer, importer)
        threading.Thread(target=_sweep, args=(house, gatherer, importer), daemon=True).start()
        post = threading.Thread(target=_post, args=(house, stopping))
        post.start()
        if parent is not None:
            threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        log.info("worker.started", threads=THREADS)
        house.jobs.huey.create_consumer(workers=THREADS, periodic=False, max_delay=1.0).run()
        stopping.set()
        post.join()  # a message in hand is handed over and marked
    log.info("worker.stopped")


class OneAtATime:
    """Jobs on one subject run after each other, and those that come meanwhile are one: each takes all there is.

    Otherwise a pack begun earlier could end later, and replace a fuller one.
    """

    def __init__(self, do: Callable[[str], object]) -> None:
        self._do = do
        self._lock = threading.Lock()
        self._again: dict[str, bool] = {}  # by subjects in hand: whether it came again meanwhile

    def __call__(self, subject: str) -> None:
        with self._lock:
            if subject in self._again:
                self._again[subject] = True
                return
            self._again[subject] = True
        try:
            while self._comes_again(subject):
                self._do(subject)
        except BaseException:
            with self._lock:
                del self._again[subject]
            raise

    def _comes_again(self, subject: str) -> bool:
        with self._lock:
            again = self._again[subject]
            if again:
                self._again[subject] = False
            else:
                del self._again[subject]
            return again


def _job(kind: Kind, handler: Callable[[str], object], stopping: threading.Event) -> Callable[[str], None]:
    def do(subject: str) -> None:
        if stopping.is_set():
            return  # it is found by its row when the next worker starts
        try:
            handler(subject)
        except MdtError as error:
            log.warning("job.refused", kind=kind, subject=subject, why=str(error))
        except Exception:
            if not stopping.is_set():
                raise
            log.info("job.cut-short", kind=kind, subject=subject)

    return do


def _take_up(house: House, gatherer: Gatherer, importer: Importer) -> None:
    """What was cut short, or asked for while nobody was here."""
    for gather_id in gatherer.unfinished():
        house.jobs.ask("gather", gather_id)
    _import_the_rest(house, importer)
    _pack_the_rest(house)


def _import_the_rest(house: House, importer: Importer) -> None:
    for import_id in importer.unfinished():
        house.jobs.ask("import", import_id)


def _pack_the_rest(house: House, beginning: str = "") -> None:
    """Every image that is here gets into a pack, whatever became of the hint that asked for it."""
    with house.db.reading() as session:
        lacking = unpacked(session, beginning=beginning)
    for series_id in lacking:
        house.jobs.ask("pack", series_id)


def _sweep(house: House, gatherer: Gatherer, importer: Importer) -> None:
    """Now and then, what was asked for and whose hint was lost.

    Series are looked at all together, until there are so many that it takes long; then a sixteenth of them each time.
    """
    parts, planned = itertools.cycle(("",)), utc_now() - PLANS_EVERY * 2
    while True:
        time.sleep(SWEEP_SECONDS)
        for gather_id in gatherer.unfinished(waiting_since=utc_now() - LOST_AFTER):
            house.jobs.ask("gather", gather_id)
        _import_the_rest(house, importer)
        began = time.monotonic()
        _pack_the_rest(house, next(parts))
        if time.monotonic() - began > LONG_LOOK:
            parts = itertools.cycle("0123456789abcdef")
        _pack_anew(house, gatherer)
        _note_closed_lists(house)
        if utc_now() - planned > PLANS_EVERY:
            planned = utc_now()
            _plan_ahead(house)


def _plan_ahead(house: House) -> None:
    """The meetings of every series for the next weeks; a mishap is told and tried again, and stops no other work."""
    try:
        with house.db.writing() as session:
            make_ahead(session, by=system("worker"), now=utc_now())
    except Exception:
        log.exception("meetings.not-made-ahead")


def _post(house: House, stopping: threading.Event) -> None:
    """What is to be written to people, and the outbox, again and again; a mishap is told and stops nothing."""
    postman, looked = house.postman(), float("-inf")
    while not stopping.wait(POST_SECONDS):
        try:
            if time.monotonic() - looked > REMIND_SECONDS:
                looked = time.monotonic()
                daily.round_of(house.db, utc_now())
                closing.round_of(house.db, utc_now())
            postman.round(stopping.is_set)
        except Exception:
            log.exception("outbox.mishap")


def _note_closed_lists(house: House) -> None:
    """How far the imaging had come of lists that have just closed; a mishap stops no other work."""
    try:
        with house.db.writing() as session:
            imaging_then.note_closed_lists(session, now=utc_now())
    except Exception:
        log.exception("imaging.not-noted")


def _pack_anew(house: House, gatherer: Gatherer) -> None:
    """Packs that an earlier version of the product made, a few at a time and only while nothing else is to be done."""
    if house.jobs.waiting or gatherer.unfinished():
        return
    with house.db.reading() as session:
        old = outdated(session, REMADE_AT_ONCE)
    for series_id in old:
        house.jobs.ask("pack", series_id)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
