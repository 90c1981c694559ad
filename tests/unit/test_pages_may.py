"""Who may open which page: every address of the product, asked as each kind of person, beside one table."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdt.core.clock import in_london, utc_now
from mdt.letters import actions as letters
from mdt.meeting import guests
from mdt.outcome.models import Action
from mdt.people.sessions import SignIn
from tests.unit.glass import SLIDE, add_slide
from tests.unit.layered import add_layer
from tests.unit.pages import PASSWORD, SETUP, VERSION, Seeded, seeded
from tests.unit.prepared import TOLD, actor, add_preparation
from tests.unit.provided import LETTER, add_letter
from tests.unit.referred import add_referral

WHO = ("chair", "coordinator", "member", "presenter", "observer", "administrator", "stranger", "nobody")

ALL = "200 200 200 200 200 200 200 401"
TEAM = "200 200 200 200 200 404 404 401"

OBJECT = "/dicomweb/studies/<study>/series/<series>/instances/<sop>"
FOUND = "200 200 200 200 200 204 204 401"  # a search tells of those one may see, and others of nobody
NO_IMAGE = "406 406 406 406 406 404 404 401"
NEVER = "401 401 401 401 401 401 401 401"

# What each of WHO is answered, in that order: the status of a GET, or what a well-formed POST comes to.
# 302 is "done, look at the page"; 401 sends a person's browser to the sign-in page.
TABLE = {
    "GET /": "302 302 302 302 302 302 302 401",
    "GET /health": "200 200 200 200 200 200 200 200",
    "GET /sign-in": "302 302 302 302 302 302 302 200",
    "POST /sign-in": "302 302 302 302 302 302 302 302",
    "POST /sign-out": "302 302 302 302 302 302 302 401",
    "GET /sign-in/second": NEVER,  # after a password only
    "POST /sign-in/second": "400 400 400 400 400 400 400 400",
    "POST /sign-in/passkey/options.json": "200 200 200 200 200 200 200 200",
    "POST /sign-in/passkey.json": "400 400 400 400 400 400 400 400",
    "GET /sign-in/with/<provider>/": "404 404 404 404 404 404 404 404",  # nobody vouches in the seeded region
    "GET /sign-in/with/<provider>/back": "404 404 404 404 404 404 404 404",
    "GET /session.json": ALL,
    "POST /session/stay.json": ALL,
    "GET /account/": ALL,
    "POST /account/sessions/<session_id>/end": "404 404 404 404 404 404 404 401",  # not one of theirs
    "GET /account/code/": ALL,
    "POST /account/code/": "400 400 400 400 400 400 400 401",  # a wrong code
    "POST /account/code/remove": "404 404 404 404 404 404 404 401",  # none is set up
    "POST /account/recovery/": ALL,
    "POST /account/passkeys/options.json": ALL,
    "POST /account/passkeys/add.json": "400 400 400 400 400 400 400 401",
    "POST /account/passkeys/<passkey_id>/remove": "404 404 404 404 404 404 404 401",
    "GET /meetings": ALL,
    "GET /meetings/plan/": "200 200 403 403 403 403 200 401",
    "POST /meetings/plan/": "302 302 403 403 403 403 400 401",
    "GET /meetings/<meeting_id>": TEAM,
    "GET /meetings/<meeting_id>/agenda.json": TEAM,
    "GET /meetings/<meeting_id>/room": "200 200 200 200 200 302 302 401",  # others to the lobby
    "GET /meetings/<meeting_id>/lobby/": "302 302 302 302 302 200 200 401",
    "POST /meetings/<meeting_id>/lobby/": "400 400 400 400 400 302 302 401",
    "GET /meetings/<meeting_id>/lobby/now.json": ALL,
    "GET /meetings/<meeting_id>/attendance/": "200 200 403 403 403 404 404 401",
    "GET /meetings/<meeting_id>/attendance.csv": "200 200 403 403 403 404 404 401",
    "GET /meetings/<meeting_id>/arrange/": "200 200 403 403 403 404 404 401",
    "POST /meetings/<meeting_id>/arrange/": "302 302 403 403 403 404 404 401",
    "GET /teams/<team_id>/quorum/": TEAM,
    "POST /teams/<team_id>/quorum/": "302 302 403 403 403 404 404 401",
    "GET /cases/<case_id>/replay": "200 200 200 200 403 404 404 401",
    "GET /cases/<case_id>/replay.json": "200 200 200 200 403 404 404 401",
    "GET /meetings/<meeting_id>/imaging/": TEAM,
    "GET /meetings/<meeting_id>/imaging/board.json": TEAM,
    "POST /meetings/<meeting_id>/imaging/ask": "302 302 302 302 403 404 404 401",
    "GET /meetings/<meeting_id>/lock": "200 200 403 403 403 404 404 401",
    "POST /meetings/<meeting_id>/lock": "409 409 403 403 403 404 404 401",  # more is missing than the form showed
    "POST /meetings/<meeting_id>/unlock": "400 403 403 403 403 404 404 401",  # it is not locked
    "POST /meetings/<meeting_id>/order": "302 302 403 403 403 404 404 401",
    "POST /meetings/<meeting_id>/open": "302 302 403 403 403 404 404 401",
    "POST /meetings/<meeting_id>/close": "302 403 403 403 403 404 404 401",
    "GET /meetings/<meeting_id>/list/": "200 200 403 403 403 404 404 401",
    "POST /meetings/<meeting_id>/list/": "302 302 403 403 403 404 404 401",
    "POST /meetings/<meeting_id>/list/new-patient": "302 302 403 403 403 404 404 401",
    "GET /meetings/<meeting_id>/list/<patient_id>": "200 200 403 403 403 404 404 401",
    "POST /meetings/<meeting_id>/list/<patient_id>": "302 302 403 403 403 404 404 401",
    "GET /referrals/": ALL,
    "GET /referrals/new/": "200 200 200 200 403 403 200 401",  # whoever treats patients, of whatever team
    "POST /referrals/new/": "200 200 200 200 403 403 200 401",
    "POST /referrals/new/patient": "200 200 200 200 403 403 200 401",
    "POST /referrals/new/begin": "302 302 302 302 403 403 302 401",
    # The stranger wrote it and sent it to the team.
    "GET /referrals/<referral_id>/": "200 200 200 200 404 404 200 401",
    "GET /referrals/<referral_id>/edit": "200 200 200 400 404 404 400 401",
    "POST /referrals/<referral_id>/edit": "302 302 302 403 404 404 403 401",
    "POST /referrals/<referral_id>/send": "403 403 403 403 404 404 400 401",  # it was sent already
    "POST /referrals/<referral_id>/join": "400 400 403 403 404 404 404 401",  # there is no other
    "POST /referrals/<referral_id>/withdraw": "403 403 403 403 404 404 302 401",
    "POST /referrals/<referral_id>/files/": "302 302 302 403 404 404 403 401",
    "GET /referrals/<referral_id>/files/<file_id>": "200 200 200 200 404 404 200 401",
    "POST /referrals/<referral_id>/files/<file_id>/remove": "302 302 302 403 404 404 403 401",
    "POST /referrals/<referral_id>/decide": "302 302 403 403 404 404 404 401",
    "GET /teams/<team_id>/referrals/": "200 200 200 200 403 404 404 401",
    "GET /teams/<team_id>/referral-form/": "200 200 403 403 403 404 404 401",
    "POST /teams/<team_id>/referral-form/": "302 302 403 403 403 404 404 401",
    "GET /cases/<case_id>/referral": "200 200 200 200 403 404 404 401",
    "GET /cases/<case_id>/": TEAM,
    "GET /cases/<case_id>/pathway/": TEAM,
    "POST /cases/<case_id>/pathway/": "302 302 302 403 403 404 404 401",
    "POST /cases/<case_id>/pathway/adjust": "302 302 302 403 403 404 404 401",
    "GET /cases/<case_id>/triage/": TEAM,
    "POST /cases/<case_id>/triage/": "302 302 302 403 403 404 404 401",
    "POST /cases/<case_id>/promote": "400 400 400 400 403 404 404 401",  # it is not on a standard of care
    "POST /cases/<case_id>/promote.json": "400 400 400 400 403 404 404 401",
    "POST /meetings/<meeting_id>/ratify": "400 403 403 403 403 404 404 401",  # nothing waits to be ratified
    "POST /meetings/<meeting_id>/ratify.json": "400 403 403 403 403 404 404 401",
    "GET /meetings/<meeting_id>/order/suggested": TEAM,
    "POST /meetings/<meeting_id>/order/suggested": "409 409 403 403 403 404 404 401",  # of no order that was shown
    "POST /meetings/<meeting_id>/order/undo": "400 400 403 403 403 404 404 401",  # nothing was put in order
    "GET /teams/<team_id>/minutes/": TEAM,
    "POST /teams/<team_id>/minutes/": "302 302 403 403 403 404 404 401",
    "POST /meetings/<meeting_id>/order/coming": "302 302 302 302 302 404 404 401",  # anybody, of themselves
    "GET /teams/<team_id>/series/": TEAM,
    "POST /teams/<team_id>/series/": "302 302 403 403 403 404 404 401",
    "POST /teams/<team_id>/series/<series_id>": "400 400 403 403 403 404 404 401",  # on no day
    "GET /cases/<case_id>/move/": "200 200 403 403 403 404 404 401",
    "POST /cases/<case_id>/move/": "400 400 403 403 403 404 404 401",  # for no reason
    "POST /meetings/<meeting_id>/late/<late_id>": "404 403 403 403 403 404 404 401",  # of no late addition
    "GET /teams/<team_id>/waiting/": TEAM,
    "POST /teams/<team_id>/waiting/<carry_id>": "404 404 403 403 403 404 404 401",  # of nothing that waits
    "POST /teams/<team_id>/offers/<transfer_id>": "404 404 403 403 403 404 404 401",  # of no offer
    "GET /reports/": "302 302 403 403 403 403 302 401",  # to the one team's
    "GET /teams/<team_id>/reports/": "200 200 403 403 403 404 404 401",
    "GET /teams/<team_id>/reports/figures.csv": "200 200 403 403 403 404 404 401",
    "GET /teams/<team_id>/reports/report.pdf": "200 200 403 403 403 404 404 401",
    "GET /teams/<team_id>/reports/cases/<figure>": "200 200 403 403 403 404 404 401",
    "GET /teams/<team_id>/standards/": TEAM,
    "POST /teams/<team_id>/standards/": "302 302 403 403 403 404 404 401",
    "POST /teams/<team_id>/standards/<standard_id>/withdraw": "404 404 403 403 403 404 404 401",  # of no standard
    "GET /cases/<case_id>/arriving.json": TEAM,
    "POST /cases/<case_id>/ask-again": "302 302 302 302 403 404 404 401",
    "POST /cases/<case_id>/matches/<link_id>": "302 302 302 403 403 404 404 401",
    "GET /cases/<case_id>/imports/": TEAM,
    "GET /cases/<case_id>/imports/now.json": TEAM,
    "POST /cases/<case_id>/imports/begin.json": "200 200 200 200 403 404 404 401",
    "PUT /cases/<case_id>/imports/<import_id>/files/<int:place>.json": "404 404 404 404 403 404 404 401",
    "POST /cases/<case_id>/imports/<import_id>/uploaded.json": "404 404 404 404 403 404 404 401",
    "POST /cases/<case_id>/imports/<import_id>/cancel.json": "404 404 404 404 403 404 404 401",
    "GET /cases/<case_id>/marks.json": TEAM,
    "POST /cases/<case_id>/marks/private.json": "200 200 200 200 403 404 404 401",
    "GET /cases/<case_id>/lesions.json": TEAM,
    "GET /cases/<case_id>/letters/": "200 200 200 200 403 404 404 401",
    "GET /cases/<case_id>/letters/new/<kind>/": "200 200 200 403 403 404 404 401",
    "POST /cases/<case_id>/letters/new/<kind>/": "302 302 302 403 403 404 404 401",
    "GET /cases/<case_id>/letters/<letter_id>/": "200 200 200 200 403 404 404 401",
    "GET /cases/<case_id>/letters/<letter_id>.pdf": "200 200 200 200 403 404 404 401",
    "POST /cases/<case_id>/letters/<letter_id>/sent": "302 302 302 403 403 404 404 401",
    "POST /cases/<case_id>/letters/<letter_id>/dropped": "409 409 409 403 403 404 404 401",  # it was sent above
    "GET /teams/<team_id>/letters/<kind>/": "200 200 200 200 403 404 404 401",
    "POST /teams/<team_id>/letters/<kind>/": "302 302 403 403 403 404 404 401",
    "GET /teams/<team_id>/audit/": "200 200 200 200 403 404 404 401",
    "POST /teams/<team_id>/audit/": "400 400 403 403 403 404 404 401",  # of no days
    "GET /teams/<team_id>/audit/<sample_id>/": "404 404 404 404 403 404 404 401",  # there is none
    "POST /teams/<team_id>/audit/<sample_id>/<case_id>": "404 403 404 404 403 404 404 401",
    "GET /teams/<team_id>/cosd/": "200 200 403 403 403 404 404 401",
    "POST /teams/<team_id>/cosd/": "302 302 403 403 403 404 404 401",
    "GET /teams/<team_id>/cosd/sections.csv": "200 200 403 403 403 404 404 401",
    "GET /teams/<team_id>/cosd/sections.json": "200 200 403 403 403 404 404 401",
    "GET /cases/<case_id>/outcome/": TEAM,
    "GET /cases/<case_id>/outcome/now.json": TEAM,
    "GET /cases/<case_id>/outcome/help.json": TEAM,
    "GET /cases/<case_id>/outcome/amend": "200 403 403 403 403 404 404 401",
    "POST /cases/<case_id>/outcome/amend": "302 403 403 403 403 404 404 401",
    "GET /cases/<case_id>/outcome/complete": "200 200 403 403 403 404 404 401",
    "POST /cases/<case_id>/outcome/set.json": "200 200 403 403 403 404 404 401",
    "POST /cases/<case_id>/outcome/check.json": "409 409 400 400 403 404 404 401",  # typed in since; or not complete
    "POST /cases/<case_id>/outcome/sign.json": "409 403 403 403 403 404 404 401",  # it was typed in since it was read
    "POST /cases/<case_id>/outcome/amend.json": "409 403 403 403 403 404 404 401",  # it is not signed yet
    "GET /meetings/<meeting_id>/sign-off/": "200 200 200 200 403 404 404 401",
    "POST /meetings/<meeting_id>/sign-off/": "409 403 403 403 403 404 404 401",  # nothing of it is to be signed
    "GET /actions/": "200 200 200 200 403 403 200 401",
    "POST /actions/<action_id>": "302 302 302 302 403 404 404 401",
    "GET /cases/<case_id>/follow-through/": "200 200 200 200 403 404 404 401",
    "POST /cases/<case_id>/follow-through/": "302 302 302 302 403 404 404 401",
    "GET /teams/<team_id>/proforma/": "200 200 403 403 403 404 404 401",
    "POST /teams/<team_id>/proforma/": "302 302 403 403 403 404 404 401",
    "GET /proformas/<key>.json": ALL,
    "GET /cases/<case_id>/prepare": "200 200 200 200 403 404 404 401",
    "GET /cases/<case_id>/preparation.json": TEAM,
    "POST /cases/<case_id>/reports": "302 302 302 302 403 404 404 401",  # that one is there which did not come here
    "POST /cases/<case_id>/reviews": "403 403 403 302 403 404 404 401",  # only the presenter is a radiologist here
    "POST /cases/<case_id>/reviews.json": "403 403 403 409 403 404 404 401",  # it was reviewed in the line above
    "GET /cases/<case_id>/reviews/<review_id>/undo": "200 403 200 200 403 404 404 401",
    "POST /cases/<case_id>/reviews/<review_id>/undo": "302 403 403 302 403 404 404 401",
    "GET /cases/<case_id>/opinion/": "200 403 200 200 403 404 404 401",
    "POST /cases/<case_id>/opinion/": "302 403 302 302 403 404 404 401",
    "GET /cases/<case_id>/discrepancy": "200 403 403 200 403 404 404 401",
    "POST /cases/<case_id>/discrepancy": "302 403 403 302 403 404 404 401",
    "POST /cases/<case_id>/discrepancies/<discrepancy_id>/withdraw": "302 403 403 302 403 404 404 401",
    "GET /worklist/": "200 200 200 200 403 403 200 401",
    "GET /feedback/": ALL,
    # Whoever reads for the trust of the first report; in the line above the one who flagged it took it back.
    "POST /feedback/<feedback_id>/acknowledge": "404 404 404 409 404 404 404 401",
    "GET /teams/<team_id>/preparation/": "200 200 403 403 403 404 404 401",
    "POST /teams/<team_id>/preparation/": "302 302 403 403 403 404 404 401",
    "GET /reminders/": ALL,
    "POST /reminders/": "302 302 302 302 302 302 302 401",
    "GET /teams/<team_id>/reminders/": "200 200 403 403 403 404 404 401",
    "POST /teams/<team_id>/reminders/": "302 302 403 403 403 404 404 401",
    "GET /outbox/": "403 403 403 403 403 200 403 401",
    "POST /outbox/<message_id>": "403 403 403 403 403 404 403 401",  # there is no such message
    "GET /arrivals/": "403 403 403 403 403 200 403 401",
    "GET /clashes/": "403 403 403 403 403 200 403 401",
    "GET /imaging/cases/<case_id>.json": TEAM,
    "GET /imaging/cases/<case_id>/states.json": TEAM,
    "GET /imaging/cases/<case_id>/layers.json": TEAM,
    "GET /imaging/layers/<instance_id>/<leaf>.json": TEAM,
    "GET /imaging/series/<series_id>/<version>/index.json": TEAM,
    "GET /imaging/series/<series_id>/<version>/frames": TEAM,
    "GET /imaging/series/<series_id>/<version>/pieces": TEAM,
    "GET /imaging/series/<series_id>/<version>/tiles/<int:level>/<int:column>/<int:row>": TEAM,
    "GET /imaging/series/<series_id>/<version>/picture/<any(label,overview,thumbnail):name>": TEAM,
    "GET /imaging/documents/<instance_id>": TEAM,
    "GET /dicomweb/": ALL,
    "GET /dicomweb/studies": FOUND,
    "GET /dicomweb/series": FOUND,
    "GET /dicomweb/instances": FOUND,
    "GET /dicomweb/studies/<study>/series": FOUND,
    "GET /dicomweb/studies/<study>/instances": FOUND,
    "GET /dicomweb/studies/<study>/series/<series>/instances": FOUND,
    "GET /dicomweb/studies/<study>": TEAM,
    "GET /dicomweb/studies/<study>/metadata": TEAM,
    "GET /dicomweb/studies/<study>/rendered": NO_IMAGE,
    "GET /dicomweb/studies/<study>/thumbnail": NO_IMAGE,
    "GET /dicomweb/studies/<study>/series/<series>": TEAM,
    "GET /dicomweb/studies/<study>/series/<series>/metadata": TEAM,
    "GET /dicomweb/studies/<study>/series/<series>/rendered": NO_IMAGE,
    "GET /dicomweb/studies/<study>/series/<series>/thumbnail": NO_IMAGE,
    f"GET {OBJECT}": TEAM,
    f"GET {OBJECT}/metadata": TEAM,
    f"GET {OBJECT}/rendered": TEAM,
    f"GET {OBJECT}/thumbnail": NO_IMAGE,
    f"GET {OBJECT}/frames/<listed>": NO_IMAGE,
    f"GET {OBJECT}/frames/<listed>/rendered": NO_IMAGE,
    f"GET {OBJECT}/frames/<int:number>/thumbnail": NO_IMAGE,
    f"GET {OBJECT}/bulkdata/<path:element>": NO_IMAGE,
    "POST /dicomweb/studies": NEVER,  # only a trust's token may
    "POST /dicomweb/studies/<study>": NEVER,
}

# Others are answered like one of these, but for what is said here.
LIKE: dict[str, tuple[str, dict[str, int]]] = {
    # Somebody of another trust who treats patients and meets in no team: has written no referral and has no list.
    "elsewhere": (
        "stranger",
        {
            "GET /meetings/plan/": 403,
            "POST /meetings/plan/": 403,
            "GET /referrals/<referral_id>/": 404,
            "GET /referrals/<referral_id>/edit": 404,
            "POST /referrals/<referral_id>/edit": 404,
            "POST /referrals/<referral_id>/send": 404,
            "POST /referrals/<referral_id>/withdraw": 404,
            "POST /referrals/<referral_id>/files/": 404,
            "GET /referrals/<referral_id>/files/<file_id>": 404,
            "POST /referrals/<referral_id>/files/<file_id>/remove": 404,
            "GET /actions/": 403,
            "GET /worklist/": 403,
            "GET /reports/": 403,
        },
    ),
    # The stranger, admitted to today's meeting to look: all of it that they may open.
    "guest": (
        "stranger",
        {
            "GET /meetings/<meeting_id>/lobby/": 302,
            "POST /cases/<case_id>/marks/private.json": 403,
            **dict.fromkeys(
                (
                    "GET /meetings/<meeting_id>",
                    "GET /meetings/<meeting_id>/agenda.json",
                    "GET /meetings/<meeting_id>/room",
                    "GET /meetings/<meeting_id>/imaging/",
                    "GET /meetings/<meeting_id>/imaging/board.json",
                    "GET /cases/<case_id>/pathway/",
                    "GET /cases/<case_id>/triage/",
                    "GET /meetings/<meeting_id>/order/suggested",
                    "GET /cases/<case_id>/marks.json",
                    "GET /cases/<case_id>/lesions.json",
                    "GET /cases/<case_id>/preparation.json",
                    "GET /imaging/cases/<case_id>.json",
                    "GET /imaging/cases/<case_id>/states.json",
                    "GET /imaging/cases/<case_id>/layers.json",
                    "GET /imaging/layers/<instance_id>/<leaf>.json",
                    "GET /imaging/series/<series_id>/<version>/index.json",
                    "GET /imaging/series/<series_id>/<version>/frames",
                    "GET /imaging/series/<series_id>/<version>/pieces",
                    "GET /imaging/series/<series_id>/<version>/tiles/<int:level>/<int:column>/<int:row>",
                    "GET /imaging/series/<series_id>/<version>/picture/<any(label,overview,thumbnail):name>",
                    "GET /imaging/documents/<instance_id>",
                ),
                200,
            ),
        },
    ),
}

NAME = re.compile(r"<(?:[^:>]+:)?(\w+)>")  # in a rule

NEW_PATIENT = {
    "nhs": "999 000 0069", "family": "Adeyemi", "given": "Kemi", "sex": "F", "verified": "yes",
    "born-day": "9", "born-month": "7", "born-year": "1975",
}  # fmt: skip


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        add_letter(made, tmp_path)
        made.leaf = add_layer(made, tmp_path)
        made.prepared = add_preparation(made)
        add_slide(made, tmp_path)
        made.referral, made.paper = add_referral(made)
        with made.house.db.writing() as db:
            case, now = made.cases["signed"], utc_now()
            drafted = letters.draft(db, by=SETUP, case_id=case, kind="gp", recipient="Dr Gray", address="", now=now)
            made.letter = letters.make(db, by=SETUP, made=drafted, pdf=b"%PDF", now=now).id
        yield made


def admit(made: Seeded) -> None:
    """The stranger knocks at today's meeting and is let in to look."""
    meeting, now = made.meetings["today"], utc_now()
    with made.house.db.writing() as db:
        asked = guests.ask(db, by=actor(db, made, "stranger"), meeting_id=meeting, reason="I operated.", now=now)
        guests.decide(
            db, by=actor(db, made, "chair"), meeting_id=meeting, guest_id=asked.id, decision=guests.TO_LOOK, now=now
        )


