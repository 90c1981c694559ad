"""What there is to look at for a patient, as the room asks for it (`docs/wire.md` section 1, all but the case)."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.among import among
from mdt.imaging.looking import timeline
from mdt.imaging.models import NOTABLE, Instance, Layer, Pack
from mdt.imaging.standing import arriving, board
from mdt.imaging.standing.here import SeriesHere
from mdt.record.models import Patient
from mdt.record.written import readable


def of_patient(session: Session, by: Actor, *, team_id: str, patient_id: str) -> dict[str, Any]:
    """For somebody who may see the patient through a team that lists them: studies newest first, linked ones only."""
    lines = timeline.lines(session, by, team_id=team_id, patient_id=patient_id)
    patient = session.get_one(Patient, patient_id)
    series = _series(session, lines)
    progress = arriving.of_patient(session, by, team_id=team_id, patient_id=patient_id)
    return {
        "patient": {
            "id": patient.id,
            "nhs": patient.nhs_number,
            "family": patient.family,
            "given": readable(patient.given),
            "born": patient.birth_date.isoformat() if patient.birth_date else None,
            "sex": patient.sex,
        },
        "trusts": [_trust(trust) for trust in progress.trusts],
        "studies": [_study(line, series[line.study.id]) for line in lines],
    }


def _trust(trust: arriving.TrustProgress) -> dict[str, Any]:
    names = ("ods", "name", "status", "phase", "detail", "expected", "received", "queued", "waiting")
    return {name: getattr(trust, name) for name in names}


def _study(line: timeline.Line, series: list[dict[str, Any]]) -> dict[str, Any]:
    study, here = line.study, line.here
    return {
        "study": study.study_uid,
        "date": study.study_date.isoformat() if study.study_date else None,
        "description": study.description,
        "modalities": study.modalities,
        "trusts": list(line.archives),
        "discs": list(line.discs.values()),
        "complete": here.complete,
        "state": line.state,
        "blame": list(line.blame),
        "prior": {"study": line.prior.study_uid, "reason": line.prior.reason} if line.prior else None,
        "expected": here.expected,
        "received": here.received,
        "series": [one | {"state": board.state(one["complete"], may_come=line.state == "arriving")} for one in series],
    }


def _series(session: Session, lines: Collection[timeline.Line]) -> dict[str, list[dict[str, Any]]]:
    """The series of these studies, by study, in order of their numbers."""
    parts = [part for line in lines for part in line.here.parts]
    ids = [part.series.id for part in parts]
    packs: dict[str, Any] = {pack.series_id: pack for pack in session.execute(_PACKS, {"series": ids})}
    notable, layers = _notable(session, ids), _layers(session, ids)
    views = _views(session, [part.series.id for part in parts if part.series.modality in _PROJECTIONS])
    found: dict[str, list[dict[str, Any]]] = {line.study.id: [] for line in lines}
    for part in parts:
        key = part.series.id
        also = {"layers": layers.get(key, 0), "views": views[key]}
        found[part.series.study_id].append(_one(part, packs.get(key), notable[key]) | also)
    return found


_PACKS = select(Pack.series_id, Pack.version, Pack.lossy, Pack.kind, Pack.frames).where(among(Pack.series_id, "series"))


def _notable(session: Session, series_ids: Collection[str]) -> dict[str, list[Row[Any]]]:
    """The objects of each series that are documents, or have a problem."""
    rows = session.execute(
        select(Instance.id, Instance.series_id, Instance.sop_uid, Instance.problem, Instance.header)
        .where(among(Instance.series_id, series_ids), text(f"({NOTABLE})"))
        .order_by(Instance.number, Instance.sop_uid)
    )
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.series_id].append(row)
    return found


def _layers(session: Session, series_ids: Collection[str]) -> dict[str, int]:
    """How many objects of each series draw over images."""
    counts = select(Layer.series_id, func.count()).where(among(Layer.series_id, series_ids)).group_by(Layer.series_id)
    return {series_id: count for series_id, count in session.execute(counts)}  # noqa: C416 - rows, by their types


# Of these each image is a view of its own, and is hung by it.
_PROJECTIONS = frozenset({"MG", "CR", "DX", "RG"})


def _views(session: Session, series_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Which side and which way each image of these series was taken."""
    rows = session.execute(
        select(Instance.series_id, Instance.sop_uid, Instance.header)
        .where(among(Instance.series_id, series_ids), Instance.frames > 0)
        .order_by(Instance.number, Instance.sop_uid)
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        said = {"laterality": row.header.get("laterality"), "view": row.header.get("view")}
        found[row.series_id].append({"sop": row.sop_uid} | said)
    return found


def _one(part: SeriesHere, pack: Row[Any] | None, notable: list[Row[Any]]) -> dict[str, Any]:
    series = part.series
    documents = [
        {"key": one.id, **{name: document.get(name, []) for name in ("title", "type", "images")}}
        for one in notable
        if (document := one.header.get("document"))
    ]
    return {
        "key": series.id,
        "series": series.series_uid,
        "modality": series.modality,
        "number": series.number,
        "description": series.description,
        "body_part": series.body_part,
        "expected": series.expected,
        "received": series.received,
        "complete": part.whole.complete,
        "gaps": series.gaps,
        "duplicates": series.duplicates,
        "kind": _kind(series.frames, pack, documents),
        "frames": series.frames,
        "packed": pack.frames if pack else 0,
        "version": pack.version if pack else None,
        "lossy": bool(pack and pack.lossy),
        "problems": [{"sop": one.sop_uid, "sentence": one.problem} for one in notable if one.problem],
        "documents": documents,
        "states": sum("presentation" in one.header or "key_objects" in one.header for one in notable),
    }


def _kind(frames: int, pack: Row[Any] | None, documents: list[dict[str, Any]]) -> str:
    """What there is to look at: a slide once it is made ready, else images, documents, or nothing."""
    if frames:
        return "slide" if pack and pack.kind == "slide" else "images"
    return "document" if documents else "none"
