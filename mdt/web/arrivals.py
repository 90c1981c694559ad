"""What trusts sent and nobody here can look at, for administrators, and what they can do about it."""

from typing import Any

from flask import Blueprint, render_template

from mdt.imaging.arrivals import nobodys
from mdt.trusts.queries import trust_names
from mdt.web.session import current_actor, house

pages = Blueprint("arrivals", __name__, url_prefix="/arrivals")


@pages.get("/")
def page() -> Any:
    by = current_actor()
    with house().db.reading() as db:
        return render_template(
            "record/arrivals.html",
            unknown=nobodys.unknown(db, by),
            refused=nobodys.refused(db, by),
            names=trust_names(db),
            most=nobodys.MOST_SHOWN,
        )
