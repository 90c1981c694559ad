"""What one is written to about, and what was written."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from mdt.core.clock import utc_now
from mdt.outbox import actions, kinds, queries, states
from mdt.people.models import Person
from mdt.web.session import current_actor, house

pages = Blueprint("reminders", __name__, url_prefix="/reminders")


@pages.get("/")
def page() -> Any:
    by = current_actor()
    with house().db.reading() as db:
        off, messages = queries.off(db, str(by.person_id)), queries.mine(db, by)
        address = db.get_one(Person, by.person_id).email
    return render_template(
        "outbox/reminders.html",
        choosable=[kind for kind in kinds.KINDS.values() if not kind.always],
        always=[kind for kind in kinds.KINDS.values() if kind.always],
        off=off,
        messages=messages,
        address=address,
        labels=states.LABELS,
        states=states,
        sends=house().settings.mail is not None,
        saved=request.args.get("saved") == "yes",
    )


@pages.post("/")
def choose() -> Any:
    with house().db.writing() as db:
        actions.choose(db, by=current_actor(), wanted=request.form.getlist("kind"), now=utc_now())
    return redirect(url_for(".page", saved="yes"))
