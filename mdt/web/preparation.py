"""Preparing a case: its own room before the meeting, reviews, and what a page or the room asks of all that."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.live.protocol import moment
from mdt.live.queries import state_now
from mdt.meeting import guests, progress, queries, states
from mdt.meeting.models import Case
from mdt.people.permissions import may, require
from mdt.preparation import disciplines, discrepancies, evidence, opinion_form, opinions, reviews
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.live import frames_key
from mdt.web.outcome import outcome_forms
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("preparation", __name__, url_prefix="/cases/<case_id>")


@pages.get("/prepare")
def room(case_id: str) -> Any:
    """The room's viewer for one case, for oneself: nobody follows, and all that is prepared is kept at once."""
    by = current_actor()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        require(by, "scene", case.meeting.team_id)
        reading.of_one(db, by, "case.prepared", f"case:{case.id}", case.patient_id)
        forms = outcome_forms(db, case.meeting)
    return render_template(
        "live/room.html", meeting=case.meeting, frames_key=frames_key(), prepare=case, outcome_forms=forms
    )


@pages.get("/preparation.json")
@unattended
def now(case_id: str) -> Any:
    """What is prepared besides scenes, marks and key images, which the room's own log tells."""
    by = current_actor()
    with house().db.reading() as db:
        case = queries.case(db, by, case_id)
        told = _prepared(db, by, case)
    with reading.one_look(
        by, "preparation.read", (case.id, len(told["opinions"]), len(told["discrepancies"]))
    ) as is_new:
        if is_new:
            with house().db.writing() as db:
                reading.of_one(db, by, "preparation.read", f"case:{case.id}", case.patient_id)
    return jsonify(told)


@pages.post("/reviews")
def review(case_id: str) -> Any:
    """These studies have been looked through; `study` once for each."""
    with house().db.writing() as db:
        reviews.review(db, by=current_actor(), case_id=case_id, study_ids=request.form.getlist("study"), now=utc_now())
    return redirect(url_for("cases.page", case_id=case_id, _anchor="timeline-heading"))


@pages.post("/reviews.json")
def review_from_room(case_id: str) -> Any:
    """The same from the room: `{"studies": [id]}`."""
    studies = _body().get("studies")
    if not isinstance(studies, list) or not all(isinstance(one, str) for one in studies):
        raise Invalid("Say which studies have been reviewed.")
    with house().db.writing() as db:
        reviews.review(db, by=current_actor(), case_id=case_id, study_ids=studies, now=utc_now())
    return jsonify(ok=True)


@pages.get("/reviews/<review_id>/undo")
def ask_undo(case_id: str, review_id: str) -> Any:
    return _undo_page(case_id, review_id, Form())


@pages.post("/reviews/<review_id>/undo")
def undo(case_id: str, review_id: str) -> Any:
    """It was not reviewed after all, for a reason."""
    form = Form(request.form)
    with form.blaming("reason"), house().db.writing() as db:
        reviews.undo(db, by=current_actor(), case_id=case_id, review_id=review_id, reason=form["reason"], now=utc_now())
    if not form.is_good:
        return _undo_page(case_id, review_id, form), 400
    return redirect(url_for("cases.page", case_id=case_id, _anchor="timeline-heading"))


def of_case(db: Session, by: Actor, case: Case) -> dict[str, Any]:
    """What the case's own page shows of its preparation."""
    team, _, state = case.meeting.team_id, *state_now(db, case.meeting_id)
    held = state["cases"].get(case.id, {})
    scenes = held.get("scenes", [])
    seen = evidence.of_views(db, case.patient_id, [scene["view"] for scene in scenes])
    return {
        "scenes": [(one, evidence.problems(one, made)) for one, made in zip(scenes, seen, strict=True)],
        "key_images": list(held.get("keys", {}).values()),
        "opinions": opinions.read(db, by, case.id),
        "opinion_lines": opinion_form.lines,
        "discrepancies": discrepancies.of_case(db, by, case.id),
        "significance": discrepancies.SIGNIFICANCE,
        "prepares": may(by, "scene", team) and case.meeting.status != progress.CLOSED,
        "writes": may(by, "opinion.write", team) and not opinions.was_opened(case),
        "flags": _flags(db, by, case),
        "undone": reviews.undone(db, case.id),
    }


