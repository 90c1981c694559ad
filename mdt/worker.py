"""Face: background jobs (gather, packing) in a process of their own."""

import os
import signal
import threading
import time

import structlog

from mdt.bootstrap import House
from mdt.core.actor import system
from mdt.core.errors import MdtError

log = structlog.get_logger()

THREADS = 3
SWEEP_SECONDS = 60.0
LOST_AFTER_SECONDS = 30.0


def run(house: House, *, parent: int | None = None) -> None:
    """Do jobs until told to stop, or until the process that started this one (`parent`) is gone."""
    gatherer = house.gatherer(system("worker"))

    def gather(gather_id: str) -> None:
        try:
            gatherer.run(gather_id)
        except MdtError as error:
            log.warning("job.refused", kind="gather", subject=gather_id, why=str(error))

    house.jobs.carry_out({"gather": gather, "pack": _pack})
    for gather_id in gatherer.unfinished():  # cut short, or asked for while nobody was here
        house.jobs.ask("gather", gather_id)
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    log.info("worker.started", threads=THREADS)
    house.jobs.huey.create_consumer(workers=THREADS, periodic=False, max_delay=1.0).run()
    log.info("worker.stopped")


def _pack(series_id: str) -> None:
    raise NotImplementedError


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
