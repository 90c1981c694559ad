"""The demo page: eight trusts that can be switched off and on, and the people one can sign in as. Only in a demo."""

from pathlib import Path
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from mdt.core.actor import system
from mdt.core.errors import Invalid, NotFound
from mdt.demo import control
from mdt.demo.people import PASSWORD
from mdt.people.queries import everybody
from mdt.trusts.queries import trust_names
from mdt.web.session import house, public

pages = Blueprint("demo", __name__, url_prefix="/demo")


@pages.get("/")
@public
def region() -> Any:
    with house().db.reading() as db:
        people, names = everybody(db, system("demo")), trust_names(db)
    return render_template(
        "demo/region.html", endpoints=control.endpoints(_folder()), people=people, password=PASSWORD, names=names
    )


@pages.post("/trusts/<ods>")
@public
def switch(ods: str) -> Any:
    on = {"on": True, "off": False}.get(request.form.get("switch", ""))
    if on is None:
        raise Invalid("Say whether to switch it on or off.")
    control.switch(_folder(), ods, on)
    return redirect(url_for(".region", _anchor=f"trust-{ods}"))


def _folder() -> Path:
    folder = house().settings.demo_control
    if folder is None:
        raise NotFound("This is no demo.")
    return folder
