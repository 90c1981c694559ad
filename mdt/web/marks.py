"""Marks beside the room's own (`docs/wire.md`): one's private ones, those of earlier meetings, and lesions."""

import json
from functools import cache
from typing import Any

from flask import Blueprint, jsonify, request

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.imaging import queries as imaging
from mdt.imaging.queries import Packed
from mdt.live import earlier, lesions, private
from mdt.live.fields import Json
from mdt.live.protocol import moment
from mdt.meeting import queries as meetings
from mdt.web import reading
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("marks", __name__, url_prefix="/cases/<case_id>")


@pages.get("/marks.json")
@unattended
def beside(case_id: str) -> Any:
    """The room asks when it opens a case."""
    by = current_actor()
    with house().db.reading() as db:
        case = meetings.case(db, by, case_id)
        own = private.of(db, by, case_id)
        before = earlier.earlier(db, by, case)
        patient_id = case.patient_id
    if own or before:
        _look(by, "marks.read", case_id, patient_id)
    told = [{"meeting": one.meeting_id, "at": moment(one.at), "team": one.team, "marks": one.marks} for one in before]
    return _fresh({"case": case_id, "private": own, "earlier": told})


@pages.post("/marks/private.json")
def keep_private(case_id: str) -> Any:
    """`{kind: "private.put", mark}` or `{kind: "private.remove", id}`: answered as the room answers an op."""
    by, body = current_actor(), request.get_json()
    with house().db.writing() as db:
        if isinstance(body, dict) and body.get("kind") == "private.remove":
            private.remove(db, by=by, case_id=case_id, body=body)
            return jsonify(ok=True)
        return jsonify(ok=True, mark=private.put(db, by=by, case_id=case_id, body=body, now=utc_now()))


@pages.get("/lesions.json")
@unattended
def followed(case_id: str) -> Any:
    """The patient's lesions across studies and meetings, as the marks kept until now have them."""
    by = current_actor()
    with house().db.reading() as db:
        case = meetings.case(db, by, case_id)
        patient_id = case.patient_id
        drawn = [
            lesions.Drawn(mark, in_london(one.at).date())
            for one in earlier.until(db, by, case)
            for mark in one.marks
            if mark.get("lesion")
        ]
        packs = imaging.packed(db, patient_id, {one.mark["series"] for one in drawn})
        known = imaging.studies(db, patient_id, {one.mark["study"] for one in drawn})
        studies = [lesions.Study(one.study_uid, one.study_date, one.description) for one in known]
    if drawn:
        _look(by, "lesions.read", case_id, patient_id)
    return _fresh({"case": case_id, **lesions.followed(drawn, studies, _Frames(packs))})


class _Frames:
    """The frames that marks lie on, each series' index read once."""

    def __init__(self, packs: dict[str, Packed]) -> None:
        self._packs = packs
        self._index = cache(_index)

    def __call__(self, mark: Json) -> tuple[Json, str] | None:
        pack = self._packs.get(mark["series"])
        index = pack and self._index(pack)
        if not index:
            return None
        place = (mark["sop"], mark["frame"])
        frames = (frame for frame in index["frames"] if (frame["sop"], frame["frame"]) == place)
        frame = next(frames, None)
        return None if frame is None else (frame, index["modality"])


def _index(pack: Packed) -> Json | None:
    try:
        file, _ = house().store.open_pack(pack.series_id, pack.version, "index.json")
    except FileNotFoundError:  # made anew in this very moment
        return None
    with file:
        found: Json = json.load(file)
    return found


def _look(by: Actor, what: str, case_id: str, patient_id: str) -> None:
    with reading.one_look(by, what, case_id) as is_new:
        if is_new:
            with house().db.writing() as db:
                reading.of_one(db, by, what, f"case:{case_id}", patient_id)


def _fresh(content: dict[str, Any]) -> Any:
    answer = jsonify(content)
    answer.headers["Cache-Control"] = "no-store"
    return answer
