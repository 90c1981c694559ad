"""A Tuesday colorectal meeting of 25 cases in real browsers, from the first referral to what became of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system import tuesday_cast as cast
from tests.system.keyboard import MOST_KEYS, Keyboard
from tests.system.test_pages_axe import serious
from tests.system.tuesday import TUESDAY, Tuesday, a_tuesday

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def tuesday(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tuesday]:
    with a_tuesday(tmp_path_factory.mktemp("tuesday"), browser) as place:
        yield place


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def fill_day(page: Page, field: str, day: str) -> None:
    """Day, month and year with spaces between, into the three boxes of a field."""
    for part, value in zip(("day", "month", "year"), day.split(), strict=True):
        page.locator(f"[name={field}-{part}]").fill(value)


def choose(page: Page, label: str, answer: str) -> None:
    """As a person does: they are in the field when they choose, and have left the one before."""
    page.get_by_label(label).focus()
    page.get_by_label(label).select_option(answer)


def begin_referral(page: Page, nhs: str) -> None:
    page.goto("/referrals/new/")
    page.get_by_label("To which team").select_option(label=cast.TEAM)
    page.get_by_label("NHS number").fill(nhs)
    press(page, "Find the patient")


def as_sent(page: Page) -> dict[str, str]:
    """The form of a page as it would be sent."""
    told: dict[str, str] = page.evaluate("Object.fromEntries(new FormData(document.querySelector('main form')))")
    return told


def kept(page: Page, field: str) -> None:
    """The field was saved by itself as it was left."""
    expect(page.locator(f"[data-field={field}] [data-said]")).to_have_text("Kept")


def the_referral_of(tuesday: Tuesday, who: str, family: str) -> Page:
    """Found by somebody of the team in its inbox."""
    page = tuesday.desk(who, f"/teams/{tuesday.team}/referrals/")
    page.get_by_role("link", name=re.compile(family, re.IGNORECASE)).click()
    return page


def test_a_referral_is_kept_field_by_field_and_comes_back_with_what_is_missing(tuesday: Tuesday) -> None:
    family, question = "Prydderch-Jones", "Rectal cancer at 8 cm. Radiotherapy before surgery?"
    referrer = tuesday.desk("referrer")
    begin_referral(referrer, tuesday.numbers[family])
    referrer.get_by_label("Family name").fill(family)
    referrer.get_by_label("Given name").fill("Eirlys")
    fill_day(referrer, "born", "14 3 1951")
    referrer.get_by_label("Female", exact=True).check()
    referrer.get_by_label(re.compile("were verified")).check()
    press(referrer, "Add this patient")
    press(referrer, f"Refer {family.upper()}, Eirlys")

    # Each field is kept as it is left, and is there again after the page was closed in the middle.
    referrer.get_by_label("Clinical question").fill(question)
    choose(referrer, "Urgency", "next")
    kept(referrer, "question")
    choose(referrer, "How the patient came onto the pathway", "urgent")
    fill_day(referrer, "received", "3 11 2026")
    choose(referrer, "Rockwood Clinical Frailty Scale", "3")
    for field in ("urgency", "kind", "received"):
        kept(referrer, field)
    referrer.get_by_label("History in brief").focus()
    kept(referrer, "cfs")
    referrer.goto("/referrals/")
    referrer.get_by_role("link", name=re.compile(family, re.IGNORECASE)).click()
    expect(referrer.get_by_label("Clinical question")).to_have_value(question)
    expect(referrer.locator("[name=received-year]")).to_have_value("2026")

    # A day that lies ahead is refused at its field, and what was typed stays.
    fill_day(referrer, "first_seen", "3 11 2027")
    referrer.get_by_label("History in brief").focus()
    expect(referrer.locator("[data-field=first_seen] [data-said]")).to_contain_text("cannot lie in the future")
    expect(referrer.locator("[name=first_seen-year]")).to_have_value("2027")
    fill_day(referrer, "first_seen", "10 11 2026")

    # Sent without what the team must know, it comes back at once and says what.
    press(referrer, "Send to the team")
    summary = referrer.get_by_role("alert")
    expect(summary).to_contain_text("WHO performance status is missing.")
    expect(summary).to_contain_text("Does the patient know of this referral? is missing.")
    choose(referrer, "WHO performance status", "1")
    choose(referrer, "Does the patient know of this referral?", "yes")
    press(referrer, "Send to the team")
    expect(referrer.locator("[aria-current=step]")).to_contain_text("Sent")

    # A form that is complete may still lack what the coordinator knows the team will ask.
    coordinator = the_referral_of(tuesday, "coordinator", family)
    press(coordinator, "Return it")
    expect(coordinator.get_by_role("alert")).to_contain_text("Say what is to be done before it can be listed.")
    coordinator.get_by_label("Reason").fill("When was the pelvic MRI, and where?")
    press(coordinator, "Return it")
    referrer.goto("/referrals/")
    referrer.get_by_role("link", name=re.compile(family, re.IGNORECASE)).click()
    expect(referrer.get_by_role("main")).to_contain_text("When was the pelvic MRI, and where?")
    press(referrer, "Complete it")
    fill_day(referrer, "imaging-0-date", "12 11 2026")
    referrer.get_by_label("Trust, line 1").first.select_option("RMC")
    choose(referrer, "Kind, line 1", "MR")
    press(referrer, "Send to the team")

    # Listed with nothing typed twice; whoever referred sees where it stands, and no more.
    the_referral_of(tuesday, "coordinator", family)
    press(coordinator, "Accept and list")
    coordinator.goto(tuesday.agenda)
    row = coordinator.locator(f"#case-{tuesday.case(family)}")
    expect(row).to_contain_text(question)
    expect(row).to_contain_text(f"from {cast.PEOPLE['referrer'][0]}")
    referrer.reload()
    referrer.goto("/referrals/")
    expect(referrer.get_by_role("article").filter(has_text=question).locator("[aria-current=step]")).to_contain_text(
        "For 24-Nov-2026"
    )
    assert referrer.goto(tuesday.agenda).status == 404  # type: ignore[union-attr]


def test_what_the_coordinator_refuses_the_chair_lets_through_and_both_say_why(tuesday: Tuesday) -> None:
    family = "Żurawska"
    referrer = tuesday.desk("referrer")
    begin_referral(referrer, tuesday.numbers[family])
    press(referrer, "Refer ")
    referrer.get_by_label("Clinical question").fill("Polyp in the sigmoid: is there anything to decide?")
    choose(referrer, "Urgency", "soon")
    choose(referrer, "How the patient came onto the pathway", "routine")
    choose(referrer, "WHO performance status", "0")
    choose(referrer, "Rockwood Clinical Frailty Scale", "2")
    choose(referrer, "Does the patient know of this referral?", "yes")
    press(referrer, "Send to the team")
    expect(referrer.locator("[aria-current=step]")).to_contain_text("Sent")

    coordinator = the_referral_of(tuesday, "coordinator", family)
    assert coordinator.get_by_role("button", name="Let it through as chair").count() == 0
    address = coordinator.url
    coordinator.get_by_label("Reason").fill("Benign on the report: the polyp clinic decides this.")
    press(coordinator, "Do not list")
    expect(coordinator.locator("[aria-current=step]")).to_contain_text("Not listed")

    # Nobody but the chair brings it back: not whoever refused it, and not a nurse who may read it.
    nurse = tuesday.desk("nurse", address)
    expect(nurse.get_by_role("main")).to_contain_text("the polyp clinic decides this")
    assert nurse.get_by_role("heading", name="The team’s answer").count() == 0
    referral = address.rstrip("/").rsplit("/", 1)[1]
    told = tuesday.send_form("coordinator", f"/referrals/{referral}/decide", {"act": "override", "reason": "Because."})
    assert told.status_code == 403

    chair = tuesday.desk("chair", address)
    chair.get_by_label("Reason").fill("The patient has Lynch syndrome.")
    press(chair, "Let it through as chair")
    press(chair, "Accept and list")
    expect(chair.locator("[aria-current=step]")).to_contain_text("Listed")
    chair.get_by_text("Everything that happened to it").click()
    happened = chair.locator("details[open]")
    expect(happened).to_contain_text(f"not listed by {cast.PEOPLE['coordinator'][0]}. Benign on the report")
    expect(happened).to_contain_text(f"sent by {cast.PEOPLE['chair'][0]}. The patient has Lynch syndrome.")


def test_a_case_is_sorted_by_one_person_at_a_time_and_the_list_is_locked(tuesday: Tuesday) -> None:
    address = f"/cases/{tuesday.case(cast.USUAL)}/triage/"
    coordinator, nurse = (tuesday.desk(who, address) for who in ("coordinator", "nurse"))
    coordinator.get_by_label("Not ready to be discussed").check()
    press(coordinator, "Save the triage")
    expect(coordinator.get_by_role("alert")).to_contain_text("Say what is missing")
    coordinator.get_by_label("What is missing").fill("MMR result")
    coordinator.get_by_label("Who is to bring it").fill("Dr Inês Carvalho")
    press(coordinator, "Save the triage")
    row = coordinator.locator(f"#case-{tuesday.case(cast.USUAL)}")
    expect(row).to_contain_text("Not ready: MMR result. Dr Inês Carvalho is to bring it.")

    # The nurse still sees the page of before: she is told, and what she chose is still there.
    nurse.get_by_label("Full discussion").check()
    nurse.get_by_label("Who should be there (optional)").fill("oncologist")
    press(nurse, "Save the triage")
    expect(nurse.get_by_role("alert")).to_contain_text("Somebody sorted this case since you opened it")
    expect(nurse.get_by_label("Who should be there (optional)")).to_have_value("oncologist")
    nurse.goto(address)
    nurse.get_by_label("Full discussion").check()
    press(nurse, "Save the triage")
    expect(nurse.locator(f"#case-{tuesday.case(cast.USUAL)}")).to_contain_text("Full discussion")

    # Whoever locks the list has read whose images are missing.
    coordinator.goto(f"{tuesday.agenda}/lock")
    lacks = coordinator.get_by_role("row").filter(has_text=cast.IMAGES.upper())
    expect(lacks).to_contain_text("Bolton")
    press(coordinator, "Lock the list")
    expect(coordinator.get_by_role("alert")).to_contain_text("Confirm that the meeting goes ahead")
    coordinator.get_by_label(re.compile("I have read what is missing")).check()
    press(coordinator, "Lock the list")
    expect(coordinator.get_by_role("main")).to_contain_text("List locked")


def test_a_late_addition_waits_for_the_chair(tuesday: Tuesday) -> None:
    family = "Wolstenholme"
    tuesday.is_locked()
    coordinator = tuesday.desk("coordinator", tuesday.agenda)
    press(coordinator, "Late addition")
    coordinator.get_by_label("NHS number").fill(tuesday.numbers[family])
    press(coordinator, "Find the patient")
    coordinator.get_by_label("Clinical question").fill("Obstructed today: stent or operation?")
    press(coordinator, "Ask for a late addition of ")
    expect(coordinator.get_by_role("alert")).to_contain_text("Say why this cannot wait for the next meeting")
    expect(coordinator.get_by_label("Clinical question")).to_have_value("Obstructed today: stent or operation?")
    coordinator.get_by_label("Why this cannot wait").fill("Came in on Saturday with obstruction.")
    press(coordinator, "Ask for a late addition of ")
    waits = coordinator.get_by_role("region", name="1 late addition waits for the chair")
    expect(waits).to_contain_text(family.upper())
    assert waits.get_by_role("button").count() == 0, "only the chair approves"

    chair = tuesday.desk("chair", tuesday.agenda)
    chair.get_by_role("button", name=re.compile(f"Approve.*{family.upper()}")).click()
    row = chair.locator(f"#case-{tuesday.case(family)}")
    expect(row).to_contain_text(f"Late addition, approved by {cast.PEOPLE['chair'][0]}")
    expect(chair.locator("tr[id^=case-]")).to_have_count(25)


def test_standards_of_care_are_ratified_in_one_act_but_for_the_one_that_somebody_promotes(tuesday: Tuesday) -> None:
    tuesday.is_open()
    chair, nurse = (tuesday.room(who, "Agenda") for who in ("chair", "nurse"))
    listed, theirs = (page.get_by_role("region", name="On a standard of care") for page in (chair, nurse))
    expect(listed.get_by_role("button", name="Ratify all 5")).to_be_visible()
    assert theirs.get_by_role("button", name=re.compile("^Ratify")).count() == 0
    agenda = tuesday.ask("chair", f"{tuesday.agenda}/agenda.json").json()
    read = [one["standard"]["seen"] for one in agenda["cases"] if one["standard"] is not None]
    assert tuesday.ask("nurse", f"{tuesday.agenda}/ratify.json", {"seen": read}).status_code == 403

    # Anybody of the team may say that one is to be discussed; what the chair had read is then no longer what there is.
    promoted = theirs.get_by_role("listitem").filter(has_text=cast.PROMOTED.upper())
    promoted.get_by_label("Discuss it after all, because").fill("She is pregnant.")
    promoted.get_by_role("button", name="Promote").click()
    expect(listed.get_by_role("button", name="Ratify all 4")).to_be_visible()
    told = tuesday.ask("chair", f"{tuesday.agenda}/ratify.json", {"seen": read})
    assert (told.status_code, told.json()["code"]) == (409, "stale")
    assert "are not those you were shown" in told.json()["message"]

    listed.get_by_role("button", name="Ratify all 4").click()
    expect(theirs.get_by_text(f"Ratified by {cast.PEOPLE['chair'][0]}")).to_have_count(4)
    discussed = chair.locator(".agenda-case").filter(has_text=cast.PROMOTED.upper())
    expect(discussed).to_contain_text(f"Promoted to full discussion by {cast.PEOPLE['nurse'][0]}: She is pregnant.")
    too_late = f"/cases/{tuesday.case(cast.ON_A_STANDARD[0])}/promote.json"
    assert "has ratified" in tuesday.ask("nurse", too_late, {"reason": "Wait."}).json()["message"]


def type_what_is_said(keys: Keyboard) -> None:
    """On the colorectal proforma: fields in their order, a letter for a choice, a key for what is offered."""
    keys.fill([
        ("ps", "1"), ("site", "L"), ("mmr", "P"), ("staged", "S"), ("ct", "T3"), ("cn", "N1"), ("cm", "M0"),
        ("edition", "TNM 8"), ("emergency", "N"), ("decision", "R"), ("intent", "C"),
    ])  # fmt: skip
    keys.to("treatments")
    keys.press("Space")
    keys.fill(
        [
            ("rationale", "Resectable, no spread."),
            ("trial", "N"),
            ("views_known", "K"),
            ("views", "Near home."),
            ("responsible", "Miss Probert"),
        ]
    )
    keys.to("actions")
    keys.type("Book colectomy")
    keys.press("Tab")
    keys.type("Sister Quaye")
    keys.take()
    keys.to("tell_who")
    keys.type("Sister Quaye")
    keys.to("tell_by")
    keys.take()


def test_a_usual_case_is_typed_while_it_is_spoken_and_checked_by_another_before_it_can_be_signed(
    tuesday: Tuesday,
) -> None:
    tuesday.is_open()
    tuesday.discuss(cast.USUAL)
    coordinator, nurse, chair = (tuesday.room(who, "Outcome") for who in ("coordinator", "nurse", "chair"))
    began, keys = monotonic(), Keyboard(coordinator)
    coordinator.get_by_label("In brief").focus()
    type_what_is_said(keys)
    expect(coordinator.locator(".outcome-complete")).to_contain_text("Complete")
    expect(coordinator.locator(".outcome-standing")).to_contain_text("Saved")
    print(f"A usual colorectal case: {keys.keys} keys, {monotonic() - began:.1f} s")
    assert keys.keys < MOST_KEYS

    # Everybody sees what was typed; those who may not type have nothing to type in.
    said = "Left colon, MMR proficient, cT3, cN1, cM0, TNM 8: recommend surgery, curative intent"
    for page in (nurse, chair):
        expect(page.locator(".outcome-sentence")).to_contain_text(said, ignore_case=True)
    assert nurse.locator(".outcome-panel").get_by_role("textbox").count() == 0

    # Not checked, it is not signed; and whoever typed it does not check it.
    press(chair, "Sign…")
    press(chair, f"Sign for {cast.USUAL.upper()}, Alex")
    expect(chair.locator(".outcome-problem")).to_contain_text("somebody who did not type this outcome checks it")
    press(coordinator, "I have read it: it is right")
    expect(coordinator.locator(".outcome-problem")).to_contain_text("You typed in this outcome")

    # What is typed after the check has not been checked.
    press(nurse, "I have read it: it is right")
    for page in (nurse, chair, coordinator):
        expect(page.get_by_text(f"Checked by {cast.PEOPLE['nurse'][0]}")).to_be_visible()
    coordinator.get_by_label("Rationale").fill("Resectable, no spread, fit.")
    expect(nurse.get_by_text(f"Checked by {cast.PEOPLE['nurse'][0]}")).to_have_count(0)
    press(nurse, "I have read it: it is right")
    expect(chair.get_by_text(f"Checked by {cast.PEOPLE['nurse'][0]}")).to_be_visible()


def test_the_referral_is_read_beside_the_case_and_an_owner_is_chosen_with_keys_alone(tuesday: Tuesday) -> None:
    tuesday.is_open()
    tuesday.discuss(cast.BESIDE)
    page = tuesday.room("coordinator", "Outcome")
    page.get_by_text("As it was referred").click()
    expect(page.locator(".referral-body")).to_contain_text("WHO performance status")

    # What was referred is offered as that, and is nobody's answer yet.
    offered = page.locator("[data-field=ps] .outcome-suggestion")
    expect(offered).to_contain_text("As referred by")
    assert page.locator("[data-field=ps] input:checked").count() == 0

    page.get_by_label("Action 1: what is to be done").fill("Book colectomy")
    owner = page.get_by_role("combobox", name="Action 1: owner")
    owner.focus()
    page.keyboard.type(cast.PEOPLE["nurse"][0].split()[-1][:3])
    choice = page.get_by_role("option", name=cast.PEOPLE["nurse"][0])
    expect(choice).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(choice).to_have_attribute("aria-selected", "true")
    expect(owner).to_have_attribute("aria-activedescendant", choice.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(owner).to_have_value(cast.PEOPLE["nurse"][0])
    expect(owner).to_have_attribute("aria-expanded", "false")
    tuesday.room("coordinator")  # it is kept by then
    told = tuesday.ask("chair", f"/cases/{tuesday.case(cast.BESIDE)}/outcome/now.json").json()["outcome"]
    assert len(told["form"]["actions"][0]["person"]) == 32
    page.get_by_role("button", name="Remove action 1").click()
    page.get_by_text("As it was referred").click()


def test_two_recorders_at_once_never_lose_a_word(tuesday: Tuesday) -> None:
    tuesday.is_open()
    tuesday.discuss(cast.BESIDE)
    pages = coordinator, deputy = [tuesday.room(who, "Outcome") for who in ("coordinator", "deputy")]

    # Two fields, a word each in turn.
    coordinator.get_by_label("In brief").focus()
    deputy.get_by_label("Rationale").focus()
    for pair in (("Seen", "Stent"), (" in", " it"), (" Bolton.", " first.")):
        for page, word in zip(pages, pair, strict=True):
            page.keyboard.type(word)
    for page in pages:
        expect(page.get_by_label("In brief")).to_have_value("Seen in Bolton.")
        expect(page.get_by_label("Rationale")).to_have_value("Stent it first.")

    # One field: both lines are slow, so that neither knows of the other. The later is told, and shown both.
    mine, yours = "Stent in 2024.", "On apixaban."
    field = "Comorbidity that bears on the decision"
    for page, text in zip(pages, (mine, yours), strict=True):
        hold_up(page)
        page.get_by_label(field).fill(text)
        until_typed(page)
    let_go(coordinator)
    expect(coordinator.locator(".outcome-standing")).to_contain_text("Saved")
    let_go(deputy)
    trouble = deputy.locator("[data-field=comorbidity]").get_by_role("alert")
    expect(trouble).to_contain_text(f"{cast.PEOPLE['coordinator'][0]} changed this while you were typing.")
    expect(trouble).to_contain_text(mine)
    expect(deputy.get_by_label(field)).to_have_value(yours)
    deputy.get_by_label(field).fill(f"{mine} {yours}")
    trouble.get_by_role("button", name="Keep mine").click()
    for page in pages:
        expect(page.get_by_label(field)).to_have_value(f"{mine} {yours}")
    held = tuesday.outcome(cast.BESIDE)
    assert held is not None
    assert held.form["comorbidity"] == f"{mine} {yours}"
    assert len(held.typists) == 2


def hold_up(page: Page) -> None:
    """From now on what is typed waits on its way."""
    page.evaluate("window.heldUp = []")


def until_typed(page: Page) -> None:
    page.wait_for_function("() => window.heldUp.length > 0")


def let_go(page: Page) -> None:
    page.evaluate("() => { const held = window.heldUp; window.heldUp = null; for (const send of held) send(); }")


def test_what_is_typed_for_a_case_that_the_meeting_has_left_is_refused_and_kept(tuesday: Tuesday) -> None:
    tuesday.is_open()
    tuesday.discuss(cast.MOVED_ON)
    coordinator = tuesday.room("coordinator", "Outcome")
    name, typed = coordinator.locator(".banner-name"), "Not fit for an anaesthetic."
    expect(name).to_have_text(f"{cast.MOVED_ON.upper()}, Alex")
    hold_up(coordinator)
    coordinator.get_by_label("Rationale").fill(typed)
    until_typed(coordinator)
    tuesday.discuss(cast.NEXT)
    expect(name).to_have_text(f"{cast.NEXT.upper()}, Alex")
    let_go(coordinator)
    left = coordinator.locator(".outcome-left")
    expect(left).to_contain_text(f"Not saved for {cast.MOVED_ON.upper()}, Alex, another patient")
    expect(coordinator.get_by_label("Rationale")).to_have_value("")

    # Nor does anything reach either patient by a page that stayed behind, or one that mixes them up.
    word = {"field": "rationale", "value": "Operate."}
    behind = f"/cases/{tuesday.case(cast.MOVED_ON)}/outcome/set.json"
    told = tuesday.ask("deputy", behind, tuesday.bound(cast.MOVED_ON) | word)
    assert (told.status_code, told.json()["code"]) == (409, "stale")
    assert "The meeting has moved on to another case, so nothing was saved." in told.json()["message"]
    mixed = f"/cases/{tuesday.case(cast.NEXT)}/outcome/set.json"
    told = tuesday.ask("deputy", mixed, tuesday.bound(cast.MOVED_ON) | word)
    assert (told.status_code, told.json()["code"]) == (409, "stale")
    assert "bound to another patient" in told.json()["message"]
    assert tuesday.outcome(cast.MOVED_ON) is tuesday.outcome(cast.NEXT) is None

    # The case is opened again: what was typed is there, and is saved by itself.
    tuesday.discuss(cast.MOVED_ON)
    expect(coordinator.get_by_label("Rationale")).to_have_value(typed)
    expect(tuesday.room("nurse", "Outcome").locator("[data-field=rationale]")).to_contain_text(typed)
    expect(left).to_have_count(0)


def test_missing_images_of_another_trust_defer_a_case_which_goes_to_the_next_list_by_itself(tuesday: Tuesday) -> None:
    tuesday.is_open()
    tuesday.discuss(cast.IMAGES)
    coordinator, nurse, chair = (tuesday.room(who, "Outcome") for who in ("coordinator", "nurse", "chair"))
    coordinator.get_by_label("Defer to a later meeting").check()
    coordinator.get_by_label("Images missing").check()
    coordinator.get_by_label("Responsible clinician").fill(cast.PEOPLE["chair"][0])
    coordinator.get_by_label("Action 1: what is to be done").fill("Ask Bolton for the whole CT")
    coordinator.get_by_role("combobox", name="Action 1: owner").fill(cast.PEOPLE["coordinator"][0])
    coordinator.get_by_title("5 working days").click()
    coordinator.locator("[data-field=views_known]").get_by_label("Not known").check()
    coordinator.get_by_label("Who tells the patient").fill(cast.PEOPLE["nurse"][0])
    coordinator.locator("[data-field=tell_by] .outcome-suggestions button").click()
    press(nurse, "I have read it: it is right")
    expect(chair.get_by_text("Checked by")).to_be_visible()
    press(chair, "Sign…")
    press(chair, f"Sign for {cast.IMAGES.upper()}, Alex")
    expect(chair.locator(".outcome-signature")).to_be_visible()

    # Nobody lists it again: the next list has it, with the trust that has the images, and the study.
    coordinator = tuesday.desk("coordinator", f"/meetings/{tuesday.next_meeting}")
    row = coordinator.locator(f"#case-{tuesday.case(cast.IMAGES, meeting=tuesday.next_meeting)}")
    expect(row).to_contain_text("Carried over once, last from 24-Nov-2026: images missing (CT abdomen and pelvis")
    expect(row).to_contain_text("RMC)")
    told = tuesday.send_form(
        "coordinator", f"/cases/{tuesday.case(cast.IMAGES)}/move/", {"what": "defer", "reason": "time"}
    )
    assert "has left this list already" in told.text


def test_a_quorum_that_is_lost_in_the_middle_holds_up_the_signature_and_nothing_else(tuesday: Tuesday) -> None:
    tuesday.is_open()
    chair = tuesday.room("chair", "Outcome")
    tuesday.hangs_up("pathologist")
    tuesday.passes(timedelta(minutes=1))  # longer than a line may take to come back
    tuesday.decide(cast.QUORATE)
    quorum = chair.locator(".quorum")
    expect(quorum).to_have_text(
        f"Not quorate No pathologist is here: {cast.PEOPLE['pathologist'][0]} was invited. Signing waits for them."
    )
    assert serious(chair) == []
    press(chair, "Sign…")
    press(chair, f"Sign for {cast.QUORATE.upper()}, Alex")
    expect(chair.locator(".outcome-problem")).to_contain_text("asks for a quorum before this. No pathologist is here")
    assert chair.locator(".outcome-signature").count() == 0

    tuesday.crowd.do(tuesday.sockets["pathologist"].join())
    expect(quorum).to_have_count(0)
    press(chair, "Sign…")
    press(chair, f"Sign for {cast.QUORATE.upper()}, Alex")
    expect(chair.locator(".outcome-signature")).to_contain_text(f"Signed by {cast.PEOPLE['chair'][0]}")
    assert tuesday.ask("coordinator", f"/cases/{tuesday.case(cast.QUORATE)}/outcome/").is_success


def test_the_chair_signs_at_the_end_what_she_has_read_and_nothing_that_changed_since(tuesday: Tuesday) -> None:
    tuesday.is_decided()
    chair = tuesday.desk("chair", tuesday.agenda)
    chair.get_by_text("Close the meeting").first.click()
    press(chair, "Close the meeting for good")
    expect(chair.get_by_role("main")).to_contain_text("Closed")

    # Only the chair signs; whoever observes does not see the page.
    address = f"{tuesday.agenda}/sign-off/"
    nurse = tuesday.desk("nurse", address)
    assert nurse.get_by_role("button", name="Sign what is ticked").count() == 0
    assert tuesday.send_form("coordinator", address, {"act": "outcome.sign"}).status_code == 403
    assert tuesday.ask("student", address).status_code == 403

    # She has ticked them all. Meanwhile the deputy corrects one on its page: that one waits, the others are signed.
    chair.goto(address)
    ticks = chair.get_by_role("checkbox")
    count = ticks.count()
    assert count >= 12
    for tick in ticks.all():
        tick.check()
    deputy = tuesday.desk("deputy", f"/cases/{tuesday.case(cast.NEXT)}/outcome/complete")
    deputy.get_by_label("Rationale").fill("The chest has not been imaged, and the liver is to be looked at again.")
    expect(deputy.locator(".outcome-standing")).to_contain_text("Saved")
    press(chair, "Sign what is ticked")
    refused = chair.get_by_role("alert")
    expect(refused.get_by_role("listitem")).to_have_count(1)
    expect(refused).to_contain_text(f"{cast.NEXT.upper()}, Alex: The outcome changed since you read it")
    expect(chair.get_by_role("status").filter(has_text="Signed:")).not_to_contain_text(cast.NEXT.upper())
    expect(chair.get_by_role("heading", name=re.compile(r"^Signed \("))).to_be_visible()

    # It wants a new check, and not by whoever corrected it.
    corrected = chair.get_by_role("article", name=re.compile(cast.NEXT.upper()))
    expect(corrected).to_contain_text("Waits for a check")
    nurse.goto(address)
    nurse.get_by_label(f"I have read this outcome of {cast.NEXT.upper()}, Alex").check()
    press(nurse, "Mark what is ticked as checked")
    expect(nurse.get_by_role("status").filter(has_text="Checked:")).to_contain_text(cast.NEXT.upper())
    chair.goto(address)
    chair.get_by_label(f"I have read this outcome of {cast.NEXT.upper()}, Alex").check()
    press(chair, "Sign what is ticked")
    expect(chair.get_by_role("main")).to_contain_text("No outcome waits for a signature.")

    # Whom the meeting did not come to is on the next list, and the figure nobody else has names the trust.
    chair.goto(f"/meetings/{tuesday.next_meeting}")
    row = chair.locator(f"#case-{tuesday.case(cast.NOT_REACHED, meeting=tuesday.next_meeting)}")
    expect(row).to_contain_text("Carried over once, last from 24-Nov-2026: out of time")
    chair.goto(f"/teams/{tuesday.team}/reports/?from=2026-11-24&to=2026-11-24")
    by_trust = chair.get_by_role("table", name="Missing images, by the trust that has them")
    if tuesday.outcome(cast.IMAGES).form["decision"] == "defer":  # type: ignore[union-attr]
        expect(chair.get_by_role("main")).to_contain_text("were delayed because another trust’s images were missing")
        by_trust.get_by_role("link", name="Bolton").click()
        expect(chair.get_by_role("row").filter(has_text=cast.IMAGES.upper())).to_contain_text("RMC")


def test_cosd_takes_every_listing_of_the_day_once_its_site_is_said(tuesday: Tuesday) -> None:
    tuesday.is_signed()
    address, listings = f"/teams/{tuesday.team}/cosd/?from=2026-11-24&to=2026-11-24", tuesday.listings
    coordinator = tuesday.desk("coordinator", address)
    main = coordinator.get_by_role("main")
    expect(main).to_contain_text(
        f"{listings} listings from 24 November 2026 to 24 November 2026: 0 can be sent as they are"
    )
    wrong = coordinator.get_by_role("table", name="What would be refused, and by which rule")
    expect(wrong).to_contain_text(f"{cast.USUAL.upper()}, Alex")
    expect(wrong).to_contain_text("CR3090")
    coordinator.get_by_label("The site’s ODS code").fill("RM3")
    press(coordinator, "Set the site")
    expect(coordinator.get_by_role("alert")).to_contain_text("A trust’s own has only three")
    coordinator.get_by_label("The site’s ODS code").fill("RM301")
    fill_day(coordinator, "starts", "24 11 2026")
    press(coordinator, "Set the site")

    coordinator.goto(address)
    expect(main).to_contain_text(f"{listings} can be sent as they are.")
    expect(wrong).to_have_count(0)
    period = "from=2026-11-24&to=2026-11-24"
    records = tuesday.ask("coordinator", f"/teams/{tuesday.team}/cosd/sections.json?{period}").json()["records"]
    assert len(records) == listings
    assert not any(one["problems"] for one in records)
    assert {one["mdt"]["CR3090"] for one in records} == {"RM301"}
    table = tuesday.ask("coordinator", f"/teams/{tuesday.team}/cosd/sections.csv?{period}").text
    assert len(table.strip().splitlines()) == listings + 1
    assert tuesday.ask("nurse", f"/teams/{tuesday.team}/cosd/").status_code == 403


def test_letters_follow_the_outcome_and_an_amendment_calls_for_new_ones(tuesday: Tuesday) -> None:
    tuesday.is_signed()
    case = f"/cases/{tuesday.case(cast.AMENDED)}"
    coordinator = tuesday.desk("coordinator", f"{case}/letters/new/gp/")
    preview = coordinator.get_by_role("region", name="What it will say")
    expect(preview).to_contain_text("The chest has not been imaged.")
    press(coordinator, "Make the letter")
    expect(coordinator.get_by_role("alert")).to_contain_text("Enter who the letter is for")
    coordinator.get_by_label("To", exact=True).fill("Dr Gwenllian Parry")
    press(coordinator, "Make the letter")
    pdf = coordinator.get_by_role("link", name="Open the PDF").get_attribute("href")
    assert pdf is not None
    assert tuesday.ask("coordinator", pdf).content.startswith(b"%PDF")
    coordinator.get_by_label("Secure e-mail").check()
    press(coordinator, "Record as sent")
    expect(coordinator.get_by_role("main")).to_contain_text("Sent")

    # Nobody learns of a decision from a letter: the patient's waits until somebody has said when they were told.
    coordinator.goto(f"{case}/letters/new/patient/")
    expect(coordinator.get_by_role("region", name="What it will say")).to_contain_text("Alex")
    press(coordinator, "Make the letter")
    coordinator.get_by_label("Given by hand").check()
    press(coordinator, "Record as sent")
    expect(coordinator.get_by_role("alert")).to_contain_text("Enter the day as day, month and year")
    expect(coordinator.get_by_label("Given by hand")).to_be_checked()
    fill_day(coordinator, "told_on", "24 11 2026")
    press(coordinator, "Record as sent")
    expect(coordinator.get_by_role("row", name=re.compile("by hand"))).to_be_visible()

    # Only the chair amends, and only with a reason. What was signed stays in force until the next is signed.
    assert tuesday.ask("nurse", f"{case}/outcome/amend").status_code == 403
    chair = tuesday.desk("chair", f"{case}/outcome/amend")
    press(chair, f"Amend for {cast.AMENDED.upper()}, Alex")
    expect(chair.get_by_role("alert")).to_contain_text("Give the reason for the amendment")
    chair.get_by_label("Why is it amended?").fill("The chest CT was at Bolton all along.")
    twice = as_sent(chair)
    press(chair, f"Amend for {cast.AMENDED.upper()}, Alex")
    expect(chair.get_by_text("not signed, not to be acted on")).to_be_visible()
    told = tuesday.send_form("chair", f"{case}/outcome/amend", twice)
    assert told.status_code == 409, "the same page sent twice begins no second amendment"
    coordinator.goto(f"{case}/outcome/complete")
    coordinator.get_by_label("Rationale").fill("The chest is clear.")
    expect(coordinator.locator(".outcome-standing")).to_contain_text("Saved")
    address = f"{tuesday.agenda}/sign-off/"
    nurse = tuesday.desk("nurse", address)
    amendment = nurse.get_by_role("article", name=re.compile(cast.AMENDED.upper()))
    expect(amendment).to_contain_text("Amended because: The chest CT was at Bolton all along.")
    expect(amendment.get_by_role("row", name="Rationale")).to_contain_text("The chest is clear.")
    amendment.get_by_role("checkbox").check()
    press(nurse, "Mark what is ticked as checked")
    chair.goto(address)
    chair.get_by_label(f"I have read this outcome of {cast.AMENDED.upper()}, Alex").check()
    press(chair, "Sign what is ticked")
    chair.goto(f"{case}/outcome/")
    expect(chair.get_by_role("main")).to_contain_text(
        "Version 2, amended because: The chest CT was at Bolton all along."
    )
    chair.get_by_text(f"Version 1, signed by {cast.PEOPLE['chair'][0]}").click()
    expect(chair.get_by_role("main")).to_contain_text("The chest has not been imaged.")

    # Two letters went out about what no longer holds.
    coordinator.goto(f"{case}/letters/")
    expect(coordinator.get_by_role("main")).to_contain_text("2 letters went out about an earlier version")
    coordinator.goto(f"{case}/letters/new/gp/")
    expect(coordinator.get_by_label("To", exact=True)).to_have_value("Dr Gwenllian Parry")
    expect(preview).to_contain_text("The chest is clear.")
    press(coordinator, "Make the letter")
    expect(coordinator.get_by_role("main")).to_contain_text("of version 2 of the outcome")


def test_the_patient_is_told_treatment_begins_and_after_eight_weeks_somebody_asks(tuesday: Tuesday) -> None:
    tuesday.is_signed()
    follow = f"/cases/{tuesday.case(cast.USUAL)}/follow-through/"
    nurse = tuesday.desk("nurse", follow)
    fill_day(nurse, "told", "23 11 2026")
    press(nurse, "The patient was told")
    expect(nurse.get_by_role("alert")).to_contain_text("That day is before the meeting that decided it.")
    fill_day(nurse, "told", "24 11 2026")
    press(nurse, "The patient was told")
    expect(nurse.get_by_role("region", name="Patient told")).to_contain_text(cast.PEOPLE["nurse"][0])
    assert tuesday.ask("student", follow).status_code == 403

    # What the outcome asks to be done is on the list of those who do it; somebody closes it, with a word.
    nurse.goto("/actions")
    row = nurse.get_by_role("row").filter(has_text=cast.USUAL.upper())
    row.get_by_label("Note on").fill("Tenth of December.")
    row.get_by_role("button", name="Done").click()
    expect(nurse.get_by_role("region", name="Closed lately")).to_contain_text("Tenth of December.")
    expect(row).to_have_count(0)

    # Seventeen days later treatment begins; nobody is asked yet whether it was carried out.
    tuesday.it_is(TUESDAY + timedelta(days=17))
    nurse.goto(follow)
    press(nurse, "Treatment has started")
    expect(nurse.get_by_role("region", name="Treatment started")).to_contain_text("11 December 2026")
    nurse.goto("/actions")
    assert nurse.get_by_role("heading", name="Was it done?").count() == 0

    tuesday.it_is(TUESDAY + timedelta(weeks=8, hours=2))
    nurse.goto("/actions")
    asked = nurse.get_by_role("region", name="Was it done?")
    asked.get_by_role("link", name=cast.USUAL.upper()).click()
    nurse.get_by_label("Done, but changed").check()
    press(nurse, "Record what came of it")
    expect(nurse.get_by_role("alert")).to_contain_text("Say why it was not carried out as decided.")
    expect(nurse.get_by_label("Done, but changed")).to_be_checked()
    nurse.get_by_label("The patient’s choice").check()
    press(nurse, "Record what came of it")
    expect(nurse.get_by_role("region", name="Was it carried out?")).to_contain_text(
        "19 January 2027: Done, but changed (the patient’s choice)"
    )
    expect(nurse.get_by_role("main")).to_contain_text("Closed")
    nurse.goto("/actions")
    assert asked.get_by_role("link", name=cast.USUAL.upper()).count() == 0


def test_axe_finds_nothing_serious_on_the_pages_of_the_day(tuesday: Tuesday) -> None:
    tuesday.is_signed()
    team, meeting = f"/teams/{tuesday.team}", tuesday.agenda
    usual, on_standard, ahead = (
        f"/cases/{case}"
        for case in (
            tuesday.case(cast.USUAL),
            tuesday.case(cast.ON_A_STANDARD[0]),
            tuesday.case(cast.NOT_REACHED, meeting=tuesday.next_meeting),
        )
    )
    referral = tuesday.referral(cast.USUAL)
    begin_referral(tuesday.desk("referrer"), tuesday.numbers[cast.NOT_REACHED])
    who_is_it = tuesday.desk("referrer")
    assert serious(who_is_it) == [], "is this the right patient"
    press(who_is_it, "Refer ")
    seen = {
        "referrer": ("/referrals/", "/referrals/new/", who_is_it.url, f"/referrals/{referral}/"),
        "coordinator": (
            meeting, f"/meetings/{tuesday.next_meeting}", f"{team}/referrals/", f"/referrals/{referral}/",
            f"{team}/referral-form/", f"{ahead}/triage/", f"{on_standard}/triage/", f"{ahead}/pathway/",
            f"{team}/standards/", f"{ahead}/move/", f"{team}/waiting/", f"{team}/reports/", f"{team}/series/",
            f"{meeting}/sign-off/", "/actions/", f"{usual}/follow-through/", f"{team}/proforma/", f"{team}/quorum/",
        ),
        "chair": (f"{usual}/outcome/amend",),
    }  # fmt: skip
    for who, addresses in seen.items():
        page = tuesday.desk(who)
        for address in addresses:
            page.set_viewport_size({"width": 1920, "height": 1080})
            answer = page.goto(address)
            assert answer is not None
            assert answer.ok, address
            assert page.evaluate("document.documentElement.scrollWidth") <= 1920, address
            page.set_viewport_size({"width": 1280, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280, address
            assert serious(page) == [], address
