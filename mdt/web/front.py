"""The front door: the way in, and whether anybody is home."""

from typing import Any

from flask import Blueprint, jsonify, redirect, url_for
from sqlalchemy import text

from mdt.web.session import house, public

pages = Blueprint("front", __name__)


@pages.get("/")
def door() -> Any:
    return redirect(url_for("meetings.mine"))


@pages.get("/health")
@public
def health() -> Any:
    """For machines that watch the product: it answers, and so does its database."""
    with house().db.reading() as db:
        db.execute(text("SELECT 1"))
    return jsonify(ok=True)
