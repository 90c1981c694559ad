"""Which proforma a team writes its outcomes on, from a day on; and each proforma as the JSON Schema it is."""

import json
import re
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Invalid, NotFound
from mdt.outcome import proforma, team_proformas
from mdt.outcome.models import TeamProforma
from mdt.people import versions
from mdt.people.permissions import require
from mdt.web.forms import Form
from mdt.web.session import current_actor, house

pages = Blueprint("proformas", __name__)


@pages.get("/teams/<team_id>/proforma/")
def page(team_id: str) -> Any:
    return _page(team_id, Form())


@pages.post("/teams/<team_id>/proforma/")
def choose(team_id: str) -> Any:
    form, by = Form(request.form), current_actor()
    require(by, "policy.set", team_id)
    starts = form.day("starts", "Enter the day as day, month and year")
    extra = form.parsed("extra", own)
    if starts is not None and extra is not None:
        with form.blaming("starts"), house().db.writing() as db:
            team_proformas.choose(
                db,
                by=by,
                team_id=team_id,
                starts=starts,
                block=form["block"],
                extra=extra,
                needs_check=form["check"] == "yes",
                checklist_blocks=form["checklist"] == "yes",
                now=utc_now(),
            )
    if not form.is_good:
        return _page(team_id, form, 400)
    return redirect(url_for(".page", team_id=team_id))


@pages.get("/proformas/<key>.json")
def schema(key: str) -> Any:
    """A core or a site block as it is written: JSON Schema, draft 2020-12. It concerns no patient."""
    current_actor()
    if not re.fullmatch(r"[a-z]+-[0-9]+", key) or not (proforma.FOLDER / f"{key}.json").is_file():
        raise NotFound("There is no such proforma.")
    return Response((proforma.FOLDER / f"{key}.json").read_text(), mimetype="application/schema+json")


def own(text: str) -> list[dict[str, Any]]:
    """A team's own questions, one on each line: "Question" for a line of text, or "Question: answer, answer"."""
    found: list[dict[str, Any]] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        title, _, answers = line.partition(":")
        listed = [answer.strip() for answer in answers.split(",") if answer.strip()]
        name = "own_" + "_".join(re.findall(r"[a-z0-9]+", title.lower()))[:40]
        if not title.strip() or name == "own_" or any(one["name"] == name for one in found):
            raise Invalid(f"“{line[:60]}” needs a question of its own, in words.")
        if answers.strip() and len(listed) < 2:
            raise Invalid(f"“{title[:60]}” needs at least two answers, with commas between them.")
        schema: dict[str, Any] = {"title": title.strip()[:120], "type": "string"}
        if listed:
            schema["oneOf"] = [{"const": answer[:40], "title": answer[:60]} for answer in dict.fromkeys(listed)]
            schema["x-told"] = f"{title.strip()[:60]}: {{}}"
        else:
            schema["maxLength"] = 200
        found.append({"name": name, "schema": schema})
    return found


def _page(team_id: str, form: Form, status: int = 200) -> Response:
    by, today = current_actor(), in_london(utc_now()).date()
    with house().db.reading() as db:
        team, kept = versions.team(db, by, team_id), versions.told(db, TeamProforma, team_id)
        require(by, "policy.set", team_id)
        held = team_proformas.in_force(db, team_id, today)
        now = team_proformas.composed(held) if held else proforma.compose(proforma.FIRST)
    fitting = proforma.block_for(team.mdt_type)
    page = render_template(
        "outcome/proforma.html",
        team=team,
        form=form,
        kept=kept,
        held=held,
        now=now,
        today=today,
        blocks=_newest_blocks(),
        fitting=fitting.key if fitting else "",
        lines=_lines(held.extra if held else []),
        titles={one.key: one.title for one in proforma.parts()},
    )
    return make_response(page, status)


def _newest_blocks() -> list[proforma.Part]:
    names = dict.fromkeys(one.key.rpartition("-")[0] for one in proforma.parts() if one.types)
    return [proforma.newest(name) for name in names]


def _lines(extra: list[Any]) -> str:
    """A team's own questions as they are typed."""
    return "\n".join(
        one["schema"]["title"] + (": " if "oneOf" in one["schema"] else "")
        + ", ".join(answer["const"] for answer in one["schema"].get("oneOf", []))
        for one in json.loads(json.dumps(extra))
    )  # fmt: skip
