"""What may become of a case: the table is whole, every forbidden change has its sentence, and nothing goes round it."""

from pathlib import Path

import pytest

from mdt import migrations
from mdt.core.db import Database
from mdt.core.errors import Forbidden, Invalid
from mdt.meeting import actions, states
from mdt.meeting.models import Case
from mdt.people.permissions import IN_A_TEAM
from tests.unit.region import NOW, a_region

PAIRS = [(state, to) for state in states.STATES for to in states.STATES]


@pytest.mark.parametrize(("state", "to"), PAIRS)
def test_every_change_is_allowed_to_somebody_or_refused_in_words(state, to):
    acts = states.acts_for(state, to)
    assert set(acts) <= IN_A_TEAM.keys()
    assert bool(acts) == states.may_become(state, to)
    if not acts:
        with pytest.raises(Invalid, match=r"^This case .+\.$"):
            states.require_move(state, to)


def test_no_two_forbidden_changes_are_refused_with_the_same_words():
    said = [states.refusal(state, to) for state, to in PAIRS if not states.may_become(state, to)]
    assert len(set(said)) == len(said)
    assert states.refusal(states.WITHDRAWN, states.LIVE) == (
        "This case was withdrawn, so it cannot be opened for discussion."
    )


def test_no_case_gets_stuck_and_none_is_forgotten():
    """From every state something is possible, and a withdrawn or deferred case can be listed again."""
    assert states.ALLOWED.keys() == states.LABELS.keys() == set(states.STATES)
    assert all(states.ALLOWED.values())
    reachable, waiting = {states.PLANNED}, [states.PLANNED]
    while waiting:
        new = states.ALLOWED[waiting.pop()].keys() - reachable
        reachable |= new
        waiting += new
    assert reachable == set(states.STATES)


def test_a_signed_outcome_is_never_unsigned():
    after = states.RESULTS[states.RESULTS.index(states.SIGNED) :]
    for state in after:
        assert not {states.DECIDED, states.CHECKED, states.DISCUSSED, states.WITHDRAWN} & states.ALLOWED[state].keys()


def test_a_case_moves_only_for_who_may_and_as_the_table_says(tmp_path: Path):
    with a_region(tmp_path) as region:
        listed = region.list_case(region.plan())
        with region.db.writing() as session:
            case = session.get_one(Case, listed.id)
            with pytest.raises(Forbidden):
                actions.move_case(session, region["member"], case, states.WITHDRAWN)
            with pytest.raises(Invalid, match="so it cannot be signed"):
                actions.move_case(session, region["chair"], case, states.SIGNED)
            assert case.status == states.LISTED
            actions.move_case(session, region["coordinator"], case, states.WITHDRAWN)
            assert case.status == states.WITHDRAWN
        with region.db.writing() as session:
            actions.open_meeting(session, by=region["chair"], meeting_id=listed.meeting_id, now=NOW)
            with pytest.raises(Invalid, match="was withdrawn"):
                actions.open_case(session, by=region["chair"], case_id=listed.id, now=NOW)


def test_cases_decided_by_an_earlier_version_are_signed_now(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/mdt.db"
    migrations.upgrade(url, "0007")
    db = Database(url)
    with db.engine.begin() as connection:
        for statement in (
            "INSERT INTO trust (ods, name, live_from) VALUES ('RMC', 'Bolton', '2020-01-01')",
            "INSERT INTO team (id, name, mdt_type, host_ods) VALUES ('t', 'Lung', '0801', 'RMC')",
            "INSERT INTO meeting (id, team_id, starts_at, place, status, seq, epoch) "
            "VALUES ('m', 't', '2026-11-24 09:00:00', '', 'closed', 0, 'e')",
            *(
                "INSERT INTO patient (id, nhs_number, nhs_status, family, given, birth_date, sex) "
                f"VALUES ('p{n}', '999000001{n}', '01', 'F', 'G', '1950-01-01', 'F')"
                for n in range(3)
            ),
            *(
                "INSERT INTO mdt_case (id, meeting_id, patient_id, position, clinical_question, status, listed_at, "
                f"decided_at) VALUES ('c{n}', 'm', 'p{n}', {n}, 'Q?', '{status}', '2026-11-20 09:00:00', {at})"
                for n, (status, at) in enumerate(
                    [("decided", "'2026-11-24 10:00:00'"), ("live", "'2026-11-24 10:00:00'"), ("discussed", "NULL")]
                )
            ),
        ):
            connection.exec_driver_sql(statement)
    migrations.upgrade(url)
    with db.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT status, reached FROM mdt_case ORDER BY id").all()
    assert [tuple(one) for one in kept] == [("signed", "signed"), ("live", "signed"), ("discussed", "")]
    db.close()