def reviewing(db: Session, by: Actor, case: Case) -> dict[str, Any]:
    """What the timeline needs: who reviewed each study by its id, and which the actor may mark as reviewed."""
    done = {study_id: row for (_, study_id), row in reviews.in_force(db, [case.id]).items()}
    reader = _reads(db, by, case)
    return {"reviews": done, "reader": reader, "reader_of": disciplines.reader_of}


def unreviewed(shown: dict[str, Any]) -> list[str]:
    """The studies on a timeline, by id, that its reader may mark as reviewed."""
    mine = [line.study for line in shown["timeline"] if shown["reader"]]
    mine = [study for study in mine if shown["reader_of"](study.modalities) == shown["reader"]]
    return [study.id for study in mine if study.id not in shown["reviews"]]


def _prepared(db: Session, by: Actor, case: Case) -> dict[str, Any]:
    """Preparing is the team's; a guest who takes part in the meeting reads in it what those who do may read."""
    inside = guests.inside(by, case.meeting_id, case.meeting.team_id)
    _, state = state_now(db, case.meeting_id)
    scenes = state["cases"].get(case.id, {}).get("scenes", [])
    seen = evidence.of_views(db, case.patient_id, [scene["view"] for scene in scenes])
    done, reader = reviews.in_force(db, [case.id]), _reads(db, by, case)
    studies = reviews.studies_of(db, [case.patient_id]).get(case.patient_id, [])
    read = opinions.read(db, inside, case.id)
    return {
        "case": case.id,
        "scenes": {
            one["id"]: [asdict(each) for each in evidence.problems(one, made)]
            for one, made in zip(scenes, seen, strict=True)
        },
        "studies": [
            {
                "study": study.study_uid,
                "id": study.id,
                "reader": disciplines.reader_of(study.modalities),
                "mine": reader is not None and disciplines.reader_of(study.modalities) == reader,
                "review": {"id": row.id, "name": row.by_name, "at": moment(row.at)}
                if (row := done.get((case.id, study.id)))
                else None,
            }
            for study in studies
        ],
        "opinions": [
            {
                "name": one.name,
                "discipline": one.discipline,
                "version": one.version,
                "at": moment(one.at),
                "mine": one.person_id == by.person_id,
                "lines": opinion_form.lines(one.discipline, one.form),
            }
            for one in read.opinions
        ],
        "hidden": read.hidden,
        "writes": may(by, "opinion.write", case.meeting.team_id) and not opinions.was_opened(case),
        "discrepancies": [
            {
                "study": one.study.study_uid,
                "grade": " ".join(part for part in (one.grade, one.grade_label) if part),
                "opinion": one.opinion,
                "name": one.flagged_name,
                "at": moment(one.flagged_at),
                "status": one.feedback.status,
            }
            for one in discrepancies.of_case(db, inside, case.id)
        ],
        "flags": _flags(db, by, case),
    }


def _reads(db: Session, by: Actor, case: Case) -> str | None:
    """The discipline for which the actor may mark studies of this case as reviewed."""
    if case.meeting.status == progress.CLOSED or not may(by, "study.review", case.meeting.team_id):
        return None
    discipline = reviews.discipline_of(db, by)
    return discipline if discipline in disciplines.READERS else None


def _flags(db: Session, by: Actor, case: Case) -> bool:
    return case.status not in states.BEFORE and discrepancies.may_flag(db, by, case)


def _undo_page(case_id: str, review_id: str, form: Form) -> str:
    by = current_actor()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        row = reviews.one(db, by, case_id, review_id)
        reading.of_one(db, by, "case.read", f"case:{case.id}", case.patient_id)
    return render_template("preparation/undo.html", case=case, review=row, form=form)


def _body() -> dict[str, Any]:
    body = request.get_json()
    if not isinstance(body, dict):
        raise Invalid("The message must be an object.")
    return body
