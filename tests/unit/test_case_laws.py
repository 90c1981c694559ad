"""Whatever people do with a case, in whatever order: every state comes by the table, no case leaves every list unsaid.

Two teams of two trusts, three patients, and everything that may be done from a referral to the last action, by right
and wrong people. What is refused is refused in words: any other error fails the law.
"""

import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, select
from sqlalchemy.orm import Session, joinedload

from mdt.core.actor import system
from mdt.core.clock import in_london
from mdt.core.db import Database
from mdt.core.errors import MdtError
from mdt.letters import actions as letters
from mdt.letters.models import Letter
from mdt.meeting import actions as meetings
from mdt.meeting import progress, states
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving import carrying, leaving, transfers
from mdt.meeting.moving.models import Carry, LateAddition, Transfer
from mdt.meeting.triage import sorting
from mdt.meeting.triage.models import Ratification, Triage
from mdt.outcome import actions, follow_through, live_kinds, ratifying, standards
from mdt.outcome.actions import Binding
from mdt.outcome.completeness import missing
from mdt.outcome.models import Action, Outcome
from mdt.outcome.state import as_state
from mdt.outcome.team_proformas import by_key
from mdt.people.models import Team
from mdt.referral import along
from mdt.referral import queries as referrals
from mdt.trusts.models import Trust
from tests.unit.region import NOW, Region, a_region
from tests.unit.test_outcome import PLAN
from tests.unit.test_triage import SAID

LATER = [{"id": "00000000-0000-4000-8000-000000000001", "text": "Book", "owner": "Dr Member", "due": "2027-12-01"}]
WHOLE: dict[str, Any] = {**PLAN, "actions": LATER, "tell_by": "2027-12-01"}
DEFERRED = {
    **WHOLE,
    "decision": "defer",
    "deferral_reason": "pathology",
    "intent": None,
    "treatments": [],
    "rationale": "",
}
WEEK = timedelta(weeks=1)


@cache
def _template() -> tuple[Path, Region, str, dict[str, str]]:
    """Made once: the region, its two teams' ids by name, and a standard of care of each."""
    folder = Path(tempfile.mkdtemp(prefix="mdt-laws-"))
    with a_region(folder) as region, region.db.writing() as session:
        session.add(Trust(ods="RBV", name="The Christie", live_from=date(2020, 1, 1)))
        session.flush()
        breast = session.scalars(select(Team).where(Team.id != region.team)).one()
        breast.host_ods = "RBV"
        said: dict[str, Any] = SAID
        written = {
            team: standards.write(session, by=region[by], team_id=team, standard_id=None, now=NOW, **said).id
            for team, by in ((region.team, "chair"), (breast.id, "outsider"))
        }
        return folder, region, breast.id, written


