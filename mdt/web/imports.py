"""Add imaging from a disc or file: the page, the files as the browser sends them, and what has become of them.

The browser sends each file by itself (`PUT`), so that it knows how far it has come and may send one again. They are
written to disk as they are and never looked into here: that is the worker's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, jsonify, render_template, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.imaging.arrivals.waiting import room
from mdt.imaging.disc import discs
from mdt.imaging.disc.discs import Announced, folder_of
from mdt.imaging.disc.tally import counts
from mdt.imaging.models import Import
from mdt.meeting import queries
from mdt.meeting.models import Case
from mdt.people.permissions import may
from mdt.people.queries import names_of
from mdt.trusts.queries import trust_names
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.session import current_actor, house, unattended

pages = Blueprint("imports", __name__, url_prefix="/cases/<case_id>/imports")

HEARD_EVERY = timedelta(seconds=20)
LONGEST_NAME = 2000
_CHUNK = 1 << 18
_ORDER = ("taken", "waits", "here", "refused", "contents")


@dataclass(frozen=True)
class Shown:
    """One import as the page shows it."""

    row: Import
    by: str
    trust: str

    @property
    def is_moving(self) -> bool:
        return self.row.state in ("uploading", "waiting", "working")

    @property
    def said(self) -> str:
        """How it stands; read out when it changes, so it holds no numbers that change every second."""
        row = self.row
        return {
            "uploading": f"{self.by} is sending the files.",
            "waiting": "All files have been sent, and wait to be looked at.",
            "working": "The files are being looked at, one after another.",
            "cancelled": "This was cancelled. What had been taken in by then stays.",
            "done": row.problem or f"Done: {_in_words(counts(row.outcome))}.",
        }[row.state]

    @property
    def groups(self) -> list[dict[str, Any]]:
        return sorted(self.row.outcome, key=lambda group: (_ORDER.index(group["what"]), -group["count"]))


@pages.record_once
def _csrf_in_the_view(state: BlueprintSetupState) -> None:
    """`send` asks for the token itself, once it has said how long its body may be."""
    state.app.extensions["csrf"].exempt(send)


@pages.get("/")
def page(case_id: str) -> Any:
    by = current_actor()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        shown = _shown(db, by, case)
        reading.of_one(db, by, "imports.read", f"case:{case.id}", case.patient_id)
    team = case.meeting.team_id
    return render_template(
        "record/imports.html",
        case=case,
        form=Form(),
        imports=shown,
        brings=may(by, "imaging.import", team),
        most=house().settings.largest_import,
    )


@pages.get("/now.json")
@unattended
def now(case_id: str) -> Any:
    """What the page's script asks for every second while something goes on."""
    by = current_actor()
    with house().db.reading() as db:
        case = queries.case(db, by, case_id)
        shown = _shown(db, by, case)
    brings = may(by, "imaging.import", case.meeting.team_id)
    latest = shown[0] if shown else None
    return jsonify(
        moving=latest is not None and latest.is_moving,
        said=latest.said if latest else "",
        part=render_template("record/import.html", one=latest, case=case, brings=brings) if latest else "",
    )


@pages.post("/begin.json")
def begin(case_id: str) -> Any:
    by, form = current_actor(), Form(request.form)
    settings = house().settings
    if not room(settings.data, settings.disk_reserve):
        raise Invalid("The disk of this service is almost full, so nothing can be brought now.")
    announced = Announced(form["label"], _number(form["files"]), _number(form["bytes"]))
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        row = discs.begin_import(
            db, by=by, announced=announced, most_bytes=settings.largest_import, now=utc_now(), **_whose(case)
        )
    folder_of(settings.imports, row.id).mkdir(parents=True)
    return jsonify(ok=True, id=row.id)


@pages.put("/<import_id>/files/<int:place>.json")
def send(case_id: str, import_id: str, place: int) -> Any:
    """One file, as it is. Sending it again replaces it."""
    settings, csrf = house().settings, current_app.extensions["csrf"]
    request.max_content_length = settings.largest_import
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()
    by, name = current_actor(), request.args.get("name", "")
    with house().db.reading() as db:
        case = queries.case(db, by, case_id)
        row = discs.uploading(db, by, import_id=import_id, **_whose(case))
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("The name of the file is missing or too long.")
    if place >= row.files or (request.content_length or 0) > row.bytes:
        raise Invalid("This is more than was announced.")
    if utc_now() - row.heard_at > HEARD_EVERY:
        _hear(import_id)
    folder = folder_of(settings.imports, import_id)
    (folder / f"{place}.name").write_text(name, "utf-8")
    _write(folder / str(place), import_id)
    return jsonify(ok=True)


@pages.post("/<import_id>/uploaded.json")
def uploaded(case_id: str, import_id: str) -> Any:
    by = current_actor()
    folder = folder_of(house().settings.imports, import_id)
    sizes = [path.stat().st_size for path in folder.glob("*") if path.suffix == ""]
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        row = discs.uploading(db, by, import_id=import_id, **_whose(case))
        if sum(sizes) > row.bytes:
            raise Invalid("More was sent than announced.")
        discs.uploaded(db, by=by, import_id=import_id, here=len(sizes), now=utc_now(), **_whose(case))
    return jsonify(ok=True)


@pages.post("/<import_id>/cancel.json")
def cancel(case_id: str, import_id: str) -> Any:
    by = current_actor()
    with house().db.writing() as db:
        case = queries.case(db, by, case_id)
        discs.cancel_import(db, by=by, import_id=import_id, now=utc_now(), **_whose(case))
    return jsonify(ok=True)


def _write(path: Path, import_id: str) -> None:
    """The body to a file, in pieces; it has its name only when it is whole."""
    draft, reserve, heard = path.with_suffix(".part"), house().settings.disk_reserve, utc_now()
    with draft.open("wb") as file:
        while chunk := request.stream.read(_CHUNK):
            file.write(chunk)
            if utc_now() - heard > HEARD_EVERY:
                heard = utc_now()
                if not _hear(import_id):
                    raise Invalid("This import was cancelled.")
                if not room(path.parent, reserve):
                    raise Invalid("The disk of this service is almost full, so no more can be taken.")
    if draft.stat().st_size != (request.content_length or 0):
        raise Invalid("The file broke off on its way.")
    draft.rename(path)


def _hear(import_id: str) -> bool:
    with house().db.writing() as db:
        return discs.heard(db, import_id, now=utc_now())


def _whose(case: Case) -> dict[str, str]:
    return {"team_id": case.meeting.team_id, "patient_id": case.patient_id}


def _shown(db: Session, by: Actor, case: Case) -> Sequence[Shown]:
    rows = discs.imports(db, by, **_whose(case))
    people, trusts = names_of(db, {row.asked_by for row in rows}), trust_names(db)
    return [Shown(row, people[row.asked_by], trusts[row.trust_ods]) for row in rows]


def _in_words(found: dict[str, int]) -> str:
    words = {
        "taken": "taken in",
        "waits": "waiting for a person’s decision",
        "here": "here already",
        "refused": "not taken in",
    }
    return ", ".join(f"{found[what]:,} {word}" for what, word in words.items() if what in found) or "nothing was found"


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 16 else 0
