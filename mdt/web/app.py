"""The Flask application: the parts every page shares, and one blueprint for each chapter."""

from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, Flask
from jinja2 import ChainableUndefined, ChoiceLoader, FileSystemLoader, PackageLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from mdt.bootstrap import House
from mdt.meeting import states as case_states
from mdt.people import permissions
from mdt.web import (
    account,
    actions,
    arranging,
    arrivals,
    assets,
    attendance,
    board,
    cases,
    clashes,
    compression,
    cosd,
    dicomweb,
    discrepancies,
    errors,
    express,
    formats,
    front,
    imaging,
    imports,
    layers,
    letters,
    listing,
    live,
    lobby,
    locking,
    marks,
    meetings,
    moving,
    opinions,
    ordering,
    outbox,
    outcome,
    pathway,
    planning,
    policies,
    preparation,
    proformas,
    quorum,
    reckoning,
    referral_papers,
    referral_team,
    referrals,
    referring,
    reminders,
    reports,
    request_log,
    samples,
    security,
    series,
    session,
    sign_off,
    signing_in,
    slides,
    standards,
    states,
    triage,
    vouched,
    worklist,
)

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def create_app(house: House, more: Sequence[Blueprint] = (), *, manifest: Path = assets.MANIFEST) -> Flask:
    """Build the application on a house. `more` are pages that only some installations have, such as the demo's."""
    app = Flask("mdt.web", static_folder=str(assets.STATIC), static_url_path="/static")
    app.extensions["mdt.house"] = house
    app.jinja_options = {
        "loader": ChoiceLoader([FileSystemLoader(TEMPLATES), PackageLoader("nhsuk_frontend_jinja")]),
        "undefined": ChainableUndefined,  # the NHS macros need it
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.json.sort_keys = False  # type: ignore[attr-defined]
    ways = {"/imaging/series/": imaging.at_once, "/dicomweb/studies/": dicomweb.at_once}
    app.extensions["mdt.express"] = lane = express.Express(app, house, ways)
    app.wsgi_app = lane  # type: ignore[method-assign]
    if house.settings.proxies:
        hops = house.settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for part in (request_log, session, security, compression, assets, errors, formats):
        part.install(app)
    ours = (
        front,
        signing_in,
        vouched,
        account,
        meetings,
        board,
        locking,
        planning,
        listing,
        referring,
        referrals,
        referral_papers,
        referral_team,
        cases,
        pathway,
        triage,
        moving,
        series,
        ordering,
        standards,
        outcome,
        letters,
        cosd,
        reports,
        samples,
        sign_off,
        proformas,
        actions,
        lobby,
        attendance,
        arranging,
        quorum,
        live,
        imaging,
        marks,
        slides,
        states,
        layers,
        imports,
        clashes,
        arrivals,
        preparation,
        opinions,
        discrepancies,
        worklist,
        policies,
        reminders,
        outbox,
        reckoning,
        dicomweb,
    )
    for blueprint in (*(part.pages for part in ours), *more):
        app.register_blueprint(blueprint)
    app.jinja_env.globals |= {
        "assets": assets.Assets(manifest).tags,
        "signed_in_actor": session.signed_in_actor,
        "may": permissions.may,
        "has_demo": "demo" in app.blueprints,
        "case_states": case_states.LABELS,
    }
    return app
