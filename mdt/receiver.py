"""Face: C-STORE listener for trusts that push. Known AE titles of live trusts only; what is acknowledged is kept.

An object is written to the spool, durably, before its sender hears "success"; a thread takes in what waits there (see
`imaging.waiting`). A process that is killed between the two finds it when it starts again.
"""

import fcntl
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from typing import Any, Self

import structlog

from mdt.bootstrap import House
from mdt.core.actor import system
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Misconfigured
from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.waiting import Spool, Taker, room
from mdt.trusts.carriers.status import NO_ROOM, NOT_EXPECTED, SUCCESS
from mdt.trusts.queries import pushers
from mdt.trusts.storage_scp import Arrived, listen

log = structlog.get_logger()

Address = tuple[str, int]


class Receiver:
    """Listens from `start` to `stop`. `senders` maps the AE titles that may send to their trusts and to the networks
    that each sends from (none said: from anywhere).

    `largest` bounds one object and `reserve` is what stays free of the disk, both in bytes: with less, objects are
    answered with "out of resources" (A700), so that their sender keeps them and tries again.
    """

    def __init__(
        self,
        address: Address,
        our_ae: str,
        *,
        senders: Callable[[], Mapping[str, tuple[str, tuple[str, ...]]]],
        spool: Spool,
        largest: int,
        reserve: int,
    ) -> None:
        self._address, self._our_ae = address, our_ae
        self._senders = senders
        self._spool = spool
        self._largest, self._reserve = largest, reserve

    @property
    def address(self) -> Address:
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def start(self) -> None:
        host, port = self._address
        self._server = listen(
            host,
            port,
            self._our_ae,
            self._arrived,
            known=lambda: list(self._senders()),
            growing=self._growing,
            rejected=lambda sender, called: log.warning("receiver.rejected", sender=sender, called=called),
        )
        log.info("receiver.started", port=self.address[1])

    def stop(self) -> None:
        self._server.shutdown()
        log.info("receiver.stopped")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _growing(self, size: int) -> None:
        """While an object arrives. Its sender can be told only at its end, so one that must not go on is cut."""
        if size > self._largest:
            log.error("receiver.too_large", most=self._largest)
            raise OSError("the object is larger than is taken here")
        if not room(self._spool.incoming, self._reserve // 2):
            log.error("receiver.disk_full")
            raise OSError("the disk has no room for the object")

    def _arrived(self, one: Arrived) -> int:
        ods, networks = self._senders().get(one.sender, (None, ()))
        try:
            if ods is None:  # it was known when it called, and is no longer
                return NOT_EXPECTED
            if networks and not any(ip_address(one.host) in ip_network(network) for network in networks):
                log.warning("receiver.wrong_address", trust=ods, host=one.host)
                return NOT_EXPECTED
            if not room(self._spool.waiting, self._reserve):
                log.error("receiver.no_room", trust=ods)
                return NO_ROOM
            self._spool.keep(one.path, ods)
        except OSError as error:
            log.error("receiver.cannot_write", trust=ods, why=error.strerror or str(error))
            return NO_ROOM
        finally:
            one.path.unlink(missing_ok=True)
        return SUCCESS


def run(
    house: House, port: int, *, parent: int | None = None, ready: Callable[[Address], Any] = lambda at: None
) -> None:
    """Receive until told to stop, or until the process that started this one (`parent`) is gone."""
    settings, stopping = house.settings, threading.Event()
    spool = Spool(settings.data / "pushed")

    def known() -> dict[str, tuple[str, tuple[str, ...]]]:
        with house.db.reading() as session:
            return pushers(session, on=in_london(utc_now()).date())

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    receiver = Receiver(
        (settings.dimse_host, port),
        settings.ae_title,
        senders=known,
        spool=spool,
        largest=settings.largest_object,
        reserve=settings.disk_reserve,
    )
    with _alone(spool), Sandbox() as sandbox:
        spool.clear_incoming()
        tempfile.tempdir = str(spool.incoming)  # where objects are written as they arrive: beside where they will wait
        taker = Taker(house.db, house.store, sandbox, spool, system("receiver"), utc_now)
        taking = threading.Thread(target=taker.run, args=(lambda pause: not stopping.wait(pause),), name="taker")
        with receiver:
            taking.start()
            ready(receiver.address)
            while not stopping.wait(0.5):
                if parent is not None and os.getppid() != parent:
                    stopping.set()
        taking.join()
    house.db.close()


@contextmanager
def _alone(spool: Spool) -> Iterator[None]:
    """One process receives into a spool; another would clear away what arrives at the first."""
    with (spool.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured("Another receiver is running on this data folder.") from None
        yield
