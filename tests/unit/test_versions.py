"""What a team sets from a day on: which version holds, which never does, and that none is ever overwritten."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.core.errors import Forbidden, Invalid, NotFound
from mdt.core.versions import in_force, spans
from mdt.meeting.models import CutOffRule
from mdt.people import versions
from tests.unit.region import NOW, a_region

DAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Set:
    starts: date


def sets(*days: int) -> list[Set]:
    """As they were set, the last one first."""
    return [Set(DAY + timedelta(days=one)) for one in days]


def test_what_was_planned_and_overtaken_before_it_began_never_holds():
    hasty, planned, first = kept = sets(10, 20, 0)
    assert in_force(kept, DAY + timedelta(days=25)) == hasty
    assert [(one.version, one.ends, one.never) for one in spans(kept)] == [
        (hasty, None, False),
        (planned, DAY + timedelta(days=9), True),
        (first, DAY + timedelta(days=9), False),
    ]


@given(st.lists(st.integers(0, 30), max_size=8), st.integers(-2, 35))
def test_law_on_every_day_the_version_in_force_is_the_one_whose_days_it_lies_in(starts, day):
    kept, on = sets(*starts), DAY + timedelta(days=day)
    inside = [one for one in spans(kept) if one.version.starts <= on and (one.ends is None or on <= one.ends)]
    assert [one.version for one in inside] == [one for one in [in_force(kept, on)] if one is not None]


def test_a_second_version_for_the_same_day_is_kept_beside_the_first(tmp_path):
    with a_region(tmp_path) as region, region.db.writing() as session:

        def begin(who, day, hours, now=NOW):
            set_by = {"by": region[who], "team_id": region.team, "starts": day, "working_hours": hours}
            return versions.begin(session, CutOffRule, past="Too late.", now=now, **set_by)

        begin("chair", NOW.date(), 16)
        begin("chair", NOW.date(), 8, NOW + timedelta(minutes=1))
        held = versions.on(session, CutOffRule, region.team, NOW.date())
        assert held is not None
        assert held.working_hours == 8
        told = versions.told(session, CutOffRule, region.team)
        assert [(one.version.working_hours, one.never, one.by) for one in told] == [
            (8, False, region["chair"].name),
            (16, True, region["chair"].name),
        ]
        with pytest.raises(Invalid, match="Too late"):
            begin("chair", NOW.date() - timedelta(days=1), 8)
        with pytest.raises(Forbidden):
            begin("member", NOW.date(), 8)
        with pytest.raises(NotFound, match="no such"):
            versions.team(session, region["outsider"], region.team)
