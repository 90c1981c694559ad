"""Face: C-STORE listener for trusts that push. Known AE titles only; each object is spooled and handed on."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import structlog

from mdt.core.errors import MdtError
from mdt.trusts.carriers.status import NO_ROOM, SUCCESS
from mdt.trusts.spool import names
from mdt.trusts.storage_scp import Arrived, listen

log = structlog.get_logger()


@dataclass(frozen=True)
class Pushed:
    """One object a trust sent unasked, as a Part 10 file that now belongs to whoever takes it."""

    path: Path
    ods: str
    sop_uid: str
    sop_class_uid: str


class Receiver:
    """Listens from `start` to `stop`. `senders` maps the AE titles that may send to their trusts.

    `take` is called for each object, one at a time for each association; what it raises is answered as a failure, so
    that the sender keeps the object and tries again.
    """

    def __init__(
        self,
        address: tuple[str, int],
        our_ae: str,
        *,
        senders: Callable[[], Mapping[str, str]],
        spool: Path,
        take: Callable[[Pushed], None],
    ) -> None:
        self._address, self._our_ae = address, our_ae
        self._senders = senders
        self._names = names(spool)
        self._take = take

    def start(self) -> None:
        host, port = self._address
        self._server = listen(host, port, self._our_ae, self._arrived, known=lambda: list(self._senders()))
        log.info("receiver.started", port=port)

    def stop(self) -> None:
        self._server.shutdown()
        log.info("receiver.stopped")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _arrived(self, one: Arrived) -> int:
        ods = self._senders().get(one.sender)
        if ods is None:  # it was known when it called, and is no longer
            return NO_ROOM
        try:
            kept = Path(shutil.move(one.path, next(self._names)))
        except OSError as error:
            log.error("receiver.cannot_write", trust=ods, why=error.strerror)
            return NO_ROOM
        try:
            self._take(Pushed(kept, ods, one.sop_uid, one.sop_class_uid))
        except MdtError as error:
            kept.unlink(missing_ok=True)
            log.warning("receiver.not_taken", trust=ods, why=str(error))
            return NO_ROOM
        return SUCCESS
