"""A DICOM association that fails in a named phase, and what pynetdicom leaves open.

pynetdicom reads a PDU of whatever length the peer states and waits for whole messages: here PDUs are bounded, and the
wait is for silence, so that a large object on a slow line is not cut. Objects go to disk as they arrive.
"""

import logging
import queue
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pynetdicom import AE, _config, evt
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import A_ASSOCIATE, SCP_SCU_RoleSelectionNegotiation
from pynetdicom.presentation import PresentationContext
from pynetdicom.transport import AssociationSocket

from mdt.trusts.carriers.reach import reason, resolve
from mdt.trusts.deadlines import Deadlines
from mdt.trusts.errors import NoAnswer, Phase, Refused, SourceError

_config.STORE_RECV_CHUNKED_DATASET = True
_config.LOG_REQUEST_IDENTIFIERS = False
_config.LOG_RESPONSE_IDENTIFIERS = False
# It logs patients' names, and tracebacks for whatever a peer does; here both come back as errors with a sentence.
logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)


def _shut(connection: AssociationSocket) -> None:
    """In place of pynetdicom's own, which leaves a socket open that never connected, or that the peer closed first."""
    line = connection.socket
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()


AssociationSocket._shutdown_socket = _shut

OUR_PDU = 128 << 10
_MOST_PDU = 1 << 20
_PIECE = 64 << 10
_MOST_ANSWER = 16 << 20
_TRANSIENT = 2  # PS3.8 table 9-21: rejected-transient
# Peers that write a message in several pieces wait for our acknowledgement, which the system would hold back 40 ms;
# Linux forgets this wish after a while, so it is said again and again.
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
_TURN = 0.25  # seconds between two looks at whether the silence lasts

Handlers = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Peer:
    """Whom to call, and under what name we call."""

    host: str
    port: int
    ae: str
    our_ae: str


class Heard:
    """When something was last heard."""

    def __init__(self) -> None:
        self.at = time.monotonic()

    def now(self) -> None:
        self.at = time.monotonic()


@contextmanager
def conversation(
    peer: Peer, contexts: list[PresentationContext], deadlines: Deadlines, **more: Any
) -> Iterator[Association]:
    """An association for one block; see `associate`. A block that does not end well cuts it: nobody would answer."""
    association = associate(peer, contexts, deadlines, **more)
    try:
        yield association
    except RuntimeError as error:  # pynetdicom's word for an association that broke between two requests
        cut(association)
        raise NoAnswer(more["phase"], "The connection broke.") from error
    except BaseException:
        cut(association)
        raise
    end(association)


def associate(
    peer: Peer,
    contexts: list[PresentationContext],
    deadlines: Deadlines,
    *,
    phase: Phase,
    roles: Sequence[SCP_SCU_RoleSelectionNegotiation] = (),
    handlers: Handlers = (),
    heard: Heard | None = None,
) -> Association:
    """An established association for `phase`, or Refused or NoAnswer. The caller ends it.

    The first of `contexts` is the service asked for; the others may be declined.
    """
    silence = deadlines.transfer if phase == "transfer" else deadlines.query
    address = resolve(peer.host, peer.port, deadlines.resolve)
    ours = AE(peer.our_ae)
    ours.connection_timeout, ours.acse_timeout, ours.dimse_timeout = deadlines.connect, deadlines.associate, silence
    heard = heard or Heard()
    connected = Heard()
    connected.at = 0.0

    def opened(event: Any) -> None:
        connected.now()
        bound(event.assoc, silence, heard.now)

    started = time.monotonic()
    association = ours.associate(
        address,
        peer.port,
        contexts=contexts,
        ae_title=peer.ae,
        max_pdu=OUR_PDU,
        ext_neg=list(roles),
        evt_handlers=[(evt.EVT_CONN_OPEN, opened), *handlers],
    )
    if association.is_established:
        _wait_for_silence(association, heard, silence)
        if contexts[0].abstract_syntax not in [context.abstract_syntax for context in association.accepted_contexts]:
            end(association)
            raise Refused("associate", f"The source does not offer {contexts[0].abstract_syntax.name}.")
        return association
    now = time.monotonic()
    cut(association)
    if not connected.at:
        raise _not_connected(address, peer.port, now - started, deadlines)
    raise _not_associated(association, now - connected.at, deadlines)


def end(association: Association) -> None:
    """Take leave as the standard asks."""
    with suppress(Exception):  # a peer that is gone cannot be released; there is nothing left to tell anybody
        if association.is_established:
            association.release()
    cut(association)


