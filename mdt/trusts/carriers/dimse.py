"""ImagingSource over DIMSE (PS3.4 annex C, study root): C-FIND to find, C-GET or C-MOVE to bring."""

import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydicom.dataset import Dataset
from pynetdicom import build_context
from pynetdicom.association import Association
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind, Verification

from mdt.core.sandbox import Sandbox, SandboxError
from mdt.trusts import listing
from mdt.trusts.attributes import attributes
from mdt.trusts.carriers.association import Peer, associate, conversation, cut, end
from mdt.trusts.carriers.bringing import Wish, get, move
from mdt.trusts.carriers.status import PENDING, must_be_good
from mdt.trusts.deadlines import USUAL, Deadlines, trying
from mdt.trusts.errors import NoAnswer, Refused, SourceError
from mdt.trusts.header import read_header
from mdt.trusts.listing import Attributes
from mdt.trusts.matching import filtered, name_for_peer
from mdt.trusts.source import ClaimedIdentity, FoundInstance, FoundSeries, StudyAnswer, StudyQuery
from mdt.trusts.spool import names
from mdt.trusts.storage_scp import Arrived, StorageScp

_MOST_ANSWERS = 10_000


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
        self._retrieve = retrieve
        self._listener = listener
        self._deadlines = deadlines
        self._sandbox = sandbox or Sandbox()
        self._lent = sandbox is not None
        self._unlisted: list[str] = []
        self._search: Association | None = None
        self._scp: StorageScp | None = None
        self._later = ExitStack()

    def echo(self) -> None:
        trying(self._deadlines, self._echo)

    def find_studies(self, query: StudyQuery) -> StudyAnswer:
        found, remarks = self._find("STUDY", _keys(query), listing.STUDY + listing.IDENTITY, "StudyInstanceUID")
        return filtered(query, map(listing.study, found), remarks)

    def find_series(self, study_uid: str) -> list[FoundSeries]:
        keys = {"StudyInstanceUID": study_uid}
        found, remarks = self._find("SERIES", keys, listing.SERIES, "SeriesInstanceUID")
        self._unlisted += remarks
        return [listing.series(one, study_uid) for one in found]

    def find_instances(self, study_uid: str, series_uid: str) -> list[FoundInstance]:
        keys = {"StudyInstanceUID": study_uid, "SeriesInstanceUID": series_uid}
        found, remarks = self._find("IMAGE", keys, listing.INSTANCE, "SOPInstanceUID")
        self._unlisted += remarks
        return [listing.instance(one) for one in found]

    def unlisted(self) -> tuple[str, ...]:
        said, self._unlisted = tuple(dict.fromkeys(self._unlisted)), []
        return said

    def peek(self, study_uid: str) -> ClaimedIdentity:
        why = Refused("query", "The source lists no object of this study to read an identity from.")
        for series in self.find_series(study_uid):
            for instance in self.find_instances(study_uid, series.series_uid)[:1]:
                try:
                    return self._peek_at(study_uid, series.series_uid, instance.sop_uid)
                except Refused as refusal:
                    why = refusal
        raise why

    def retrieve(
        self, study_uid: str, series_uid: str, *, spool: Path, only: Collection[str] | None = None
    ) -> Iterator[Path]:
        listed = {one.sop_uid: one.sop_class_uid for one in self.find_instances(study_uid, series_uid)}
        wanted = listed if only is None else {uid: listed.get(uid, "") for uid in only}
        wish = Wish(study_uid, series_uid, dict(wanted), len(listed), names(spool))
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

    def _bring(self, wish: Wish) -> Iterator[Arrived]:
        if self._retrieve == "get":
            return get(self._peer, self._deadlines, wish)
        return move(self._listening(), self._peer, self._deadlines, wish)

    def _peek_at(self, study_uid: str, series_uid: str, sop_uid: str) -> ClaimedIdentity:
        with tempfile.TemporaryDirectory() as spool:
            for path in self.retrieve(study_uid, series_uid, spool=Path(spool), only=[sop_uid]):
                try:
                    return listing.identity(self._sandbox.call(read_header, str(path)), whole=True)
                except SandboxError as error:
                    raise Refused("transfer", str(error)) from None
        raise Refused("transfer", "The source sent nothing of this study.")

    def _echo(self) -> None:
        contexts = [build_context(Verification)]
        with conversation(self._peer, contexts, self._deadlines, phase="query") as association:
            must_be_good(association.send_c_echo(), "query")

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
        except Refused as refusal:
            if refusal.phase != "query" or "OtherPatientIDsSequence" not in identifier:
                raise
        del identifier.OtherPatientIDsSequence  # some archives refuse every sequence in a question
        return trying(self._deadlines, self._ask, identifier, wanted, unique)

    def _ask(self, identifier: Dataset, wanted: tuple[str, ...], unique: str) -> tuple[list[Attributes], list[str]]:
        found: dict[str, Attributes] = {}
        remarks: list[str] = []
        try:
            for status, answer in self._searching().send_c_find(identifier, StudyRootQueryRetrieveInformationModelFind):
                if status.get("Status") not in PENDING:
                    must_be_good(status, "query")
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

    def _listening(self) -> StorageScp:
        """Our own port, open from the first C-MOVE until `close`."""
        if self._listener is None or not self._listener.port:
            raise Refused("transfer", "C-MOVE needs a port of ours that the source knows; none is set.")
        if self._scp is None:
            shared = StorageScp.shared(self._listener.host, self._listener.port, self._peer.our_ae)
            self._scp = self._later.enter_context(shared)
        return self._scp


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