class Days(RuleBasedStateMachine):
    """The days of two teams. Rules take places in lists, so that they always mean something that is there."""

    met: ClassVar[set[str]] = set()  # the states cases were in: a law about nothing is no law

    @initialize()
    def a_first_meeting_with_a_case(self) -> None:
        live_kinds.register()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        template, self.region, self.other, self.standards = _template()
        shutil.copytree(template, folder, dirs_exist_ok=True)
        self.db = Database(f"sqlite:///{folder / 'region.db'}")
        self.stack.callback(self.db.close)
        self.now, self.signed, self.owed = NOW, dict[str, Any](), dict[str, Any]()
        self.wrong: list[tuple[str, str]] = []
        event.listen(Case.status, "set", self.moved)
        self.stack.callback(event.remove, Case.status, "set", self.moved)
        self.plan(0)
        self.list_at_once("coordinator", 0, 0)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    def moved(self, _case: Case, to: str, before: Any, _initiator: Any) -> None:
        """Every change of every case, whoever makes it."""
        if isinstance(before, str) and before != to and not states.may_become(before, to):
            self.wrong.append((before, to))

    def attempt(self, act: Any, by: str, **what: Any) -> None:
        with suppress(MdtError), self.db.writing() as session:
            act(session, by=self.region[by], now=self.now, **what)

    def found(self, model: Any, at: int, *where: Any) -> Any:
        """One of what there is, in the order it came to be; None where there is none."""
        with self.db.reading() as session:
            order = {Case: Case.listed_at, Meeting: Meeting.starts_at, Outcome: Outcome.changed_at}.get(model, model.id)
            ids = list(session.scalars(select(model).where(*where).order_by(order, model.id)))
            return ids[at % len(ids)] if ids else None

    # Right people nine times of ten, so that days go far.
    chairs = st.sampled_from(["chair"] * 8 + ["coordinator", "member", "outsider", "observer"])
    coordinators = st.sampled_from(["coordinator"] * 7 + ["chair", "chair", "presenter", "outsider"])
    members = st.sampled_from(["member"] * 6 + ["chair", "coordinator", "observer", "outsider"])
    places = st.integers(0, 7)

    # Before the meeting

    @rule(weeks=st.integers(0, 3))
    def plan(self, weeks) -> None:
        what = {"team_id": self.region.team, "starts_at": self.now + weeks * WEEK + timedelta(hours=1)}
        self.attempt(meetings.plan, "chair", **what)

    @rule(weeks=st.integers(0, 2))
    def the_others_plan(self, weeks) -> None:
        what = {"team_id": self.other, "starts_at": self.now + weeks * WEEK + timedelta(hours=2)}
        self.attempt(meetings.plan, "outsider", **what)

    @rule()
    def a_week_passes(self) -> None:
        self.now += WEEK

    @rule(by=coordinators, meeting=places, patient=st.integers(0, 2))
    def list_at_once(self, by, meeting, patient) -> None:
        held = self.found(Meeting, meeting)
        what = {"patient_id": self.region.patients[patient].id, "clinical_question": "Resectable?"}
        self.attempt(along.list_at_once, by, meeting_id=held.id, **what)

    @rule(by=chairs, meeting=places, locks=st.booleans())
    def lock(self, by, meeting, locks) -> None:
        held = self.found(Meeting, meeting)
        with self.db.reading() as session:
            found = meetings.lacking(session, by=system("laws"), meeting_id=held.id, now=self.now)
        seen = {code for codes in found.values() for code in codes}
        if locks:
            self.attempt(meetings.lock_list, by, meeting_id=held.id, seen=seen)
        else:
            self.attempt(meetings.unlock_list, by, meeting_id=held.id)

    @rule(by=coordinators, meeting=places, patient=st.integers(0, 2))
    def ask_late(self, by, meeting, patient) -> None:
        what = {"patient_id": self.region.patients[patient].id, "question": "Urgent?", "reason": "Obstructed"}
        self.attempt(along.ask_late, by, meeting_id=self.found(Meeting, meeting).id, **what)

    @rule(by=chairs, late=places, approved=st.booleans())
    def decide_late(self, by, late, approved) -> None:
        if one := self.found(LateAddition, late):
            what = {"meeting_id": one.meeting_id, "late_id": one.id, "approved": approved, "why": "It can wait"}
            self.attempt(along.decide_late, by, **what)

    @rule(by=members, case=places, stream=st.sampled_from(["standard", "standard", "full", "not-ready"]))
    def sort(self, by, case, stream) -> None:
        one = self.found(Case, case)
        with self.db.reading() as session:
            team = session.get_one(Meeting, one.meeting_id).team_id
            seen = len(session.scalars(select(Triage.id).where(Triage.case_id == one.id)).all())
        more = {"standard_version_id": self.standards[team], "missing": "Histology", "owner": "Dr Member"}
        self.attempt(sorting.sort, by, case_id=one.id, seen=seen, stream=stream, **more)

    @rule(by=members, case=places)
    def promote(self, by, case) -> None:
        self.attempt(sorting.promote, by, case_id=self.found(Case, case).id, reason="Frail")

    # In the meeting

    @rule(by=coordinators, meeting=places)
    def open_meeting(self, by, meeting) -> None:
        self.attempt(meetings.open_meeting, by, meeting_id=self.found(Meeting, meeting).id)

    @rule(by=chairs, meeting=places)
    def close_meeting(self, by, meeting) -> None:
        held = self.found(Meeting, meeting, Meeting.status == progress.OPEN)
        if held is not None:
            self.attempt(meetings.close_meeting, by, meeting_id=held.id)

    @rule(by=chairs, meeting=places)
    def ratify(self, by, meeting) -> None:
        self.ratify_all(by, self.found(Meeting, meeting).id)

    def ratify_all(self, by: str, meeting_id: str) -> None:
        with self.db.reading() as session:
            seen = [one.seen for one in ratifying.proposals(session, self.region[by], meeting_id)]
        self.attempt(ratifying.ratify, by, meeting_id=meeting_id, seen=seen)

    @rule(by=chairs, case=places)
    def open_case(self, by, case) -> None:
        self.attempt(meetings.open_case, by, case_id=self.found(Case, case).id)

    @rule(by=coordinators, case=places, said=st.sampled_from([WHOLE, WHOLE, DEFERRED, {"decision": "refer"}]))
    def type_it(self, by, case, said) -> None:
        one = self.found(Case, case)
        for field, value in said.items():
            what = {"binding": self.bound(one), "revision": 1000, "field": field, "value": value}
            self.attempt(actions.set_field, by, **what)

    @rule(by=members, case=places)
    def check(self, by, case) -> None:
        self.on_newest(actions.check, by, case)

    @rule(by=chairs, case=places)
    def sign(self, by, case) -> None:
        self.on_newest(actions.sign, by, case)

    @rule(case=places, said=st.sampled_from([WHOLE, WHOLE, DEFERRED]))
    def decide(self, case, said) -> None:
        """As a good meeting does it."""
        self.attempt(meetings.open_meeting, "chair", meeting_id=self.found(Case, case).meeting_id)
        self.open_case("chair", case)
        self.type_it("coordinator", case, said)
        self.sign("chair", case)

    @rule(by=chairs, case=places)
    def amend(self, by, case) -> None:
        one = self.found(Case, case)
        self.attempt(actions.amend, by, binding=self.bound(one), reason="Histology changed")

    def on_newest(self, act: Any, by: str, case: int) -> None:
        one = self.found(Case, case)
        with self.db.reading() as session:
            newest = session.scalars(select(Outcome).where(Outcome.case_id == one.id).order_by(Outcome.version)).all()
        self.attempt(act, by, binding=self.bound(one), revision=newest[-1].revision if newest else 0)

    def bound(self, case: Case) -> Binding:
        with self.db.reading() as session:
            versions = session.scalars(select(Outcome.version).where(Outcome.case_id == case.id)).all()
        return Binding(case.meeting_id, case.id, case.patient_id, max(versions, default=1))

    # To another list

    @rule(by=coordinators, case=places, reason=st.sampled_from(["clinical", "patient", "images", "time"]))
    def defer(self, by, case, reason) -> None:
        what = {"reason": reason, "trust_ods": "RBV", "study": "CT chest"}
        self.attempt(leaving.defer, by, case_id=self.found(Case, case).id, **what)

    @rule(by=coordinators, case=places, meeting=places)
    def move(self, by, case, meeting) -> None:
        what = {"meeting_id": self.found(Meeting, meeting).id, "note": "He is away"}
        self.attempt(leaving.move, by, case_id=self.found(Case, case).id, **what)

    @rule(by=coordinators, carry=places)
    def drop(self, by, carry) -> None:
        if one := self.found(Carry, carry):
            self.attempt(leaving.drop, by, team_id=one.team_id, carry_id=one.id, why="He died")

    @rule(by=coordinators, case=places)
    def offer(self, by, case) -> None:
        what = {"to_team_id": self.other, "reason": "Is it yours?"}
        self.attempt(transfers.offer, by, case_id=self.found(Case, case).id, **what)

    @rule(by=coordinators, case=places)
    def take_back(self, by, case) -> None:
        self.attempt(transfers.take_back, by, case_id=self.found(Case, case).id)

    @rule(transfer=places, meeting=places, by=st.sampled_from(["outsider", "outsider", "chair"]), yes=st.booleans())
    def answer(self, transfer, meeting, by, yes) -> None:
        one, held = self.found(Transfer, transfer), self.found(Meeting, meeting, Meeting.team_id == self.other)
        if one is None:
            return
        this = {"team_id": self.other, "transfer_id": one.id}
        if yes and held is not None:
            self.attempt(along.accept_offer, by, meeting_id=held.id, **this)
        elif not yes:
            self.attempt(transfers.decline, by, why="Not ours", **this)

    # Afterwards

    @rule(by=members, case=places, kind=st.sampled_from(["gp", "patient"]))
    def write_letter(self, by, case, kind) -> None:
        one = self.found(Case, case)
        with suppress(MdtError), self.db.writing() as session:
            about: dict[str, Any] = {"case_id": one.id, "kind": kind, "recipient": "Dr Green", "address": ""}
            made = letters.draft(session, by=self.region[by], now=self.now, **about)
            letters.make(session, by=self.region[by], made=made, pdf=b"%PDF", now=self.now)

    @rule(by=members, letter=places)
    def send_letter(self, by, letter) -> None:
        if one := self.found(Letter, letter):
            self.send(by, one)

    def send(self, by: str, letter: Letter) -> None:
        today = in_london(self.now).date()
        what = {"case_id": letter.case_id, "letter_id": letter.id, "sent_on": today, "how": "Post", "told_on": today}
        self.attempt(letters.send, by, **what)

    @rule(by=members, action=places, how=st.sampled_from(["done", "done", "cancelled", "open"]))
    def act_on(self, by, action, how) -> None:
        if one := self.found(Action, action):
            if how == "open":
                self.attempt(follow_through.reopen_action, by, action_id=one.id, note="Not yet")
            else:
                self.attempt(follow_through.close_action, by, action_id=one.id, status=how, note="Seen")

    @rule(by=members, case=places, kind=st.sampled_from(["told", "told", "started", "followed"]))
    def record(self, by, case, kind) -> None:
        what = {"kind": kind, "day": in_london(self.now).date(), "answer": "changed", "reason": "choice"}
        self.attempt(follow_through.record, by, case_id=self.found(Case, case).id, **what)

    @rule(case=places, far=st.integers(1, 4))
    def follow_it_well(self, case, far) -> None:
        """As a good team does it: to the GP, the patient told, all done, and asked about weeks later."""
        one = self.found(Case, case)
        self.write_letter("member", case, "gp")
        for letter in self.all_of(Letter, Letter.case_id == one.id):
            self.send("member", letter)
        if far > 1:
            self.record("member", case, "told")
        for action in self.all_of(Action, Action.outcome.has(case_id=one.id)) if far > 2 else []:
            this = {"action_id": action.id, "status": "done", "note": ""}
            self.attempt(follow_through.close_action, "member", **this)
        if far > 3:
            self.record("member", case, "followed")

    @rule(case=places)
    def ratify_well(self, case) -> None:
        """As a good team does it: sorted, the meeting opened, all ratified."""
        one = self.found(Case, case)
        self.sort("member", case, "standard")
        self.attempt(meetings.open_meeting, "chair", meeting_id=one.meeting_id)
        self.ratify_all("chair", one.meeting_id)

    @rule(meeting=places)
    def hold_and_close(self, meeting) -> None:
        held = self.found(Meeting, meeting)
        for act in (meetings.open_meeting, meetings.close_meeting):
            self.attempt(act, "chair", meeting_id=held.id)

    def all_of(self, model: Any, *where: Any) -> list[Any]:
        with self.db.reading() as session:
            return list(session.scalars(select(model).where(*where)))

    # What holds, always

    @invariant()
    def the_laws_hold(self) -> None:
        assert self.wrong == [], "a state that did not come by the table"
        with self.db.reading() as session:
            cases = list(session.scalars(select(Case).options(joinedload(Case.meeting))))
            outcomes = list(
                session.scalars(select(Outcome).where(Outcome.status == "signed").order_by(Outcome.version))
            )
            signed: dict[str, list[Outcome]] = {case.id: [] for case in cases}
            for outcome in outcomes:
                signed[outcome.case_id].append(outcome)
            self.no_case_is_lost_from_every_list(session, cases)
            self.every_case_came_by_a_referral(session, cases)
            for case in cases:
                self.what_is_signed_is_whole_and_stays(session, case, signed[case.id])
                self.a_case_is_as_far_as_its_outcome(case, signed[case.id])
            assert self.signed.keys() == {one.id for one in outcomes}, "a signed version is gone"
            self.what_is_ratified_has_its_outcome_and_is_never_promoted(session, signed)

    def no_case_is_lost_from_every_list(self, session: Session, cases: list[Case]) -> None:
        went = {one.case_id: one for one in session.scalars(select(Carry))}
        waiting = {one.id for team in self.standards for one in carrying.waiting(session, team)}
        taken = set(session.scalars(select(Transfer.to_case_id).where(Transfer.state == "accepted")))
        live = Counter(case.meeting_id for case in cases if case.status == states.LIVE)
        assert set(live.values()) <= {1}, "two cases are discussed at once"
        for case in cases:
            Days.met.add(case.status)
            closed, carry = case.meeting.status == progress.CLOSED, went.get(case.id)
            assert not (closed and case.status in (*states.BEFORE, states.LIVE)), "left behind"
            assert case.status != states.DEFERRED or carry is not None, "deferred to nowhere"
            if carry is not None and carry.to_case_id is None and carry.dropped_at is None:
                assert carry.id in waiting, "it waits on no list"
            assert case.status != states.WITHDRAWN or taken, "nobody took it over"

    @staticmethod
    def every_case_came_by_a_referral(session: Session, cases: list[Case]) -> None:
        ids = {case.id for case in cases}
        assert set(referrals.of_cases(session, ids)) == ids

    def what_is_signed_is_whole_and_stays(self, session: Session, case: Case, signed: list[Outcome]) -> None:
        for outcome in signed:
            assert (outcome.meeting_id, outcome.patient_id) == (case.meeting_id, case.patient_id)
            day = in_london(case.meeting.starts_at).date()
            assert missing(by_key(session, outcome.proforma), outcome.form, day) == []
            assert self.signed.setdefault(outcome.id, as_state(outcome)) == as_state(outcome)
            owed = [(one.id, one.text, one.owner, one.due, one.person_id) for one in outcome.actions]
            assert self.owed.setdefault(outcome.id, owed) == owed
            assert len(owed) == len(outcome.form["actions"]) + 1  # and telling the patient

    @staticmethod
    def a_case_is_as_far_as_its_outcome(case: Case, signed: list[Outcome]) -> None:
        far = case.reached if case.status == states.LIVE else case.status
        assert bool(signed) == (far in states.SIGNED_ON), f"{far} with {len(signed)} signed versions"
        if far in (states.ACTIONED, states.CLOSED):
            assert all(one.status != "open" for one in signed[-1].actions), f"{far} with something to do"

    @staticmethod
    def what_is_ratified_has_its_outcome_and_is_never_promoted(
        session: Session, signed: dict[str, list[Outcome]]
    ) -> None:
        for word in session.scalars(select(Ratification)):
            first = signed[word.case_id][0]
            assert (first.version, first.signed_by, first.signed_at) == (1, word.by_id, word.at)
            case = session.get_one(Case, word.case_id)
            assert (first.standard_version_id, case.stream) == (word.standard_version_id, "standard")


def test_law_whatever_is_done_no_case_is_lost_and_nothing_signed_changes() -> None:
    Days.met.clear()
    run_state_machine_as_test(
        Days, settings=settings(max_examples=12, stateful_step_count=30, deadline=None, derandomize=True)
    )
    assert {states.SIGNED, states.DEFERRED} <= Days.met