def client_is(client: FlaskClient, made: Seeded, who: str) -> bool:
    """Whether it is this person's browser."""
    with client.session_transaction() as cookie:
        held = SignIn.read(cookie)
    return held is not None and held.person_id == made.people[who]


def _action(made: Seeded) -> str:
    """The first that the signed outcome asks for."""
    with made.house.db.reading() as db:
        return db.scalars(select(Action.id).where(Action.kind == "")).one()


def named(made: Seeded, rule: str) -> dict[str, str]:
    """What stands in an address for each of its names, so that it is of the lung team and there."""
    names = {
        "meeting_id": made.meetings["today"],
        "case_id": made.cases["maria"],
        "patient_id": made.patients["new"],
        "link_id": made.links["maria"],
        "series_id": made.series["maria"],
        "version": VERSION,
        "review_id": made.prepared.review,
        "discrepancy_id": made.prepared.discrepancy,
        "feedback_id": made.prepared.feedback,
        "referral_id": made.referral, "file_id": made.paper,
        "team_id": made.teams["lung"],
        "kind": "gp",
        "letter_id": made.letter,
        "instance_id": made.documents["maria"],
        "study": LETTER, "series": f"{LETTER}.1", "sop": f"{LETTER}.1.1",
        "listed": "1", "number": "1", "element": "7FE00010", "import_id": "0" * 32, "leaf": made.leaf, "place": "0",
        "figure": "signed",
        "sample_id": "0" * 32,
        "standard_id": "0" * 32, "message_id": "0" * 32, "late_id": "0" * 32,
         "provider": "cis2", "session_id": "0" * 32, "passkey_id": "0" * 32,
        "carry_id": "0" * 32, "transfer_id": "0" * 32,
        "key": "core-2", "action_id": _action(made), "level": "0", "column": "0", "row": "0", "name": "label",
    }  # fmt: skip
    if "/discrepanc" in rule:
        names["case_id"] = made.cases["signed"]
    if "/tiles/" in rule or "/picture/" in rule:
        names["version"] = SLIDE
    if "/letters/" in rule:
        names["case_id"] = made.cases["signed"]
    if "follow-through" in rule:
        names["case_id"] = made.cases["signed"]
    if "outcome" in rule:
        names["case_id"] = made.cases["signed" if rule.endswith("amend") else "draft"]
    return names


