"""The outbox for whoever looks after the product: what does not leave, why, and trying it again."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.outbox import actions, queries, states
from mdt.web.session import current_actor, house

pages = Blueprint("outbox", __name__, url_prefix="/outbox")


@pages.get("/")
def page() -> Any:
    by, now = current_actor(), utc_now()
    with house().db.reading() as db:
        standing = queries.standing(db, by, now)
        failed = queries.in_states(db, by, (states.FAILED,))
        waiting = queries.in_states(db, by, states.OPEN)
        others = queries.in_states(db, by, (states.SENT, states.LATE, states.DROPPED))
    return render_template(
        "outbox/outbox.html",
        standing=standing,
        failed=failed,
        waiting=waiting,
        others=others,
        most=queries.SHOWN_MOST,
        labels=states.LABELS,
        states=states,
        mail=house().settings.mail,
        now=now,
    )


@pages.post("/<message_id>")
def act(message_id: str) -> Any:
    """`act` is again, or drop."""
    doing = {"again": actions.try_again, "drop": actions.give_up}.get(request.form.get("act", ""))
    if doing is None:
        raise Invalid("Say whether to try the message again or to take it out.")
    with house().db.writing() as db:
        doing(db, by=current_actor(), message_id=message_id, now=utc_now())
    return redirect(url_for(".page"))
