"""Letters: filled from what was signed, made once as an accessible PDF, sent or dropped, never changed."""

import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pypdf
import pytest
from sqlalchemy import select, update

from mdt.core.clock import in_london, utc_now
from mdt.core.errors import Forbidden, Invalid, Stale
from mdt.letters import actions, kinds, markup, plain, queries, typeset
from mdt.letters.values import NAMES
from mdt.meeting.models import Case
from mdt.outcome import actions as outcomes
from mdt.outcome import codes, proforma
from mdt.outcome.actions import Binding
from mdt.outcome.models import Outcome
from tests.unit.pages import seeded
from tests.unit.prepared import actor
from tests.unit.test_pages_stories import words

DAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def text_of(blocks):
    runs = [
        run for block in blocks for run in block.get("runs", [run for one in block.get("entries", []) for run in one])
    ]
    return " ".join(run["text"] for run in runs)


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_the_standard_wordings_use_only_names_that_there_are(kind):
    assert markup.tidy(kinds.standard(kind), NAMES) == kinds.standard(kind)


def test_what_is_empty_is_left_out_and_the_rest_is_filled():
    text = "# About {team}\n\nDear {patient},\n\nReasons: {rationale}\n\n- one: {decision}\n- {views}\n\n{actions}\n"
    text += "\n# {amended}"
    title, blocks = markup.fill(
        text, {"team": "Lung", "patient": "Ann", "decision": "wait", "actions": ("Ring", "Write")}
    )
    assert title == "About Lung"
    assert [block["kind"] for block in blocks] == ["paragraph", "list"]
    assert text_of(blocks) == "Dear Ann, one: wait Ring Write"


def test_a_sentence_begins_with_a_capital_whatever_it_is_filled_with():
    _, blocks = markup.fill("# T\n\n{tell_who} will ring.\n\nAsk {tell_who}.", {"tell_who": "the nurse"})
    assert text_of(blocks) == "The nurse will ring. Ask the nurse."


def test_what_is_filled_in_is_never_read_as_markup():
    _, blocks = markup.fill("# T\n\n**{patient}** said {views}", {"patient": "{nhs} **x**", "views": "# - **no**"})
    assert blocks == [
        {
            "kind": "paragraph",
            "runs": [{"text": "{nhs} **x**", "bold": True}, {"text": " said # - **no**", "bold": False}],
        }
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "an empty one says nothing"),
        ("# T\n\n{nobody}", r"Nothing is called \{nobody\}"),
        ("# T\n\n{patient", "A curly bracket stands alone"),
        ("Dear {patient}", "Begin with the title"),
        ("# T\n\n" + "x" * markup.LONGEST, "characters or fewer"),
        ("# T\n\n\x07", "cannot be printed"),
    ],
)
def test_a_wording_that_could_not_be_filled_is_refused_in_words(text, says):
    with pytest.raises(Invalid, match=says):
        markup.tidy(text, NAMES)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (
            {"decision": "recommend", "intent": "C", "treatments": [
                {"code": "01", "relation": "sequential"}, {"code": "03", "relation": "sequential"}]},
            "We recommend an operation, and after that chemotherapy (medicines that kill cancer cells). "
            "The aim of this treatment is to cure the cancer.",
        ),
        (
            {"decision": "recommend", "intent": "Z", "treatments": [
                {"code": "03", "relation": "sequential"}, {"code": "02", "relation": "alternative"}]},
            "We recommend chemotherapy (medicines that kill cancer cells) or radiotherapy (treatment with X-rays from "
            "outside the body). The aim of this treatment is to control the cancer and help with symptoms, "
            "not to cure it.",
        ),
        (
            {"decision": "recommend", "intent": "X", "no_treatment_reason": "10", "treatments": [
                {"code": "11", "relation": "sequential"}]},
            "We do not recommend treatment against the cancer itself. We will watch the cancer closely with regular "
            "checks, and talk to you about treatment if anything changes.",
        ),
        (
            {"decision": "defer", "deferral_reason": "images"},
            "We could not decide yet, and will talk about your care again at a later meeting. "
            "We are waiting for scans.",
        ),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_patient_reads_the_decision_in_plain_english(form, says):
    assert plain.recommendation(form) == says


NEWEST = proforma.compose("core-2")


def test_every_decision_and_every_treatment_has_plain_words():
    for decision in NEWEST.by_name["decision"].codes:
        form = {"decision": decision.code, "treatments": [{"code": "01", "relation": "sequential"}]}
        assert plain.recommendation(form)
    for treatment in NEWEST.by_name["treatments"].codes:
        planned = [{"code": treatment.code, "relation": "sequential"}]
        said = plain.recommendation({"decision": "recommend", "treatments": planned})
        assert bool(said) == (treatment.code != codes.TREATMENT_UNKNOWN)