def filled(rule: str, names: dict[str, str]) -> str:
    return NAME.sub(lambda found: names[found[1]], rule)


def ask(client: FlaskClient, made: Seeded, what: str) -> int:
    """Ask for one line of the table, well formed, as a person's browser does."""
    method, rule = what.split(" ")
    path = filled(rule, named(made, rule))
    today = in_london(utc_now()).date()
    order = " ".join(made.cases[who] for who in ("maria", "john", "nasty"))
    typed = {
        "POST /account/code/": {"code": "000000"},
        "POST /sign-in": {"email": made.email("chair"), "password": PASSWORD},
        "POST /meetings/plan/": {
            "team": made.teams["lung"], "starts-day": "1", "starts-month": "6", "starts-year": "2099", "time": "9:30",
        },
        "POST /meetings/<meeting_id>/order": {"expected": order, "case": made.cases["maria"], "before": ""},
        "POST /meetings/<meeting_id>/imaging/ask": {"ask": f"{made.cases['maria']} RW6"},
        "POST /meetings/<meeting_id>/list/": {"nhs": "9990000042"},
        "POST /meetings/<meeting_id>/list/new-patient": NEW_PATIENT,
        "POST /meetings/<meeting_id>/list/<patient_id>": {"clinical_question": "Is this resectable?"},
        "POST /outbox/<message_id>": {"act": "again"},
        "POST /teams/<team_id>/reminders/": {"hour": "6", "warning": "16"},
        "POST /cases/<case_id>/triage/": {"stream": "full", "seen": "0"},
        "POST /cases/<case_id>/promote": {"reason": "Her heart"},
        "POST /teams/<team_id>/series/": {
            "starts-day": "1", "starts-month": "6", "starts-year": "2099", "time": "9:30", "weeks": "2",
        },
        "POST /meetings/<meeting_id>/order/coming": {"comes": "yes", "leaves": "10:30"},
        "POST /teams/<team_id>/minutes/": {
            "minutes": "3.5", "percent": "10", "least": "5",
            "starts-day": "1", "starts-month": "6", "starts-year": "2099",
        },
        "POST /cases/<case_id>/move/": {"what": "defer", "reason": ""},
        "POST /teams/<team_id>/standards/": {
            "name": "Benign nodule", "criteria": "Stable for two years", "intent": "X", "treatment": ["11", "", ""],
            "no_treatment_reason": "10",
            "approved_by": "The board", "approved-day": "1", "approved-month": "10", "approved-year": "2025",
            "review-day": "1", "review-month": "10", "review-year": "2099",
        },
        "POST /teams/<team_id>/standards/<standard_id>/withdraw": {"why": "A newer trial"},
        "POST /referrals/new/": {"team": made.teams["breast"], "nhs": "9990000042"},
        "POST /referrals/new/patient": {**NEW_PATIENT, "team": made.teams["breast"]},
        "POST /referrals/new/begin": {"team": made.teams["breast"], "patient": made.patients["new"]},
        "POST /referrals/<referral_id>/edit": {"revision": "1", "contact": "Bleep 4"},
        "POST /referrals/<referral_id>/decide": {"act": "return", "reason": "Which lobe?"},
        "POST /referrals/<referral_id>/withdraw": {"withdraw-reason": "They moved away"},
        "POST /referrals/<referral_id>/files/": {"file": (BytesIO(b"%PDF-1.4 another"), "letter.pdf")},
        "POST /teams/<team_id>/referral-form/": {"starts-day": "1", "starts-month": "6", "starts-year": "2099"},
        "POST /cases/<case_id>/pathway/": {
            "kind": "urgent", "received-day": "1", "received-month": "10", "received-year": "2025", "version": "0",
        },
        "POST /cases/<case_id>/pathway/adjust": {"standard": "62", "days": "7", "why": "Patient away"},
        "POST /cases/<case_id>/matches/<link_id>": {"decision": "confirm", "reason": "same address"},
        "POST /cases/<case_id>/reports": {"study": made.prepared.unreviewed, "said": "Read at Bolton"},
        "POST /cases/<case_id>/reviews": {"study": made.prepared.unreviewed},
        "POST /cases/<case_id>/reviews/<review_id>/undo": {"reason": "The wrong study."},
        "POST /cases/<case_id>/opinion/": {
            "meeting": made.meetings["today"], "patient": made.patients["maria"], "discipline": "surgery",
            "version": "2" if client_is(client, made, "presenter") else "1", "findings": "Resectable.",
        },
        "POST /cases/<case_id>/discrepancy": {
            **TOLD, "study": made.prepared.unreviewed, "trust": "RBV",
        },
        "POST /cases/<case_id>/discrepancies/<discrepancy_id>/withdraw": {"reason": "The wrong study."},
        "POST /meetings/<meeting_id>/lobby/": {"reason": "I operated on the third patient"},
        "POST /meetings/<meeting_id>/arrange/": {"call": "https://teams.example/l/meetup-join/1", "minutes": "90"},
        "POST /teams/<team_id>/quorum/": {
            "starts-day": "1", "starts-month": "6", "starts-year": "2099", "blocks": "nothing",
            "role": ["Oncologist", ""], "specialties": ["oncologist", ""], "count": ["1", "1"],
        },
        "POST /meetings/<meeting_id>/sign-off/": {
            "act": "outcome.sign", "bound": f"{made.cases['maria']} {made.patients['maria']} 1 1",
        },
        "POST /actions/<action_id>": {"status": "done", "note": "Booked."},
        "POST /cases/<case_id>/follow-through/": {
            "kind": "told", "told-day": str(today.day), "told-month": str(today.month), "told-year": str(today.year),
        },
        "POST /teams/<team_id>/proforma/": {
            "starts-day": "1", "starts-month": "6", "starts-year": "2099", "block": "lung-1",
        },
        "POST /teams/<team_id>/preparation/": {
            "what": "cut-off", "hours": "16", "from-day": "1", "from-month": "6", "from-year": "2099",
        },
        "POST /cases/<case_id>/letters/new/<kind>/": {"recipient": "Dr Gray", "address": "Bolton"},
        "POST /cases/<case_id>/letters/<letter_id>/sent": {
            "how": "Post", "sent_on-day": str(today.day), "sent_on-month": str(today.month),
            "sent_on-year": str(today.year),
        },
        "POST /cases/<case_id>/letters/<letter_id>/dropped": {"why": "Amended"},
        "POST /teams/<team_id>/cosd/": {
            "site": "R0A02", "starts-day": "1", "starts-month": "6", "starts-year": "2020",
        },
        "POST /teams/<team_id>/letters/<kind>/": {
            "act": "save", "text": "# Dear Doctor", "starts-day": "1", "starts-month": "6", "starts-year": "2099",
        },
        "POST /cases/<case_id>/imports/begin.json": {"label": "CD from Leeds", "files": "2", "bytes": "1000"},
        "POST /cases/<case_id>/outcome/amend": {"version": "1", "reason": "The histology changed."},
    }  # fmt: skip
    accept = "*/*" if "/dicomweb" in path else "application/json" if path.endswith(".json") else "text/html"
    headers = {"Accept": accept}
    said = {"patient": made.patients["john"], "version": 1, "revision": 1, "reason": "The histology changed."}
    said |= {"field": "rationale", "value": "Fit.", "studies": [made.prepared.unreviewed]}
    said |= {"kind": "private.remove", "id": "0" * 32} if "private" in rule else {}
    as_json = method == "POST" and rule.endswith(".json") and what not in typed
    content: dict[str, Any] = {"json": said} if as_json else {"data": typed.get(what)}
    answer = client.open(path, method=method, headers=headers, **content)
    answer.close()
    sent_to_sign_in = answer.status_code == 302 and "/sign-in" in answer.location and what != "POST /sign-out"
    return 401 if sent_to_sign_in else answer.status_code


