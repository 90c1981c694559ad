"""Letters and pictures of a referral: taken in as they are, and given out so that nothing in them is ever executed."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState

from mdt.core.clock import utc_now
from mdt.core.errors import Forbidden, Invalid, NotFound
from mdt.referral import actions, papers, queries
from mdt.web import reading
from mdt.web.forms import Form
from mdt.web.referrals import _page as referral_page
from mdt.web.session import current_actor, house

pages = Blueprint("referral_papers", __name__, url_prefix="/referrals/<referral_id>/files")

_INERT = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


@pages.record_once
def _csrf_in_the_view(state: BlueprintSetupState) -> None:
    """`add` asks for the token itself, once it has said how long its body may be."""
    state.app.extensions["csrf"].exempt(add)


@pages.post("/")
def add(referral_id: str) -> Any:
    request.max_content_length = papers.LARGEST + (1 << 20)
    if current_app.config["WTF_CSRF_ENABLED"]:
        current_app.extensions["csrf"].protect()
    form, by, now = Form(), current_actor(), utc_now()
    with house().db.reading() as db:
        if not queries.writes(by, queries.referral(db, by, referral_id)):
            raise Forbidden("This referral cannot be changed by you now: it is with the team, or it is over.")
    with form.blaming("file"):
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            raise Invalid("Choose a file.")
        content = upload.stream.read(papers.LARGEST + 1)
        kind = papers.kind_of(content)
        kept = _keep(content)
        with house().db.writing() as db:
            actions.attach(
                db,
                by=by,
                referral_id=referral_id,
                name=upload.filename,
                kind=kind,
                size=kept.bytes,
                sha256=kept.sha256,
                now=now,
            )
    if not form.is_good:
        return referral_page(referral_id, form, 400)
    return redirect(url_for("referrals.page", referral_id=referral_id, _anchor="files"))


@pages.get("/<file_id>")
def show(referral_id: str, file_id: str) -> Response:
    """As it came. What a browser shows by itself is shown in a sandbox; everything else is only downloaded."""
    by = current_actor()
    with house().db.writing() as db:
        referral = queries.referral(db, by, referral_id)
        paper = next((one for one in referral.files if one.id == file_id and one.removed_at is None), None)
        if paper is None:
            raise NotFound("There is no such file.")
        reading.of_one(db, by, "referral.file-read", f"referral:{referral.id}", referral.patient_id)
    kind = papers.KINDS[paper.kind]
    with house().papers.open(paper.sha256) as file:
        answer = Response(file.read(), mimetype=kind.mime)
    answer.headers.set("Content-Disposition", "inline" if kind.shown else "attachment", filename=paper.name)
    if paper.kind != "pdf":  # a browser shows a PDF in a viewer of its own, which a sandbox would keep from opening
        answer.headers["Content-Security-Policy"] = _INERT
    return answer


@pages.post("/<file_id>/remove")
def remove(referral_id: str, file_id: str) -> Any:
    with house().db.writing() as db:
        actions.remove_file(db, by=current_actor(), referral_id=referral_id, file_id=file_id, now=utc_now())
    return redirect(url_for("referrals.page", referral_id=referral_id, _anchor="files"))


def _keep(content: bytes) -> Any:
    """Before its row: bytes that no row names do no harm."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "paper"
        place.write_bytes(content)
        return house().papers.put(place)
