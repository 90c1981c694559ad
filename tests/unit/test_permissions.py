"""The permission table, read as sentences."""

import pytest

from mdt.core.actor import Actor, system
from mdt.core.errors import Forbidden, NotFound
from mdt.people.permissions import IN_A_TEAM, ROLES, may, require


def actor(role: str | None, *, administrator: bool = False) -> Actor:
    return Actor(person_id="p", name="A Person", roles={"lung": role} if role else {}, administrator=administrator)


def test_only_the_chair_signs_and_closes() -> None:
    for act in ("outcome.sign", "outcome.amend", "meeting.close", "presenter.takeback"):
        assert [role for role in ROLES if may(actor(role), act, "lung")] == ["chair"]


def test_an_observer_looks_and_does_nothing_else() -> None:
    assert [act for act in IN_A_TEAM if may(actor("observer"), act, "lung")] == ["meeting.see"]


def test_a_role_counts_only_in_its_own_team() -> None:
    assert not may(actor("chair"), "outcome.sign", "breast")
    with pytest.raises(NotFound):
        require(actor("chair"), "meeting.see", "breast")


def test_those_inside_are_told_no_and_those_outside_are_told_nothing() -> None:
    with pytest.raises(Forbidden, match=r"outcome\.sign"):
        require(actor("member"), "outcome.sign", "lung")
    with pytest.raises(NotFound):
        require(actor(None), "outcome.sign", "lung")


def test_an_administrator_sees_no_patient_by_that_alone() -> None:
    administrator = actor(None, administrator=True)
    assert may(administrator, "trusts.manage")
    assert not any(may(administrator, act, "lung") for act in IN_A_TEAM)


def test_the_system_acts_under_its_own_name() -> None:
    worker = system("worker")
    assert worker.name == "system:worker"
    assert may(worker, "case.list", "lung")
