"""Whatever people do, in whatever order: nothing incomplete is signed, and nothing signed ever changes."""

import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from mdt.core.errors import MdtError
from mdt.meeting import actions as meetings
from mdt.outcome import actions
from mdt.outcome.actions import Binding
from mdt.outcome.completeness import missing
from mdt.outcome.models import Outcome
from mdt.outcome.proforma import FIRST, compose
from mdt.outcome.state import as_state
from tests.unit.region import NOW, a_region
from tests.unit.test_outcome import PLAN

ON = compose(FIRST)
NAMES = st.sampled_from(sorted(ON.by_name))
MISTAKES = st.sampled_from([None, "", [], "X", "defer", "2020-01-01", "elsewhere", [{"code": "11", "relation": "or"}]])


class People(RuleBasedStateMachine):
    """A chair, a coordinator and a member at two cases, with right and wrong bindings, fields and values."""

    reached: ClassVar[set[int]] = set()  # the versions that were ever signed: a law about nothing is no law

    @initialize()
    def a_meeting_under_way(self) -> None:
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.region = self.stack.enter_context(a_region(Path(folder)))
        first = self.region.open_first_case()
        self.cases = [first, self.region.list_case(first.meeting, 1)]
        self.live = 0
        self.signed: dict[tuple[str, int], dict[str, Any]] = {}

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    def binding(self, case: int, patient: int, slip: int) -> Binding:
        """Bound to a case's newest version, or to one beside it when the typist slips."""
        held, newest = self.cases[case], self.newest(case)
        version = (newest.version if newest else 1) + slip
        return Binding(held.meeting_id, held.id, self.cases[patient].patient_id, version)

    def attempt(self, act: Any, **what: Any) -> None:
        with suppress(MdtError), self.region.db.writing() as session:
            act(session, now=NOW, **what)

    people = st.sampled_from(["chair", "chair", "chair", "coordinator", "member"])
    which = st.integers(0, 1)
    slips = st.sampled_from([0, 0, 0, 0, 1, -1])
    revisions = st.integers(0, 30)

    @rule(by=people, case=which, patient=which, slip=slips, revision=revisions, name=NAMES, value=MISTAKES)
    def type_something(self, by, case, patient, slip, revision, name, value) -> None:
        binding = self.binding(case, patient, slip)
        what = {"binding": binding, "revision": revision, "field": name, "value": value}
        self.attempt(actions.set_field, by=self.region[by], **what)

    @rule(name=NAMES)
    def type_one_field_right(self, name) -> None:
        what = {"binding": self.binding(self.live, self.live, 0), "revision": 1000, "value": PLAN.get(name)}
        self.attempt(actions.set_field, by=self.region["coordinator"], field=name, **what)

    @rule()
    def decide(self) -> None:
        """As a good meeting does it: every field right, then the chair signs."""
        for name in ON.by_name:
            self.type_one_field_right(name)
        self.sign_what_is_there("chair", self.live)

    @rule(by=people, case=which, patient=which, slip=slips, revision=revisions)
    def sign_blindly(self, by, case, patient, slip, revision) -> None:
        binding = self.binding(case, patient, slip)
        self.attempt(actions.sign, by=self.region[by], binding=binding, revision=revision)

    @rule(by=people, case=which)
    def sign_what_is_there(self, by, case) -> None:
        if newest := self.newest(case):
            binding = self.binding(case, case, 0)
            self.attempt(actions.sign, by=self.region[by], binding=binding, revision=newest.revision)

    @rule(by=people, case=which, slip=slips, reason=st.sampled_from(["", "Histology changed."]))
    def amend(self, by, case, slip, reason) -> None:
        self.attempt(actions.amend, by=self.region[by], binding=self.binding(case, case, slip), reason=reason)

    @rule()
    def amend_well(self) -> None:
        """As a good chair does it: with a reason, and signed again."""
        binding = self.binding(self.live, self.live, 0)
        self.attempt(actions.amend, by=self.region["chair"], binding=binding, reason="Histology changed.")
        self.sign_what_is_there("chair", self.live)

    @rule(case=which)
    def move_to(self, case) -> None:
        self.attempt(meetings.open_case, by=self.region["chair"], case_id=self.cases[case].id)
        self.live = case

    @invariant()
    def what_is_signed_was_complete_and_stays_as_it_was(self) -> None:
        with self.region.db.reading() as session:
            kept = {(each.case_id, each.version): each for each in session.scalars(select(Outcome))}
            for key, outcome in kept.items():
                assert outcome.patient_id == next(c.patient_id for c in self.cases if c.id == outcome.case_id)
                if outcome.is_signed:
                    self.reached.add(outcome.version)
                    assert missing(ON, outcome.form, NOW.date()) == []
                    assert len(outcome.actions) == len(outcome.form["actions"]) + 1  # and telling the patient
                    assert self.signed.setdefault(key, as_state(outcome)) == as_state(outcome)
            assert self.signed.keys() <= kept.keys()

    def newest(self, case: int) -> Outcome | None:
        with self.region.db.reading() as session:
            wanted = select(Outcome).where(Outcome.case_id == self.cases[case].id).order_by(Outcome.version.desc())
            return session.scalar(wanted.limit(1))


def test_nothing_incomplete_is_signed_and_nothing_signed_changes() -> None:
    run_state_machine_as_test(
        People, settings=settings(max_examples=30, stateful_step_count=30, deadline=None, derandomize=True)
    )
    assert {1, 2} <= People.reached
