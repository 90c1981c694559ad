"""A gather's result as other programs read it (`python app.py gather --json`)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.models import Gather, Series
from mdt.people import permissions
from mdt.record.clashes import STRONG
from mdt.record.models import Link, Patient
from mdt.record.queries import Entry, all_entries


def summary(session: Session, by: Actor, *, gather_id: str, team_id: str | None = None) -> dict[str, Any]:
    """Every trust's answer and every study that was judged for the patient, newest first."""
    permissions.require(by, "meeting.see", team_id)
    gather = session.get_one(Gather, gather_id)
    patient = session.get_one(Patient, gather.patient_id)
    entries = all_entries(session, by, team_id=team_id, patient_id=patient.id)
    return {
        "nhs": patient.nhs_number,
        "trusts": [
            {
                "ods": answer.trust_ods,
                "status": answer.status,
                "phase": answer.phase,
                "detail": answer.detail,
                "seconds": answer.seconds,
            }
            for answer in gather.answers
        ],
        "studies": [_study(session, entry) for entry in entries],
    }


def _study(session: Session, entry: Entry) -> dict[str, Any]:
    study, link = entry.study, _telling(entry.links)
    series = session.scalars(select(Series).where(Series.study_id == study.id).order_by(Series.number, Series.id)).all()
    expected, here = _expected(entry, series), sum(one.received for one in series) if entry.is_linked else 0
    gaps = [sentence for one in series for sentence in _gaps(one)]
    short = any(one.received < (one.expected or 1) for one in series)
    return {
        "StudyInstanceUID": study.study_uid,
        "date": study.study_date and study.study_date.isoformat(),
        "description": study.description,
        "modalities": study.modalities,
        "holders": sorted({link.trust_ods for link in entry.links}),
        "link": {"confirmed": "confirm", "refused": "confirm"}.get(link.status, link.status),
        "decision": link.decision,
        "why": link.why,
        "expected_instances": expected,
        "received_instances": here,
        "complete": entry.is_linked and here > 0 and here >= (expected or 0) and not gaps and not short,
        "gaps": gaps if entry.is_linked else [],
    }


def _telling(links: Sequence[Link]) -> Link:
    """Of the links of one study, one for each trust, the one that decides what the study is to the patient."""
    order = ("never", "auto", "confirmed", "confirm", "refused")
    if any(link.status in STRONG for link in links):
        order = ("auto", "confirmed", "confirm", "refused", "never")
    return min(links, key=lambda link: (order.index(link.status), link.trust_ods))


def _expected(entry: Entry, series: Sequence[Series]) -> int | None:
    """By series where the study is linked and its series are known; else the largest count a holder gives."""
    if entry.is_linked and series:
        return sum(one.expected or 0 for one in series)
    return max((holder.instances for holder in entry.study.holders if holder.instances is not None), default=None)


def _gaps(series: Series) -> list[str]:
    name = (
        f"series {series.number}" if series.number is not None else f"{series.modality or 'a'} series without a number"
    )
    return [f"{name}: {sentence}" for sentence in series.gaps]
