"""Bringing objects over DIMSE: C-GET on the association that asks, C-MOVE to a port the source knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import build_context, build_role, evt
from pynetdicom.sop_class import (
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
)

from mdt.trusts.carriers.association import Peer, conversation
from mdt.trusts.carriers.contexts import plans
from mdt.trusts.carriers.status import OUT_OF_RESOURCES, PENDING, SUCCESS, must_be_good, reason
from mdt.trusts.deadlines import Deadlines
from mdt.trusts.storage_scp import Arrived, Inbox, StorageScp, arrived


@dataclass
class Wish:
    """What a retrieval still lacks: SOP Instance UID to SOP Class UID, the class empty where the peer does not say."""

    study_uid: str
    series_uid: str
    missing: dict[str, str]
    listed: int
    names: Iterator[Path]
    why: str = ""

    def identifiers(self) -> Iterator[Dataset]:
        """The whole series at once, or object by object: many peers do not understand lists of UIDs."""
        if len(self.missing) == self.listed:
            yield self._identifier("SERIES")
            return
        for sop_uid in list(self.missing):
            identifier = self._identifier("IMAGE")
            identifier.SOPInstanceUID = sop_uid
            yield identifier

    def received(self, statuses: Iterator[tuple[Dataset, Dataset | None]], inbox: Inbox) -> Iterator[Arrived]:
        """What comes while the peer reports on its sub-operations."""
        for status, _ in statuses:
            for one in inbox.taken():
                self.missing.pop(one.sop_uid, None)
                yield one
            code = status.get("Status")
            if code is None or code in OUT_OF_RESOURCES:
                must_be_good(status, "transfer")
            if code not in PENDING and code != SUCCESS:
                self.why = reason(status)

    def _identifier(self, level: str) -> Dataset:
        identifier = Dataset()
        identifier.QueryRetrieveLevel = level
        identifier.StudyInstanceUID = self.study_uid
        identifier.SeriesInstanceUID = self.series_uid
        return identifier


def get(peer: Peer, deadlines: Deadlines, wish: Wish) -> Iterator[Arrived]:
    """C-GET: the objects come back on the association that asked, each in the syntax it is held in."""
    model = StudyRootQueryRetrieveInformationModelGet
    for contexts in plans(wish.missing.values()):
        inbox = Inbox(peer.ae, frozenset(wish.missing), wish.names)
        roles = [build_role(uid, scp_role=True) for uid in {context.abstract_syntax for context in contexts}]
        with conversation(
            peer,
            [build_context(model), *contexts],
            deadlines,
            phase="transfer",
            roles=roles,
            handlers=[(evt.EVT_C_STORE, _store, [inbox])],
        ) as association:
            if any(context.abstract_syntax != model for context in association.accepted_contexts):
                for identifier in wish.identifiers():
                    yield from wish.received(association.send_c_get(identifier, model), inbox)
        if not wish.missing:
            return


def move(scp: StorageScp, peer: Peer, deadlines: Deadlines, wish: Wish) -> Iterator[Arrived]:
    """C-MOVE: the source sends the objects to our Storage SCP, natively first and then as it likes."""
    for native_first in (True, False):
        yield from _move(scp, peer, deadlines, wish, native_first=native_first)
        if not wish.missing:
            return


def _move(scp: StorageScp, peer: Peer, deadlines: Deadlines, wish: Wish, *, native_first: bool) -> Iterator[Arrived]:
    model = StudyRootQueryRetrieveInformationModelMove
    inbox = Inbox(peer.ae, frozenset(wish.missing), wish.names, native_first=native_first)
    with (
        scp.expecting(inbox),
        conversation(peer, [build_context(model)], deadlines, phase="transfer", heard=inbox.heard) as association,
    ):
        for identifier in wish.identifiers():
            yield from wish.received(association.send_c_move(identifier, peer.our_ae, model), inbox)


def _store(event: Any, inbox: Inbox) -> int:
    """C-STORE within C-GET. What was not asked for is let go."""
    one = arrived(event)
    if one.sop_uid in inbox.sop_uids:
        return inbox.put(one)
    one.path.unlink(missing_ok=True)
    return SUCCESS
