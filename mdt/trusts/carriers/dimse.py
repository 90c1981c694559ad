"""ImagingSource over DIMSE (PS3.4 annex C, study root): C-FIND to find, C-GET or C-MOVE to bring."""

import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydicom.dataset import Dataset
from pynetdicom import build_context, build_role, evt
from pynetdicom.association import Association
from pynetdicom.sop_class import (
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from mdt.core.sandbox import Sandbox, SandboxError
from mdt.trusts import listing
from mdt.trusts.attributes import attributes
from mdt.trusts.carriers.association import Peer, associate, conversation, cut, end
from mdt.trusts.carriers.contexts import plans
from mdt.trusts.deadlines import USUAL, Deadlines, trying
from mdt.trusts.errors import NoAnswer, Phase, Refused, SourceError
from mdt.trusts.header import read_header
from mdt.trusts.listing import Attributes
from mdt.trusts.matching import filtered, name_for_peer
from mdt.trusts.source import ClaimedIdentity, FoundInstance, FoundSeries, StudyAnswer, StudyQuery
from mdt.trusts.spool import names
from mdt.trusts.storage_scp import SUCCESS, Arrived, Inbox, StorageScp, arrived

_MOST_ANSWERS = 10_000
_PENDING = (0xFF00, 0xFF01)
_OUT_OF_RESOURCES = (0xA700, 0xA701)
# PS3.4 tables C.4-1 to C.4-3
_WORDS = {
    0xA702: "the source could not send them",
    0xA801: "the source does not know our AE title as a destination",
    0xA900: "the source did not understand the question",
    0xB000: "the source sent some of them only",
}


@dataclass(frozen=True)
class Listener:
    """Where our Storage SCP listens for C-MOVE: the port the peer knows us by."""

    host: str
    port: int


class DimseSource:
    """A PACS by its AE title. One association for searches is kept between calls; each retrieval has its own."""

    def __init__(
        self,
        peer: Peer,
        *,
        retrieve: Literal["get", "move"] = "get",
        listener: Listener | None = None,
        deadlines: Deadlines = USUAL,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._peer = peer
        self._bring: Callable[[_Wish], Iterator[Arrived]] = self._get if retrieve == "get" else self._move
        self._listener = listener
        self._deadlines = deadlines
        self._sandbox = sandbox or Sandbox()
        self._lent = sandbox is not None
        self._search: Association | None = None
        self._scp: StorageScp | None = None
        self._later = ExitStack()

    def echo(self) -> None:
        trying(self._deadlines, self._echo)

    def find_studies(self, query: StudyQuery) -> StudyAnswer:
        found, remarks = self._find("STUDY", _keys(query), listing.STUDY + listing.IDENTITY, "StudyInstanceUID")
        return filtered(query, map(listing.study, found), remarks)

    def find_series(self, study_uid: str) -> list[FoundSeries]:
        found, _ = self._find("SERIES", {"StudyInstanceUID": study_uid}, listing.SERIES, "SeriesInstanceUID")
        return [listing.series(one, study_uid) for one in found]

    def find_instances(self, study_uid: str, series_uid: str) -> list[FoundInstance]:
        keys = {"StudyInstanceUID": study_uid, "SeriesInstanceUID": series_uid}
        found, _ = self._find("IMAGE", keys, listing.INSTANCE, "SOPInstanceUID")
        return [listing.instance(one) for one in found]

    def peek(self, study_uid: str) -> ClaimedIdentity:
        for series in self.find_series(study_uid):
            for instance in self.find_instances(study_uid, series.series_uid)[:1]:
                with tempfile.TemporaryDirectory() as spool:
                    brought = self.retrieve(study_uid, series.series_uid, spool=Path(spool), only=[instance.sop_uid])
                    for path in brought:
                        try:
                            return listing.identity(self._sandbox.call(read_header, str(path)), whole=True)
                        except SandboxError as error:
                            raise Refused("transfer", str(error)) from None
        raise Refused("query", "The source lists no object of this study to read an identity from.")

    def retrieve(
        self, study_uid: str, series_uid: str, *, spool: Path, only: Collection[str] | None = None
    ) -> Iterator[Path]:
        listed = {one.sop_uid: one.sop_class_uid for one in self.find_instances(study_uid, series_uid)}
        wanted = listed if only is None else {uid: listed.get(uid, "") for uid in only}
        wish = _Wish(study_uid, series_uid, dict(wanted), len(listed), names(spool))
        for left in reversed(range(self._deadlines.tries)):
            try:
                for one in self._bring(wish):
                    yield one.path
                break
            except NoAnswer:
                if not left:
                    raise
                time.sleep(self._deadlines.pause)
        if wish.missing:
            because = f" ({wish.why})" if wish.why else ""
            raise Refused("transfer", f"{len(wish.missing)} of {len(wanted)} objects were not sent{because}.")

    def close(self) -> None:
        self._drop(end)
        self._scp = None
        self._later.close()
        if not self._lent:
            self._sandbox.close()

    def _echo(self) -> None:
        contexts = [build_context(Verification)]
        with conversation(self._peer, contexts, self._deadlines, phase="query") as association:
            _must_be_good(association.send_c_echo(), "query")

    def _find(
        self, level: str, keys: Mapping[str, str], wanted: tuple[str, ...], unique: str
    ) -> tuple[list[Attributes], list[str]]:
        """Each answer once: some peers give one for every object below."""
        identifier = Dataset()
        identifier.SpecificCharacterSet = "ISO_IR 192"
        identifier.QueryRetrieveLevel = level
        for keyword in wanted:
            setattr(identifier, keyword, None)
        for keyword, value in keys.items():
            setattr(identifier, keyword, value)
        if level == "STUDY":  # the other numbers' newer place, (0010,1002), where an archive knows it
            identifier.OtherPatientIDsSequence = [Dataset()]
            identifier.OtherPatientIDsSequence[0].PatientID = None
        try:
            return trying(self._deadlines, self._ask, identifier, wanted, unique)
        except Refused:
            if "OtherPatientIDsSequence" not in identifier:
                raise
        del identifier.OtherPatientIDsSequence  # some archives refuse every sequence in a question
        return trying(self._deadlines, self._ask, identifier, wanted, unique)

    def _ask(self, identifier: Dataset, wanted: tuple[str, ...], unique: str) -> tuple[list[Attributes], list[str]]:
        found: dict[str, Attributes] = {}
        remarks: list[str] = []
        try:
            for status, answer in self._searching().send_c_find(identifier, StudyRootQueryRetrieveInformationModelFind):
                if status.get("Status") not in _PENDING:
                    _must_be_good(status, "query")
                elif answer is None:
                    remarks.append("An answer of the source could not be read.")
                elif listing.is_uid(uid := listing.text(one := attributes(answer, wanted), unique)):
                    found.setdefault(uid, one)
                if len(found) >= _MOST_ANSWERS:
                    remarks.append(f"The source has more than {_MOST_ANSWERS} answers; the rest is not listed.")
                    self._drop()
                    break
        except SourceError:
            self._drop()
            raise
        except RuntimeError:  # pynetdicom's word for an association that broke just now
            self._drop()
            raise NoAnswer("query", "The connection broke.") from None
        return list(found.values()), list(dict.fromkeys(remarks))

    def _searching(self) -> Association:
        if self._search is None or not self._search.is_established:
            self._drop()
            contexts = [build_context(StudyRootQueryRetrieveInformationModelFind)]
            self._search = associate(self._peer, contexts, self._deadlines, phase="query")
        return self._search

    def _drop(self, part: Callable[[Association], None] = cut) -> None:
        if self._search is not None:
            part(self._search)
            self._search = None

    def _get(self, wish: "_Wish") -> Iterator[Arrived]:
        """C-GET: the objects come back on the association that asked, each in the syntax it is held in."""
        model = StudyRootQueryRetrieveInformationModelGet
        for contexts in plans(wish.missing.values()):
            inbox = Inbox(self._peer.ae, frozenset(wish.missing), wish.names)
            roles = [build_role(uid, scp_role=True) for uid in {context.abstract_syntax for context in contexts}]
            with conversation(
                self._peer,
                [build_context(model), *contexts],
                self._deadlines,
                phase="transfer",
                roles=roles,
                handlers=[(evt.EVT_C_STORE, _store, [inbox])],
            ) as association:
                if any(context.abstract_syntax != model for context in association.accepted_contexts):
                    for identifier in wish.identifiers():
                        yield from wish.received(association.send_c_get(identifier, model), inbox)
            if not wish.missing:
                return

    def _move(self, wish: "_Wish") -> Iterator[Arrived]:
        """C-MOVE: the source sends the objects to the port it knows us by."""
        scp = self._listening()
        for native_first in (True, False):
            yield from self._move_to(scp, wish, native_first)
            if not wish.missing:
                return

    def _listening(self) -> StorageScp:
        """Our own port, open from the first C-MOVE until `close`."""
        if self._listener is None or not self._listener.port:
            raise Refused("transfer", "C-MOVE needs a port of ours that the source knows; none is set.")
        if self._scp is None:
            shared = StorageScp.shared(self._listener.host, self._listener.port, self._peer.our_ae)
            self._scp = self._later.enter_context(shared)
        return self._scp

    def _move_to(self, scp: StorageScp, wish: "_Wish", native_first: bool) -> Iterator[Arrived]:
        model, ours = StudyRootQueryRetrieveInformationModelMove, self._peer.our_ae
        inbox = Inbox(self._peer.ae, frozenset(wish.missing), wish.names, native_first=native_first)
        with (
            scp.expecting(inbox),
            conversation(
                self._peer, [build_context(model)], self._deadlines, phase="transfer", heard=inbox.heard
            ) as association,
        ):
            for identifier in wish.identifiers():
                yield from wish.received(association.send_c_move(identifier, ours, model), inbox)


@dataclass
class _Wish:
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
            if code is None:
                raise NoAnswer("transfer", "The source fell silent or cut the connection while sending.")
            if code in _OUT_OF_RESOURCES:
                raise NoAnswer("transfer", _reason(status))
            if code not in _PENDING and code != SUCCESS:
                self.why = _reason(status)

    def _identifier(self, level: str) -> Dataset:
        identifier = Dataset()
        identifier.QueryRetrieveLevel = level
        identifier.StudyInstanceUID = self.study_uid
        identifier.SeriesInstanceUID = self.series_uid
        return identifier


def _store(event: Any, inbox: Inbox) -> int:
    """C-STORE within C-GET. What was not asked for is let go."""
    one = arrived(event)
    if one.sop_uid in inbox.sop_uids:
        return inbox.put(one)
    one.path.unlink(missing_ok=True)
    return SUCCESS


def _keys(query: StudyQuery) -> dict[str, str]:
    """The matching keys to send. Sex is matched on our side only: archives often leave it empty."""
    keys = {
        "StudyInstanceUID": query.study_uid,
        "PatientID": query.patient_id,
        "OtherPatientIDs": query.other_patient_id and f"*{query.other_patient_id}*",
        "PatientName": query.patient_name and name_for_peer(query.patient_name),
        "PatientBirthDate": query.birth_date and query.birth_date.strftime("%Y%m%d"),
    }
    return {keyword: value for keyword, value in keys.items() if value}


def _must_be_good(status: Dataset, phase: Phase) -> None:
    code = status.get("Status")
    if code is None:
        raise NoAnswer(phase, "The source fell silent or cut the connection.")
    if code in _OUT_OF_RESOURCES:
        raise NoAnswer(phase, _reason(status))
    if code != SUCCESS:
        raise Refused(phase, _reason(status))


def _reason(status: Dataset) -> str:
    code = int(status.Status)
    comment = str(status.get("ErrorComment", "") or "").strip()
    if code in _WORDS:
        return _WORDS[code]
    return f"status {code:04X}{': ' + comment if comment else ''}"
