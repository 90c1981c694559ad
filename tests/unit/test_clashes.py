"""One study UID for two people links nothing, whichever was found first."""

from hypothesis import given
from hypothesis import strategies as st

from mdt.record.clashes import OPEN, STRONG, Standing, settle

STANDINGS = st.dictionaries(
    st.tuples(st.sampled_from(["dorothy", "imran", "margaret"]), st.sampled_from(["RMC", "RBV", "RWJ"])),
    st.sampled_from(["auto", "confirm", "confirmed", "refused", "never"]).map(Standing),
    max_size=9,
)


def test_two_trusts_with_one_person_stand():
    standings = {("dorothy", "RBV"): Standing("auto"), ("dorothy", "RM3"): Standing("confirm", "number only")}
    assert settle(standings) == standings


def test_two_people_under_one_study_both_lose_it():
    settled = settle({("dorothy", "RMC"): Standing("auto"), ("imran", "RBV"): Standing("confirmed")})
    assert {one.status for one in settled.values()} == {"never"}
    assert "RBV" in settled["dorothy", "RMC"].why
    assert "RMC" in settled["imran", "RBV"].why


def test_a_look_alikes_own_study_stays_hers():
    standings = {("dorothy", "RWJ"): Standing("never", "another person"), ("doris", "RWJ"): Standing("auto")}
    assert settle(standings) == standings


def test_one_trust_for_and_one_against_is_a_clash():
    settled = settle({("dorothy", "RMC"): Standing("auto"), ("dorothy", "RWJ"): Standing("never", "another person")})
    assert settled["dorothy", "RMC"].status == "never"
    assert settled["dorothy", "RWJ"].why == "another person"


@given(STANDINGS)
def test_law_a_study_is_never_linked_to_two_people(standings):
    assert len({patient for (patient, _), one in settle(standings).items() if one.status in STRONG}) <= 1


@given(STANDINGS)
def test_law_settling_only_ever_takes_away_and_says_why(standings):
    for key, settled in settle(standings).items():
        if settled != standings[key]:
            assert standings[key].status in OPEN
            assert settled.status == "never"
            assert settled.why


@given(STANDINGS)
def test_law_settling_twice_is_settling_once(standings):
    once = settle(standings)
    assert settle(once) == once
