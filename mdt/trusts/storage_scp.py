"""Our own Storage SCP: for C-MOVE, where a source sends what we asked for to a port it knows, and for the receiver.

Objects are written as they arrive and handed over as whole files; what was not expected is refused.
"""

import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.sop_class import Verification
from pynetdicom.transport import ThreadedAssociationServer

from mdt.trusts.carriers.association import OUR_PDU, Heard, bound, discard_unfinished
from mdt.trusts.carriers.contexts import accepted
from mdt.trusts.carriers.reach import reason
from mdt.trusts.carriers.status import NO_ROOM, NOT_EXPECTED, SUCCESS
from mdt.trusts.errors import NoAnswer

_MOST_ASSOCIATIONS = 16
_SILENCE = 60.0


@dataclass(frozen=True)
class Arrived:
    """One object as it came: a Part 10 file whose data set is byte for byte what the sender sent from `host`."""

    path: Path
    sop_uid: str
    sop_class_uid: str
    sender: str
    host: str = ""


def arrived(event: Any) -> Arrived:
    """From pynetdicom's event. The file is where pynetdicom put it; whoever handles the event moves it."""
    event.request._dataset_file.close()
    return Arrived(
        path=event.dataset_path,
        sop_uid=str(event.request.AffectedSOPInstanceUID),
        sop_class_uid=str(event.request.AffectedSOPClassUID),
        sender=event.assoc.requestor.ae_title,
        host=str(event.assoc.requestor.address or ""),
    )


def listen(
    host: str,
    port: int,
    our_ae: str,
    take: Callable[[Arrived], int],
    *,
    known: Callable[[], list[str]],
    native_first: Callable[[str], bool] = lambda sender: True,
    heard: Callable[[], None] = lambda: None,
    growing: Callable[[int], None] = lambda size: None,
    rejected: Callable[[str, str], None] = lambda sender, called: None,
) -> ThreadedAssociationServer:
    """Listen for C-STORE from AE titles that are `known` when they call. `take` returns the C-STORE status.

    `native_first` says for a sender whether it is to send natively what it offers in several syntaxes. `growing` as in
    `bound`; `rejected` is told the AE titles of a call that was not answered, the caller's and the one it called.
    """
    ours = AE(our_ae)
    ours.maximum_pdu_size, ours.maximum_associations = OUR_PDU, _MOST_ASSOCIATIONS
    ours.acse_timeout = ours.dimse_timeout = ours.network_timeout = _SILENCE
    ours.require_called_aet = True
    ours.add_supported_context(Verification)

    def opened(event: Any) -> None:
        ours.require_calling_aet = known() or ["\x00"]  # an empty list would let anybody in
        bound(event.assoc, _SILENCE, heard, growing)

    def requested(event: Any) -> None:
        asked = event.assoc.requestor.primitive
        proposed = asked.presentation_context_definition_list
        storage = accepted(proposed, native_first=native_first(asked.calling_ae_title))
        event.assoc.acceptor.supported_contexts = [*event.assoc.acceptor.supported_contexts, *storage]

    def store(event: Any) -> int:
        return take(arrived(event))

    def closed(event: Any) -> None:
        discard_unfinished(event.assoc)

    def refused(event: Any) -> None:
        asked = event.assoc.requestor.primitive
        rejected(asked.calling_ae_title.strip(), asked.called_ae_title.strip())

    handlers = [
        (evt.EVT_CONN_OPEN, opened),
        (evt.EVT_REQUESTED, requested),
        (evt.EVT_C_STORE, store),
        (evt.EVT_CONN_CLOSE, closed),
        (evt.EVT_REJECTED, refused),
    ]
    try:
        return ours.start_server((host, port), block=False, evt_handlers=handlers)
    except OSError as error:
        raise NoAnswer("transfer", f"Our own port {port} for receiving cannot be opened ({reason(error)}).") from None


class Inbox:
    """What one retrieval waits for."""

    def __init__(
        self, sender: str, sop_uids: frozenset[str], names: Iterator[Path], *, native_first: bool = True
    ) -> None:
        self.sender = sender
        self.sop_uids = sop_uids
        self.native_first = native_first
        self.heard = Heard()
        self.trouble: OSError | None = None
        self._names = names
        self._files: queue.SimpleQueue[Arrived] = queue.SimpleQueue()

    def put(self, one: Arrived) -> int:
        """Keep it under the next name; the status to answer with."""
        try:
            kept = Path(shutil.move(one.path, next(self._names)))
        except OSError as error:
            self.trouble = error
            return NO_ROOM
        self._files.put(Arrived(kept, one.sop_uid, one.sop_class_uid, one.sender))
        return SUCCESS

    def taken(self) -> Iterator[Arrived]:
        """What has arrived by now; raises NoAnswer when something could not be written here."""
        while not self._files.empty():
            yield self._files.get()
        if self.trouble is not None:
            raise NoAnswer("transfer", f"What came could not be written here ({reason(self.trouble)}).")


class StorageScp:
    """One listening port shared by every C-MOVE of this process; each waits with its own inbox."""

    _open: dict[tuple[str, int, str], "StorageScp"] = {}  # noqa: RUF012 - guarded by the lock beside it
    _lock = threading.Lock()

    def __init__(self, host: str, port: int, our_ae: str) -> None:
        self._users = 0
        self._inboxes: list[Inbox] = []
        self._server = listen(
            host, port, our_ae, self._take, known=self._senders, native_first=self._native_first, heard=self._heard
        )

    @classmethod
    @contextmanager
    def shared(cls, host: str, port: int, our_ae: str) -> Iterator["StorageScp"]:
        """The listener of this address, opened by the first that needs it and closed by the last."""
        key = (host, port, our_ae)
        with cls._lock:
            scp = cls._open.get(key) or cls(*key)
            cls._open[key] = scp
            scp._users += 1
        with ExitStack() as later:
            later.callback(cls._leave, key, scp)
            yield scp

    @classmethod
    def _leave(cls, key: tuple[str, int, str], scp: "StorageScp") -> None:
        with cls._lock:
            scp._users -= 1
            if not scp._users:
                del cls._open[key]
                scp._server.shutdown()

    @contextmanager
    def expecting(self, inbox: Inbox) -> Iterator[None]:
        """Fill that inbox as long as the block lasts."""
        self._inboxes.append(inbox)
        try:
            yield
        finally:
            self._inboxes.remove(inbox)

    def _native_first(self, sender: str) -> bool:
        return all(inbox.native_first for inbox in self._inboxes if inbox.sender == sender)

    def _senders(self) -> list[str]:
        return [inbox.sender for inbox in self._inboxes]

    def _heard(self) -> None:
        for inbox in self._inboxes:
            inbox.heard.now()

    def _take(self, one: Arrived) -> int:
        for inbox in list(self._inboxes):
            if inbox.sender == one.sender and one.sop_uid in inbox.sop_uids:
                return inbox.put(one)
        return NOT_EXPECTED
