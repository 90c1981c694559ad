"""The worklist of a radiologist or a pathologist: what is still to be looked through before coming meetings."""

from typing import Any

from flask import Blueprint, render_template, request

from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.core.errors import Forbidden
from mdt.people.permissions import may
from mdt.preparation import disciplines, reviews, worklist
from mdt.web import reading
from mdt.web.session import current_actor, house

pages = Blueprint("worklist", __name__, url_prefix="/worklist")


@pages.app_template_global("worklists")
def worklists(by: Actor) -> bool:
    """Whether somebody takes part in any team's meetings."""
    return any(may(by, "worklist.see", team) for team in by.roles)


@pages.get("/")
def page() -> Any:
    """One's own; with `for=radiology` or `for=pathology` that one, for whoever wants to see what remains."""
    by, now = current_actor(), utc_now()
    if not worklists(by):
        raise Forbidden("A worklist is for those who take part in a team’s meetings.")
    with house().db.writing() as db:
        own = reviews.discipline_of(db, by)
        wanted = request.args.get("for", "")
        whose = next((one for one in (wanted, own) if one in disciplines.READERS), disciplines.RADIOLOGY)
        listed = worklist.of(db, by, str(whose), now=now)
        entries = (*listed.to_review, *listed.waiting, *listed.done)
        reading.of_many(db, by, "worklist.read", f"worklist:{whose}", {one.case.patient_id for one in entries})
    return render_template(
        "preparation/worklist.html",
        listed=listed,
        whose=whose,
        reader=disciplines.READERS[str(whose)],
        own=own,
        readers=disciplines.READERS,
        overdue=sum(one.due < now for one in listed.to_review),
        studies=sum(len(one.to_review) for one in listed.to_review),
        now=now,
    )