def test_every_address_is_in_the_table(made):
    rules = made.app().url_map.iter_rules()
    there = {
        f"{method} {rule.rule}"
        for rule in rules
        if rule.endpoint != "static"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert there == set(TABLE)


def said_to(who: str) -> dict[str, int]:
    """What the table says each address answers to one kind of person."""
    like, but = LIKE.get(who, (who, {}))
    return {what: int(answers.split()[WHO.index(like)]) for what, answers in TABLE.items()} | but


@pytest.mark.parametrize("who", [*WHO, *LIKE])
def test_everybody_may_do_what_the_table_says_and_nothing_else(made, who):
    said, found = said_to(who), {}
    if who == "guest":
        admit(made)
    client = made.signed_in("stranger" if who == "guest" else who)
    # Reading first, then doing, and at the end what closes the meeting or ends the sign-in.
    last = ["POST /meetings/<meeting_id>/close", "POST /sign-out", "POST /sign-in"]
    first = sorted(said.keys() - set(last), key=lambda what: (what.startswith("POST"), list(said).index(what)))
    for what in [*first, *last]:
        found[what] = ask(client, made, what)
    wrong = {what: found[what] for what in said if found[what] != said[what]}
    assert wrong == {}, "answered otherwise than the table says"


@pytest.mark.parametrize("who", ["stranger", "elsewhere", "administrator"])
def test_what_is_another_teams_is_answered_like_what_was_never_there(made, who):
    """Word for word, so that nobody learns from a refusal that something exists."""
    client, told = made.signed_in(who), {}
    ours = {"meeting_id", "case_id", "team_id", "letter_id", "instance_id", "series_id", "study", "referral_id"}
    for what, status in said_to(who).items():
        method, rule = what.split(" ")
        first = NAME.search(rule)
        if method == "GET" and first and first[1] in ours and status == 404:
            names = named(made, rule)
            invented = (
                names | dict.fromkeys(names.keys() & ours, "0" * 32) | dict.fromkeys({"study", "series", "sop"}, "9.9")
            )
            answers = [
                client.get(filled(rule, each), headers={"Accept": "application/json"}) for each in (names, invented)
            ]
            there, nowhere = ((answer.status_code, answer.get_data(as_text=True)) for answer in answers)
            if there != nowhere:
                told[what] = (there, nowhere)
    assert told == {}
