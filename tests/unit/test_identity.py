"""Whose study is it? The rule, and the laws no identity may break."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mdt.record.identity import Known, Verdict, is_incomplete, is_plausible, judge
from mdt.record.names import plain, same_family, same_given
from mdt.trusts.source import ClaimedIdentity
from tests.unit.test_nhs_number import numbers

DOROTHY = Known(nhs_number="9990000018", family="HARGREAVES", given="Dorothy", birth_date=date(1951, 3, 14), sex="F")
MARGARET = Known(nhs_number="9990000034", family="O'CONNELL", given="Margaret", birth_date=date(1958, 7, 5), sex="F")

HERS = ClaimedIdentity(
    patient_id="BH949177",
    issuer="RMC",
    other_ids=("9990000018",),
    family="HARGREAVES",
    given="Dorothy",
    birth_date=date(1951, 3, 14),
    sex="F",
)


@pytest.mark.parametrize(
    "claimed",
    [
        HERS,
        replace(HERS, patient_id="9990000018", issuer="NHS", other_ids=()),
        replace(HERS, patient_id="999 000 0018", issuer=None, other_ids=None),
        replace(HERS, patient_id="9990000018", issuer="RWJ", other_ids=()),
        replace(HERS, other_ids=("999 000 0018",)),
        replace(HERS, family="Hargreaves", sex=None),
        replace(HERS, family="SMITH"),  # married since; sex agrees
    ],
)
def test_number_birth_and_a_third_identifier_link_by_themselves(claimed):
    assert judge(DOROTHY, claimed) == Verdict("auto")


@pytest.mark.parametrize(
    ("claimed", "why"),
    [
        (replace(HERS, birth_date=date(1951, 4, 13)), "NHS number matches, date of birth does not"),
        (replace(HERS, birth_date=None), "NHS number matches, no date of birth is given"),
        (
            replace(HERS, family="SMITH", sex="M"),
            "NHS number and date of birth match, neither family name nor sex does",
        ),
        (
            replace(HERS, other_ids=("9990000018", "9990000069")),
            "NHS number matches, but a second, different NHS number is recorded with it",
        ),
        (replace(HERS, other_ids=()), "local number only: name, date of birth and sex agree, no NHS number"),
        (
            replace(HERS, other_ids=(), sex=None),
            "local number only: name and date of birth agree, sex is not given, no NHS number",
        ),
        (
            replace(HERS, other_ids=(), sex="M"),
            "local number only: name and date of birth agree, sex does not, no NHS number",
        ),
        (
            replace(HERS, other_ids=None, says_other_ids=False),
            "name, date of birth and sex agree, but whether it has an NHS number could not be learnt",
        ),
        (
            replace(HERS, patient_id="9990000019", issuer=None, other_ids=()),
            "the NHS number given is not valid: name, date of birth and sex agree",
        ),
    ],
)
def test_everything_short_of_that_goes_to_a_person(claimed, why):
    assert judge(DOROTHY, claimed) == Verdict("confirm", why)


def test_an_unverified_number_of_ours_links_nothing_by_itself():
    assert judge(replace(DOROTHY, nhs_status="02"), HERS) == Verdict(
        "confirm", "NHS number matches, but ours is not verified"
    )


def test_somebody_of_one_name_is_known_by_it():
    suharto = replace(DOROTHY, family="SUHARTO", given="")
    theirs = replace(HERS, family="SUHARTO", given="")
    assert judge(suharto, theirs) == Verdict("auto")
    unnumbered = judge(suharto, replace(theirs, other_ids=()))
    assert unnumbered is not None
    assert unnumbered.link == "confirm"
    assert judge(suharto, replace(theirs, other_ids=(), given="Dorothy")) is None


def test_a_look_alike_with_another_number_is_another_person():
    claimed = replace(HERS, patient_id="9990000069", issuer="NHS", other_ids=())
    assert judge(DOROTHY, claimed) == Verdict(
        "never", "another person: same name and date of birth, different NHS number"
    )


@pytest.mark.parametrize(
    "claimed",
    [
        ClaimedIdentity(),
        replace(HERS, other_ids=(), birth_date=date(1960, 1, 1)),
        replace(HERS, other_ids=(), given="Doris"),
        replace(HERS, other_ids=(), family="SMITH"),
        replace(HERS, other_ids=("9990000069",), family="SMITH"),
    ],
)
def test_nothing_in_common_is_nothing_to_show(claimed):
    assert judge(DOROTHY, claimed) is None


def test_a_local_number_that_happens_to_pass_the_check_is_not_another_person():
    claimed = replace(HERS, patient_id="9990000069", issuer="RMC", other_ids=())
    assert judge(DOROTHY, claimed) == Verdict(
        "confirm", "local number only: name, date of birth and sex agree, no NHS number"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'CONNELL", "OConnell"),
        ("O'CONNELL", "O’Connell"),
        ("WIŚNIEWSKI", "Wisniewski"),
        ("ŁUKASIŃSKA", "LUKASINSKA"),
        ("OKAFOR-BROWN", "Okafor Brown"),
        ("OKAFOR-BROWN", "OKAFORBROWN"),
        ("OKAFOR-BROWN", "OKAFOR"),
        ("van der Berg", "VANDERBERG"),
        ("STRAßE", "STRASSE"),
        ("山田", "山田"),
    ],
)
def test_the_same_family_name_as_archives_write_it(one, other):
    assert same_family(one, other)
    assert same_family(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("BROWN", "BROWNE"), ("", ""), ("'", "-"), ("van der Berg", "van der Meer"), ("van", "van Dyke"), (None, "X")],
)
def test_other_family_names(one, other):
    assert not same_family(one, other)


def test_given_names_agree_by_the_first_one_or_its_initial():
    assert same_given("Dorothy", "DOROTHY ANNE")
    assert same_given("D", "Dorothy")
    assert not same_given("Dorothy", "Doris")
    assert not same_given("", "Dorothy")


def test_a_name_an_archive_cannot_write_is_looked_into_where_it_may_be_hers():
    tomasz = Known(nhs_number="9990000042", family="WIŚNIEWSKI", given="Tomasz", birth_date=date(1987, 11, 30), sex="M")
    garbled = ClaimedIdentity(family="WI?NIEWSKI", given="Tomasz", birth_date=date(1987, 11, 30), other_ids=())
    assert is_incomplete(tomasz, garbled)
    assert is_plausible(tomasz, replace(garbled, birth_date=None))
    assert is_plausible(tomasz, replace(garbled, birth_date=None, family="WI??NIEWSKI"))
    assert not is_plausible(tomasz, replace(garbled, birth_date=None, family="WO?NIAK"))
    assert judge(tomasz, garbled) is None, "a name that cannot be read agrees with nothing"


NAMES = st.sampled_from(["HARGREAVES", "Hargreaves", "O'CONNELL", "SMITH", "OKAFOR-BROWN", "", None])
IDENTITIES = st.builds(
    ClaimedIdentity,
    patient_id=st.none()
    | st.sampled_from(["9990000018", "999 000 0018", "9990000019", "M1", "1111111111"])
    | numbers(),
    issuer=st.none() | st.sampled_from(["NHS", "RMC", ""]),
    other_ids=st.none()
    | st.lists(st.sampled_from(["9990000018", "M1", "9990000019"]) | numbers(), max_size=3).map(tuple),
    family=NAMES,
    given=st.sampled_from(["Dorothy", "D", "Anne", "", None]),
    birth_date=st.none() | st.sampled_from([date(1951, 3, 14), date(1951, 4, 13)]),
    sex=st.sampled_from(["F", "M", "O", None]),
)


@given(IDENTITIES)
def test_law_automatic_means_three_identifiers_agree(claimed):
    verdict = judge(DOROTHY, claimed)
    if verdict is None or verdict.link != "auto":
        return
    texts = [claimed.patient_id or "", *(claimed.other_ids or ())]
    assert DOROTHY.nhs_number in [text.replace(" ", "") for text in texts]
    assert claimed.birth_date == DOROTHY.birth_date
    assert same_family(DOROTHY.family, claimed.family) or claimed.sex == DOROTHY.sex


@given(IDENTITIES)
def test_law_a_person_is_told_why_whenever_it_is_not_automatic(claimed):
    verdict = judge(DOROTHY, claimed)
    assert verdict is None or (verdict.link == "auto") == (verdict.why == "")


@given(IDENTITIES)
def test_law_without_our_number_nothing_is_automatic(claimed):
    without = replace(
        claimed, patient_id="M1", other_ids=tuple(i for i in claimed.other_ids or () if i != "9990000018")
    )
    verdict = judge(DOROTHY, without)
    assert verdict is None or verdict.link != "auto"


@given(IDENTITIES)
def test_law_without_our_own_date_of_birth_the_number_goes_to_a_person_and_the_name_to_nobody(claimed):
    verdict = judge(replace(DOROTHY, birth_date=None), claimed)
    assert verdict is None or (verdict.link, verdict.why.split(",")[0]) == ("confirm", "NHS number matches")
    nameless = replace(claimed, patient_id="M1", issuer="RMC", other_ids=(), birth_date=None)
    assert judge(replace(DOROTHY, birth_date=None), nameless) is None  # two that do not say it do not agree


@given(IDENTITIES)
def test_law_an_invalid_number_changes_no_link(claimed):
    bare = replace(claimed, patient_id="M1", issuer="RMC", other_ids=())
    with_invalid = replace(bare, other_ids=("9990000019", "1111111111"))
    one, other = judge(DOROTHY, bare), judge(DOROTHY, with_invalid)
    assert (one and one.link) == (other and other.link)


@given(IDENTITIES)
def test_law_whoever_would_be_linked_is_plausible(claimed):
    verdict = judge(DOROTHY, claimed)
    assert verdict is None or is_plausible(DOROTHY, claimed)


@given(st.text(max_size=20), st.text(max_size=20))
@example("0\r: 0", "")
@example("𝑨", "")
def test_law_names_agree_both_ways_and_with_themselves(one, other):
    assert same_family(one, other) == same_family(other, one)
    assert same_given(one, other) == same_given(other, one)
    assert plain(plain(one)) == plain(one)


def test_an_answer_that_cannot_say_enough_is_looked_into():
    assert is_incomplete(DOROTHY, replace(HERS, birth_date=None, says_birth_date=False))
    assert is_incomplete(DOROTHY, replace(HERS, other_ids=None, says_other_ids=False))
    assert not is_incomplete(DOROTHY, HERS)
    assert not is_incomplete(DOROTHY, replace(HERS, patient_id="9990000018", other_ids=None, says_other_ids=False))