def cut(association: Association) -> None:
    """Part without a word. Nothing of what was arriving stays behind."""
    with suppress(Exception):
        if association.is_established:
            association.abort()
    if association.dul.socket is not None:
        _shut(association.dul.socket)
    discard_unfinished(association)


def discard_unfinished(association: Association) -> None:
    """Remove the files of objects that broke off while arriving, or that nobody took any more."""
    provider = association.dimse
    left = [(provider.message, "_data_set")]
    while not provider.msg_queue.empty():
        left.append((provider.msg_queue.get()[1], "_dataset"))
    for holder, prefix in left:
        file = getattr(holder, f"{prefix}_file", None)
        if file is not None:
            file.close()
            Path(file.name).unlink(missing_ok=True)


def bound(
    association: Association,
    silence: float,
    heard: Callable[[], None],
    growing: Callable[[int], None] = lambda size: None,
) -> None:
    """At EVT_CONN_OPEN, on either side: refuse giant PDUs, give up a peer that stops in the middle of one.

    `growing` is told the bytes of the object that is arriving, and raises OSError when they are too many.
    """
    connection = association.dul.socket
    line = connection.socket
    line.settimeout(silence)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    decode = association.dimse.receive_primitive

    def receive_bounded(count: int) -> bytearray:
        if count > _MOST_PDU:
            raise OSError(f"the peer announced a PDU of {count} bytes")
        message = association.dimse.message
        if message is not None and message.data_set.tell() > _MOST_ANSWER:  # of an object it stays empty
            raise OSError("the peer sends an answer without end")
        if message is not None and message._data_set_file is not None:
            growing(message._data_set_file.tell())
        data = bytearray()
        # pynetdicom would wait for the whole PDU, which on a slow line takes longer than the silence borne.
        while len(data) < count and (piece := line.recv(min(count - len(data), _PIECE))):
            data += piece
            heard()
        if _QUICKACK is not None:
            with suppress(OSError):  # the peer may have parted right after these last words
                line.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        return data

    def decode_or_part(primitive: Any) -> None:
        try:
            decode(primitive)
        except Exception:  # whatever nonsense does to pynetdicom's decoder would end the thread that listens
            association.dul.event_queue.put("Evt19")  # PS3.8 table 9-10: unrecognized or invalid PDU

    association.dimse.receive_primitive = decode_or_part

    connection.recv = receive_bounded


def _wait_for_silence(association: Association, heard: Heard, silence: float) -> None:
    """Wait for the next message as long as anything is heard; and let nobody else take it.

    pynetdicom's own loop looks for messages too (it asks without `block`) and drops the answers it takes: when a peer
    is quick, one in some hundred studies would be missing without a word.
    """
    provider = association.dimse

    def get_msg(block: bool = False) -> Any:
        if not block:
            return None, None
        began = time.monotonic()
        while True:
            try:
                return provider.msg_queue.get(timeout=_TURN)
            except queue.Empty:
                if time.monotonic() - max(began, heard.at) > silence:
                    return None, None

    provider.get_msg = get_msg


def _not_connected(address: str, port: int, seconds: float, deadlines: Deadlines) -> SourceError:
    if seconds < deadlines.connect:
        try:  # pynetdicom keeps the reason to itself
            socket.create_connection((address, port), deadlines.connect).close()
        except OSError as error:
            return NoAnswer("connect", f"No connection ({reason(error)}).")
        return NoAnswer("connect", "The connection was cut as it opened.")
    return NoAnswer("connect", f"Nobody answered within {deadlines.connect:g} s.")


def _not_associated(association: Association, seconds: float, deadlines: Deadlines) -> SourceError:
    # A rejection that came before pynetdicom looked is still in its queue.
    answer = association.acceptor.primitive or association.dul.receive_pdu(wait=False)
    if isinstance(answer, A_ASSOCIATE) and answer.result:
        sentence = f"The source refused the association ({answer.reason_str})."
        return NoAnswer("associate", sentence) if answer.result == _TRANSIENT else Refused("associate", sentence)
    if association.rejected_contexts:
        return Refused("associate", "The source does not offer what was asked for (no presentation context accepted).")
    if seconds >= deadlines.associate:
        return NoAnswer("associate", f"The source took the call and said nothing for {deadlines.associate:g} s.")
    return NoAnswer("associate", "The source cut the connection instead of answering.")
