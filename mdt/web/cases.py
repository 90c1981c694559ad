"""A case: who it is, what is asked, the imaging of every trust, and what still waits for a person."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid
from mdt.imaging import actions as imaging_actions
from mdt.imaging.looking.timeline import lines, study_name
from mdt.imaging.standing import readiness
from mdt.imaging.standing.arriving import Arriving, of_patient
from mdt.meeting import progress, queries
from mdt.meeting.models import Case
from mdt.meeting.pathway.queries import of_cases
from mdt.meeting.states import BEFORE
from mdt.people.permissions import may
from mdt.people.queries import names_of
from mdt.preparation import reports, standing
from mdt.record.queries import Match, matches
from mdt.referral import queries as referred
from mdt.trusts.queries import trust_names
from mdt.web import preparation, reading, records
from mdt.web.forms import Form
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("cases", __name__, url_prefix="/cases/<case_id>")


@pages.get("/")
def page(case_id: str) -> Any:
    return _page(case_id)


@pages.get("/arriving.json")
@unattended
def arriving(case_id: str) -> Any:
    """What the page's script asks for about once a second while imaging arrives: facts, and two tables anew."""
    by = current_actor()
    with house().db.reading() as db:
        case = queries.case(db, by, case_id)
        shown = _imaging(db, by, case)
        waiting = sum(match.link.status == "confirm" for match in _matches(db, by, case))
    now: Arriving = shown["arriving"]
    return jsonify(
        finished=now.finished,
        said=now.sentence,
        waiting=waiting,
        trusts=[asdict(trust) for trust in now.trusts],
        parts={part: render_template(f"record/{part}.html", **shown) for part in ("arriving", "timeline")},
    )


@pages.post("/ask-again")
def ask_again(case_id: str) -> Any:
    by = current_actor()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        team = case.meeting.team_id
        imaging_actions.request_gather(db, by=by, patient_id=case.patient_id, team_id=team, now=utc_now())
    return redirect(url_for(".page", case_id=case_id, _anchor="arriving"))


@pages.post("/matches/<link_id>")
def decide(case_id: str, link_id: str) -> Any:
    """Is this the same person? With a reason, always."""
    by, form = current_actor(), Form(request.form)
    belongs = {"confirm": True, "refuse": False}.get(form["decision"])
    with form.blaming(f"reason-{link_id}"), house().db.writing() as db:
        if belongs is None:
            raise Invalid("Say whether to confirm or to refuse this match.")
        case = queries.case(db, by, case_id)
        imaging_actions.decide_match(
            db,
            by=by,
            team_id=case.meeting.team_id,
            patient_id=case.patient_id,
            link_id=link_id,
            belongs=belongs,
            reason=form["reason"],
            now=utc_now(),
        )
    if not form.is_good:
        return _page(case_id, form, link_id, 400)
    return redirect(url_for(".page", case_id=case_id, _anchor="matches"))


@pages.post("/reports")
def state_report(case_id: str) -> Any:
    """A study is reported although no report of it is here; with `report`, what somebody said of one is taken back."""
    form, by, now = Form(request.form), current_actor(), utc_now()
    with form.blaming(f"said-{form['study']}"), house().db.writing() as db:
        if form["report"]:
            reports.undo(db, by=by, case_id=case_id, report_id=form["report"], now=now)
        else:
            reports.state(db, by=by, case_id=case_id, study_id=form["study"], said=form["said"], now=now)
    if not form.is_good:
        return _page(case_id, form, status=400)
    return redirect(url_for(".page", case_id=case_id, _anchor="standing"))


def _page(case_id: str, form: Form | None = None, link_id: str = "", status: int = 200) -> Response:
    by = current_actor()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        beside = [(match, records.side_by_side(match.patient, match.claimed)) for match in _matches(db, by, case)]
        shown = _imaging(db, by, case)
        people = names_of(db, {match.link.decided_by for match, _ in beside})
        prepared = preparation.of_case(db, by, case)
        referral = referred.of_cases(db, [case.id]).get(case.id)
        waiting_time = of_cases(db, [case], in_london(utc_now()).date()).get(case.id)
        stands = standing.of_cases(db, case.meeting, [case], utc_now())
        imaging = readiness.of_patients(db, {case.patient_id}, now=utc_now())[case.patient_id]
        stated = [one for _, one in sorted(reports.stated(db, [case.id]).items())]
        reading.of_one(db, by, "case.read", f"case:{case.id}", case.patient_id)
    page = render_template(
        "record/case.html",
        aspects=stands.cases[case.id],
        meeting_people=stands.people,
        imaging=imaging,
        stated=stated,
        stated_names={line.study.id: study_name(line.study) for line in shown["timeline"]},
        states_reports=may(by, "report.state", case.meeting.team_id) and case.meeting.status != progress.CLOSED,
        before=case.status in BEFORE,
        form=form or Form(),
        typed_for=link_id,
        decides=may(by, "match.decide", case.meeting.team_id),
        asks=may(by, "imaging.ask", case.meeting.team_id),
        brings=may(by, "imaging.import", case.meeting.team_id),
        waiting=[(match, lines) for match, lines in beside if match.link.status == "confirm"],
        decided=[(match, lines) for match, lines in beside if match.link.status != "confirm"],
        people=people,
        prepared=prepared,
        waiting_time=waiting_time,
        referral=referral if referral is not None and referred.is_team(by, referral) else None,
        unreviewed=preparation.unreviewed(shown),
        **shown,
    )
    return make_response(page, status)


def _matches(db: Session, by: Actor, case: Case) -> list[Match]:
    return matches(db, by, team_id=case.meeting.team_id, patient_id=case.patient_id)


def _imaging(db: Session, by: Actor, case: Case) -> dict[str, Any]:
    """What the two tables that change while imaging arrives are made of."""
    seen = {"team_id": case.meeting.team_id, "patient_id": case.patient_id}
    return {
        "arriving": of_patient(db, by, **seen),
        "timeline": lines(db, by, **seen),
        "names": trust_names(db),
        "case": case,
        **preparation.reviewing(db, by, case),
    }