def test_the_pdf_is_tagged_and_shows_text_as_text():
    _, blocks = markup.fill("# T\n\n# Part\n\n{patient}\n\n- a", {"patient": "Łucja #strong[x] *y* $z$ \\ @ref <b>"})
    document = {
        "sender": "Lung MDT", "day": "24 November 2026", "recipient": "Dr #x", "address": ["1 <Road>"], "title": "T",
        "blocks": blocks, "reference": "NHS number 999 000 0018",
    }  # fmt: skip
    made = typeset.pdf(document, now=DAY)
    assert made == typeset.pdf(document, now=DAY)
    read = pypdf.PdfReader(io.BytesIO(made))
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 (a PDF's own boolean)
    assert root["/Lang"] == "en-GB"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert "/StructTreeRoot" in root
    shown = " ".join(read.pages[0].extract_text().split())
    assert "Łucja #strong[x] *y* $z$ \\ @ref <b>" in shown
    assert "Dr #x 1 <Road>" in shown


def drafted(made, db, kind="gp", recipient="Dr Gray", by="coordinator"):
    return actions.draft(
        db, by=actor(db, made, by), case_id=made.cases["signed"], kind=kind, recipient=recipient,
        address="The Surgery\n\nBolton", now=utc_now(),
    )  # fmt: skip


def written(made, db, kind="gp", by="coordinator"):
    return actions.make(db, by=actor(db, made, by), made=drafted(made, db, kind, by=by), pdf=b"%PDF", now=utc_now())


def test_a_letter_says_what_was_signed(made):
    with made.house.db.reading() as db:
        draft = drafted(made, db)
        outcome = db.scalar(select(Outcome).where(Outcome.case_id == made.cases["signed"]))
        said = text_of(draft.blocks)
        assert outcome.form["rationale"] in said
        assert outcome.form["responsible"] in said
        assert all(action.text.rstrip(".") in said for action in outcome.actions if action.kind != "tell")
        assert draft.address == "The Surgery\nBolton"
        assert draft.wording.version == 0


def test_without_a_signature_there_is_no_letter(made):
    with made.house.db.reading() as db, pytest.raises(Invalid, match="none yet"):
        by = actor(db, made, "chair")
        actions.draft(db, by=by, case_id=made.cases["draft"], kind="gp", recipient="x", address="", now=utc_now())


def test_the_letter_to_the_gp_makes_the_case_sent_and_is_never_sent_twice(made):
    today = in_london(utc_now()).date()
    with made.house.db.writing() as db:
        by, letter = actor(db, made, "coordinator"), written(made, db)
        case = db.get_one(Case, made.cases["signed"])
        db.execute(update(Case).where(Case.id == case.id).values(status="signed", reached="signed"))
        db.refresh(case)
        about = {"by": by, "case_id": case.id, "letter_id": letter.id, "how": "Post", "told_on": None, "now": utc_now()}
        with pytest.raises(Invalid, match="until today"):
            actions.send(db, sent_on=today + timedelta(1), **about)
        actions.send(db, sent_on=today, **about)
        assert (letter.status, letter.sent_how, case.status) == ("sent", "Post", "sent")
        with pytest.raises(Stale, match="sent already"):
            actions.send(db, sent_on=today, **about)
        assert queries.last_recipient(db, letter.patient_id, "gp") == ("Dr Gray", "The Surgery\nBolton")


def test_a_patient_is_told_before_they_read_it(made):
    today = in_london(utc_now()).date()
    with made.house.db.writing() as db:
        by, letter = actor(db, made, "member"), written(made, db, "patient", by="member")
        case = db.get_one(Case, made.cases["signed"])
        about = {
            "by": by,
            "case_id": case.id,
            "letter_id": letter.id,
            "how": "Post",
            "sent_on": today,
            "now": utc_now(),
        }
        with pytest.raises(Invalid, match="when the patient was told"):
            actions.send(db, told_on=None, **about)
        with pytest.raises(Invalid, match="before the letter went"):
            actions.send(db, told_on=today + timedelta(1), **about)
        with pytest.raises(Invalid, match="before the letter went"):
            actions.send(db, told_on=in_london(case.meeting.starts_at).date() - timedelta(1), **about)
        actions.send(db, told_on=today, **about)
        assert letter.told_on == queries.told(db, case.id) == today
        again = written(made, db, "patient")
        actions.send(db, told_on=None, **about | {"letter_id": again.id})  # it is recorded, and not typed twice
        assert again.told_on == today


def test_a_letter_of_an_earlier_version_is_not_sent(made):
    with made.house.db.writing() as db:
        letter, chair = written(made, db), actor(db, made, "chair")
        late = drafted(made, db)
        case = db.get_one(Case, made.cases["signed"])
        binding = Binding(case.meeting_id, case.id, case.patient_id, version=1)
        outcomes.amend(db, by=chair, binding=binding, reason="The histology changed.", now=utc_now())
        db.execute(update(Outcome).where(Outcome.case_id == case.id, Outcome.version == 2).values(
            status="signed", signed_at=utc_now(), signed_by=None, signed_name="x"))  # fmt: skip
        db.expire_all()
        with pytest.raises(Stale, match="amended since"):
            actions.send(
                db, by=chair, case_id=case.id, letter_id=letter.id, sent_on=date.today(), how="Post", told_on=None,
                now=utc_now(),
            )  # fmt: skip
        with pytest.raises(Stale, match="Another version"):
            actions.make(db, by=chair, made=late, pdf=b"", now=utc_now())
        assert "This replaces our earlier letter. What changed: The histology changed." in text_of(
            drafted(made, db).blocks
        )
        assert actions.drop(
            db, by=chair, case_id=case.id, letter_id=letter.id, why="Amended", now=utc_now()
        ).status == "dropped"  # fmt: skip


def test_a_teams_own_wording_is_used_from_its_day_on_and_old_letters_keep_theirs(made):
    today, team = in_london(utc_now()).date(), made.teams["lung"]
    with made.house.db.writing() as db:
        chair, first = actor(db, made, "chair"), written(made, db)
        before = json.dumps(first.blocks)
        about = {"by": chair, "team_id": team, "kind": "gp", "now": utc_now()}
        actions.word(db, starts=today, text="# Our own\n\n{decision}", **about)
        actions.word(db, starts=today + timedelta(7), text="# Next week\n\n{decision}", **about)
        assert queries.wording(db, team, "gp", today).version == 1
        assert queries.wording(db, team, "gp", today + timedelta(7)).version == 2
        assert written(made, db).title == "Our own"
        db.refresh(first)
        assert (json.dumps(first.blocks), first.template_version) == (before, 0)
        with pytest.raises(Invalid, match="in the past"):
            actions.word(db, starts=today - timedelta(1), text="# x", **about)
        with pytest.raises(Forbidden):
            actions.word(db, starts=today, text="# x", **about | {"by": actor(db, made, "member")})


def test_a_letter_is_looked_at_made_read_and_sent_on_its_pages(made):
    client, case = made.signed_in("coordinator"), made.cases["signed"]
    assert "Letters" in words(client.get(f"/cases/{case}/outcome/").text)
    shown = words(client.get(f"/cases/{case}/letters/new/patient/").text)
    assert "What we suggest" in shown
    refused = client.post(f"/cases/{case}/letters/new/patient/", data={"recipient": " ", "address": ""})
    assert (refused.status_code, "Enter who the letter is for" in refused.text) == (400, True)
    done = client.post(f"/cases/{case}/letters/new/patient/", data={"recipient": "Maria Kowalska", "address": "Bolton"})
    page = client.get(done.location)
    assert "Maria Kowalska" in page.text
    pdf = client.get(re.findall(r'href="([^"]+\.pdf)"', page.text)[0])
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    day = in_london(utc_now()).date()
    parts = {"day": day.day, "month": day.month, "year": day.year}
    typed = {f"sent_on-{part}": str(value) for part, value in parts.items()} | {"how": "Post"}
    unsaid = client.post(f"{done.location}sent", data=typed | {f"told_on-{part}": "" for part in parts})
    assert (unsaid.status_code, "Enter the day as day, month and year" in unsaid.text) == (400, True)
    sent = client.post(
        f"{done.location}sent", data=typed | {f"told_on-{part}": str(value) for part, value in parts.items()}
    )
    assert sent.status_code == 302
    assert "Sent" in words(client.get(f"/cases/{case}/letters/").text)


def test_a_wording_is_tried_on_an_example_and_kept_only_when_it_is_saved(made):
    client, team = made.signed_in("chair"), made.teams["lung"]
    day = {"starts-day": "1", "starts-month": "6", "starts-year": "2099"}
    address = f"/teams/{team}/letters/gp/"
    tried = client.post(address, data=day | {"text": "# Hello {patient}", "act": "look"})
    assert "Hello Jane Example" in words(tried.text)
    wrong = client.post(address, data=day | {"text": "# Hello {nobody}", "act": "save"})
    assert (wrong.status_code, "Nothing is called" in wrong.text) == (400, True)
    assert client.post(address, data=day | {"text": "# Hello {patient}", "act": "save"}).status_code == 302
    assert "From 1 June 2099 Version 1 Dr Amara Osei" in words(client.get(address).text)
