"""What the demo's people have prepared: policies and opinions at once, scenes and reviews once images are here."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from mdt.bootstrap import House
from mdt.core.actor import Actor, system
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import MdtError
from mdt.demo.people import BREAST, LUNG, TEAMS
from mdt.demo.prepared import CUT_OFF, FOLLOWED, GRADES, OPINIONS, RADIOLOGIST, SCENES, Followed, Scene, Shown
from mdt.imaging.models import Instance, Pack, Series
from mdt.live.actions import keep
from mdt.live.queries import state_now
from mdt.meeting import actions as meetings
from mdt.meeting import progress
from mdt.meeting.models import Case, Meeting
from mdt.meeting.queries import cut_off_rules
from mdt.people import versions
from mdt.people.models import Person, Team
from mdt.people.queries import build_actor
from mdt.preparation import opinions, policies, reviews
from mdt.preparation.models import PreparationPolicy
from mdt.record.models import Patient, Study

_LOOKS_EVERY, _LOOKS_FOR = 2.0, 600.0  # seconds


def agreed(house: House) -> None:
    """Cut-offs, policies and opinions, where nobody has set or written any yet."""
    now = utc_now()
    today, by = in_london(now).date(), system("demo")
    with house.db.writing() as session:
        names = {team.key: team.name for team in TEAMS}
        for key in (LUNG, BREAST):
            team = session.scalar(select(Team).where(Team.name == names[key]))
            if team is None or versions.history(session, PreparationPolicy, team.id):
                continue
            if not cut_off_rules(session, [team.id]):
                meetings.set_cut_off(session, by=by, team_id=team.id, starts=today, working_hours=CUT_OFF[key], now=now)
            policies.set_policy(
                session, by=by, team_id=team.id, starts=today, opinions_hidden=key == LUNG, grades=GRADES, now=now
            )
        for case in _coming(session):
            for email, discipline, typed in OPINIONS.get(case.patient.nhs_number, ()):
                writer = _actor(session, email)
                if writer is None or case.meeting.team_id not in writer.roles or opinions.own(session, writer, case.id):
                    continue
                binding = opinions.Binding(case.meeting_id, case.id, case.patient_id, version=1)
                opinions.write(session, by=writer, binding=binding, discipline=discipline, typed=typed, now=now)


class Preparing:
    """Keeps each case's scenes, lesions and review once the images of all of them are here; tries for some minutes."""

    def __init__(self, house: House) -> None:
        self._house, self._until, self._next = house, time.monotonic() + _LOOKS_FOR, 0.0
        self._left = set(SCENES)

    def look(self) -> None:
        now = time.monotonic()
        if not self._left or now > self._until or now < self._next:
            return
        self._next = now + _LOOKS_EVERY
        with self._house.db.reading() as session:
            ready = [(case, views) for case in _coming(session) if (views := self._ready(session, case))]
        for case, scenes in ready:
            self._left.discard(case.patient.nhs_number)
            try:
                self._keep(case, scenes)
            except MdtError:
                continue  # the meeting has moved on, or somebody was quicker

    def _ready(self, session: Session, case: Case) -> list[dict[str, Any]]:
        if case.patient.nhs_number not in self._left:
            return []
        _, state = state_now(session, case.meeting_id)
        if state["cases"].get(case.id, {}).get("scenes"):
            self._left.discard(case.patient.nhs_number)
            return []
        told = SCENES[case.patient.nhs_number]
        scenes = [scene for one in told if (scene := _scene(session, case, one))]
        return scenes if len(scenes) == len(told) else []

    def _keep(self, case: Case, scenes: list[dict[str, Any]]) -> None:
        now = utc_now()
        with self._house.db.writing() as session:
            by = _actor(session, RADIOLOGIST)
            if by is None:
                return
            for scene in scenes:
                body = {"case": case.id, "scene": scene}
                op = str(uuid.uuid4())
                keep(session, by=by, meeting_id=case.meeting_id, op=op, kind="scene.put", body=body, now=now)
            for mark in _marks(session, case):
                body = {"case": case.id, "mark": mark}
                op = str(uuid.uuid4())
                keep(session, by=by, meeting_id=case.meeting_id, op=op, kind="mark.put", body=body, now=now)
            uids = {pane["study"] for scene in scenes for pane in scene["view"]["panes"]}
            ids = list(session.scalars(select(Study.id).where(Study.study_uid.in_(uids))))
            reviews.review(session, by=by, case_id=case.id, study_ids=ids, now=now)


def _coming(session: Session) -> list[Case]:
    wanted = (
        select(Case)
        .join(Case.meeting)
        .join(Case.patient)
        .where(Meeting.status == progress.PLANNED, Patient.nhs_number.in_({*SCENES, *OPINIONS}))
    )
    return list(session.scalars(wanted.options(contains_eager(Case.meeting), contains_eager(Case.patient))))


def _scene(session: Session, case: Case, told: Scene) -> dict[str, Any] | None:
    """None while an image of it is not ready to be looked at."""
    studies = reviews.studies_of(session, [case.patient_id]).get(case.patient_id, [])
    panes = [_pane(session, studies, one) for one in told.shown]
    if not all(panes):
        return None
    view = {"case": case.id, "layout": f"1x{len(panes)}", "active": 0, "panes": panes}
    return {"id": str(uuid.uuid4()), "version": 1, "view": view, "marks": [], "caption": told.caption}


def _marks(session: Session, case: Case) -> list[dict[str, Any]]:
    """Of what is measured, that whose image is here."""
    studies = reviews.studies_of(session, [case.patient_id]).get(case.patient_id, [])
    told = FOLLOWED.get(case.patient.nhs_number, ())
    return [_mark(one, pane) for one in told if (pane := _pane(session, studies, one.on))]


def _mark(one: Followed, pane: dict[str, Any]) -> dict[str, Any]:
    place = {name: pane[name] for name in ("study", "series", "sop", "frame")}
    points = [list(point) for point in one.points]
    return {
        "id": str(uuid.uuid4()), "version": 1, "tool": one.tool, **place, "points": points, "text": "",
        "lesion": dict(one.lesion),
    }  # fmt: skip


def _pane(session: Session, studies: list[Study], shown: Shown) -> dict[str, Any] | None:
    says, modality, place, window = shown
    study = next(_named(studies, says), None)
    if study is None:
        return None
    packed = (
        select(Series)
        .join(Pack, Pack.series_id == Series.id)
        .where(Series.study_id == study.id, Series.modality == modality, Pack.frames == Series.frames)
        .order_by(Series.frames.desc())
    )
    series = session.scalar(packed.limit(1))
    if series is None or series.received < (series.expected or 0):
        return None
    images = select(Instance.sop_uid).where(Instance.series_id == series.id).order_by(Instance.number)
    sops = list(session.scalars(images))
    return {
        "study": study.study_uid, "series": series.series_uid, "key": series.id,
        "sop": sops[round(place * (len(sops) - 1))], "frame": 1, "voi": window, "invert": False,
        "centre": None, "height": None, "width": None, "rotation": 0, "flip_h": False, "flip_v": False,
    }  # fmt: skip


def _named(studies: list[Study], says: str) -> Iterator[Study]:
    """Those that are called so, then those whose name begins so."""
    yield from (study for study in studies if study.description == says)
    yield from (study for study in studies if study.description.startswith(says))


def _actor(session: Session, email: str) -> Actor | None:
    person = session.scalar(select(Person).where(Person.email == email))
    return None if person is None else build_actor(session, person, utc_now())
