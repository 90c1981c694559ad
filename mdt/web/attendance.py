"""Who was at a meeting, how long, and for which cases: as a page and as a table for a spreadsheet."""

from typing import Any

from flask import Blueprint, Response, render_template

from mdt.core.clock import in_london, utc_now
from mdt.live.presence import Kept, attendance
from mdt.web import reading
from mdt.web.session import current_actor, house
from mdt.web.tables import as_csv

pages = Blueprint("attendance", __name__, url_prefix="/meetings/<meeting_id>")


@pages.get("/attendance/")
def page(meeting_id: str) -> Any:
    return render_template("live/attendance.html", kept=_read(meeting_id), minutes=minutes)


@pages.get("/attendance.csv")
def table(meeting_id: str) -> Response:
    """One line for each person and case, and one for each person's whole meeting; cases by number, nobody by name."""
    kept = _read(meeting_id)
    started = in_london(kept.meeting.starts_at).strftime("%Y-%m-%d %H:%M")
    heads = ["Meeting", "Person", "Specialty", "Trust", "Role", "First there", "Last there", "Case number", "Minutes"]
    rows: list[list[object]] = []
    for one in kept.people:
        first, last = (in_london(at).strftime("%H:%M:%S") for at in (one.spans[0][0], one.spans[-1][1]))
        who = [started, one.name, one.specialty, one.trust, one.role, first, last]
        rows.append([*who, "all", f"{one.seconds / 60:.1f}"])
        rows += [
            [*who, case.position, f"{one.cases[case.id] / 60:.1f}"]
            for case in kept.meeting.cases
            if one.cases.get(case.id)
        ]
    return as_csv(f"attendance-{started[:10]}", heads, rows)


def minutes(seconds: int) -> str:
    """Whole minutes; "under 1" for less than half of one; nothing for none."""
    return "" if seconds <= 0 else "under 1" if seconds < 30 else str(round(seconds / 60))


def _read(meeting_id: str) -> Kept:
    by = current_actor()
    with house().db.writing() as db:
        kept = attendance(db, by, meeting_id, utc_now())
        patients = {case.patient_id for case in kept.meeting.cases}
        reading.of_many(db, by, "attendance.read", f"meeting:{meeting_id}", patients)
    return kept
