"""The front door: the way in, and whether anybody is home."""

from typing import Any

from flask import Blueprint, jsonify, redirect, url_for
from sqlalchemy import text

from mdt.people.permissions import may
from mdt.web.session import current_actor, house, public

pages = Blueprint("front", __name__)


@pages.get("/")
def door() -> Any:
    """To one's meetings; who is in no team and only refers goes to their referrals."""
    by = current_actor()
    only_refers = not by.roles and may(by, "refer")
    return redirect(url_for("referrals.mine" if only_refers else "meetings.mine"))


@pages.get("/health")
@public
def health() -> Any:
    """For machines that watch the product: it answers, and so does its database."""
    with house().db.reading() as db:
        db.execute(text("SELECT 1"))
    return jsonify(ok=True)
