"""Every reading is audited before its answer leaves: one entry for each request, with what was read and of whom.

Requests for single objects and frames come by the hundred for one look: those of one series within a while are one.
"""

from collections.abc import Collection, Sequence

from mdt.core import audit
from mdt.imaging.provider.catalogue import Object
from mdt.web import reading
from mdt.web.dicomweb.who import caller
from mdt.web.session import house


def searched(level: str, studies: Collection[str], patients: Collection[str]) -> None:
    """What a search told, about whom; one that found nobody told nothing."""
    who = caller()
    if not patients:
        return
    detail = {"patients": sorted(patients), "studies": len(studies), "token": who.token_id}
    with house().db.writing() as session:
        audit.record(session, who.actor, "dicomweb.search", f"search:{level}", detail=detail)


def read(what: str, objects: Sequence[Object], *, single: bool) -> None:
    """Objects of one study were read, as `what` says; `single` when many such requests make one look."""
    who, first = caller(), objects[0]
    series = sorted({one.series_id for one in objects})
    if not single:
        _record(what, first, series, len(objects))
        return
    with reading.one_look(who.actor, f"dicomweb.{what}", (first.series_id, who.token_id)) as is_new:
        if is_new:
            _record(what, first, series, len(objects))


def _record(what: str, first: Object, series: list[str], objects: int) -> None:
    who = caller()
    detail = {"series": series, "objects": objects, "token": who.token_id}
    with house().db.writing() as session:
        audit.record(
            session,
            who.actor,
            f"dicomweb.{what}",
            f"study:{first.study_id}",
            patient_id=first.patient_id,
            detail=detail,
        )
