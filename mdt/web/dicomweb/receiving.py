"""STOW-RS (PS3.18 10.5): what a trust's archive sends unasked, each object answered for in the standard's own words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify, request

from mdt.core import audit
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Forbidden, Invalid
from mdt.imaging.arrivals.intake import Taken
from mdt.imaging.arrivals.unasked import finish_unasked, take_in_unasked
from mdt.imaging.files.parsing import Description
from mdt.trusts import multipart
from mdt.trusts.listing import is_uid
from mdt.trusts.queries import live_trusts
from mdt.web.dicomweb import arriving, leaves
from mdt.web.dicomweb.answers import DICOM_JSON, Unsupported, choose
from mdt.web.dicomweb.arriving import Came, Room
from mdt.web.dicomweb.finding import address
from mdt.web.dicomweb.negotiation import Offer
from mdt.web.dicomweb.who import caller
from mdt.web.session import house

MOST = 16 << 30  # bytes of one request

# Failure reasons (PS3.4 table B.2-1, PS3.18 table 10.5.3-1 and DICOM's C.9 values)
CANNOT_UNDERSTAND, NO_RESOURCES, OF_ANOTHER_STUDY, PROCESSING = 0xC000, 0xA700, 0xA900, 0x0110

_CHUNK = 1 << 18
_ANOTHER = "It belongs to another study than the one it was sent to."


@dataclass
class Outcome:
    """What became of all that came: references, failures by name, and failures of what had no name."""

    stored: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    nameless: list[dict[str, Any]] = field(default_factory=list)
    series: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        if not self.failed and not self.nameless:
            return 200
        return 202 if self.stored else 409

    def dataset(self, study: str | None) -> dict[str, Any]:
        said: dict[str, Any] = {"00081190": _one("UR", address(study)) if study else {"vr": "UR"}}
        for tag, items in (("00081198", self.failed), ("00081199", self.stored), ("0008119A", self.nameless)):
            if items:
                said[tag] = {"vr": "SQ", "Value": items}
        return said


def receive(study: str | None = None) -> Response:
    who = caller()
    _require_live(who.trust_ods)
    if study is not None and not is_uid(study):
        raise Invalid(f"{study[:80]!r} is not a UID.")
    choose([Offer(DICOM_JSON, multipart=False)], f"What became of the objects is said in {DICOM_JSON}.")
    boundary = _boundary(request.headers.get("Content-Type", ""))
    request.max_content_length = MOST
    ours, outcome = house(), Outcome()
    room = Room(ours.settings.largest_object, ours.settings.disk_reserve)
    with ours.store.drafting_folder() as folder:
        try:
            for batch in arriving.batches(_body(), boundary, folder, room):
                _take(outcome, batch, study)
        except multipart.Malformed as error:
            raise Invalid(
                f"What was sent is no whole multipart body ({error}); objects before that are kept."
            ) from None
        finally:
            finish_unasked(ours.db, outcome.series)
    if not (outcome.stored or outcome.failed or outcome.nameless):
        raise Invalid("Nothing was sent: the body has no part.")
    counts = {"stored": len(outcome.stored), "failed": len(outcome.failed) + len(outcome.nameless)}
    with ours.db.writing() as session:
        detail = {"trust": who.trust_ods, "token": who.token_id, **counts}
        audit.record(session, who.actor, "dicomweb.stow", f"trust:{who.trust_ods}", detail=detail)
    answer = jsonify(outcome.dataset(study))
    answer.status_code, answer.content_type = outcome.status, DICOM_JSON
    return answer


def _require_live(trust_ods: str | None) -> None:
    """Only trusts that we ask may send, as at our C-STORE listener."""
    with house().db.reading() as session:
        live = {trust.ods for trust in live_trusts(session, on=in_london(utc_now()).date())}
    if trust_ods not in live:
        raise Forbidden(f"{trust_ods} is not a live trust at the moment, so nothing is taken from it.")


def _boundary(content_type: str) -> str:
    if not content_type.lower().startswith("multipart/related"):
        raise Unsupported('Objects are sent as multipart/related; type="application/dicom".')
    said = next((part for part in content_type.split(";")[1:] if part.strip().lower().startswith("type=")), None)
    if said is not None and said.partition("=")[2].strip().strip('"').lower() != "application/dicom":
        raise Unsupported("Only whole objects (application/dicom) are taken, not metadata with bulk data beside it.")
    try:
        return multipart.boundary_of(content_type)
    except multipart.Malformed:
        raise Invalid("The Content-Type names no boundary, so the parts cannot be told apart.") from None


def _body() -> Iterator[bytes]:
    while chunk := request.stream.read(_CHUNK):
        yield chunk


def _take(outcome: Outcome, batch: Sequence[Came], study: str | None) -> None:
    """Take in one batch; what could not even be written is a failure without a name."""
    ours, who = house(), caller()
    whole = [came.path for came in batch if came.refused is None and came.type == "application/dicom"]
    for came in batch:
        if came.path not in whole:
            why = came.refused or f"It is {came.type[:60]}, not application/dicom."
            outcome.nameless.append(_failure(NO_RESOURCES if came.refused else CANNOT_UNDERSTAND, why))
    taken = leaves.reader().sandboxes.with_one(
        lambda sandbox: take_in_unasked(
            ours.db, ours.store, sandbox, trust_ods=who.trust_ods or "", paths=whole, by=who.actor, now=utc_now(),
            why_not=lambda about: _why_not(about, study),
        )
    )  # fmt: skip
    for one in taken:
        _note(outcome, one)


def _why_not(about: Description, study: str | None) -> str | None:
    return _ANOTHER if study is not None and about.study_uid != study else None


def _note(outcome: Outcome, one: Taken) -> None:
    names = {"00081150": _one("UI", one.sop_class_uid), "00081155": _one("UI", one.sop_uid)}
    if one.refused is None:
        outcome.stored.append(names | {"00081190": _one("UR", _where(one))})
        if one.series_id is not None:
            outcome.series.append(one.series_id)
    elif one.sop_uid is None:
        outcome.nameless.append(_failure(CANNOT_UNDERSTAND, one.refused))
    else:
        reason = OF_ANOTHER_STUDY if one.refused == _ANOTHER else PROCESSING
        outcome.failed.append(names | _failure(reason, one.refused))


def _where(one: Taken) -> str:
    return address(one.study_uid or "")


def _failure(reason: int, why: str) -> dict[str, Any]:
    """The reason as a number and, as other archives do, in words (0000,0902), 64 characters at most."""
    return {
        "00000902": _one("LO", why if len(why) <= 64 else why[:63] + "…"),
        "00081197": {"vr": "US", "Value": [reason]},
    }


def _one(vr: str, value: str | None) -> dict[str, Any]:
    return {"vr": vr, "Value": [value]} if value else {"vr": vr}
