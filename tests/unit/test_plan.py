"""Who brings which series, and when: the fullest holder first, one at a time, everybody asked in the end."""

import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from mdt.imaging.gathering.plan import Offer, Plan


def offer(series: str, count: int = 10, rank: str = "2026-11-02") -> Offer:
    return Offer("1.2", series, count, (rank,))


def test_the_fullest_holder_goes_first_and_the_others_after_it():
    plan = Plan(["A", "B"], patience=0)
    plan.offer("A", [offer("s", 4)])
    plan.offer("B", [offer("s", 10)])
    taken: list[str] = []

    def a() -> None:
        while plan.take("A"):
            taken.append("A")
            plan.done("A", "s")

    thread = threading.Thread(target=a)
    thread.start()
    assert plan.take("B") == offer("s", 10)
    assert not plan.is_settled("s")
    assert taken == [], "A waits while B is bringing it"
    plan.done("B", "s")
    thread.join(5)
    assert taken == ["A"]
    assert plan.is_settled("s")
    assert plan.take("B") is None


def test_the_newest_study_comes_first():
    plan = Plan(["A"], patience=0)
    plan.offer("A", [offer("old", rank="2024-03-05"), offer("new", rank="2026-11-02")])
    assert [plan.take("A"), plan.take("A"), plan.take("A")] == [
        offer("new", rank="2026-11-02"),
        offer("old", rank="2024-03-05"),
        None,
    ]


def test_a_trust_waits_a_little_for_those_that_have_not_spoken_yet():
    plan = Plan(["A", "B"], patience=30)
    plan.offer("A", [offer("s", 4)])
    taken: list[Offer | None] = []
    thread = threading.Thread(target=lambda: taken.append(plan.take("A")))
    thread.start()
    thread.join(0.1)
    assert thread.is_alive(), "B may have more of it"
    plan.withdraw("B")
    thread.join(5)
    assert taken == [offer("s", 4)]


def test_patience_ends():
    plan = Plan(["A", "B"], patience=0.05)
    plan.offer("A", [offer("s")])
    assert plan.take("A") == offer("s")


def test_one_that_stops_answering_leaves_its_work_to_others_and_what_it_said_it_has_stays_said():
    plan = Plan(["A", "B"], patience=0)
    plan.offer("A", [offer("s", 10)])
    plan.offer("B", [offer("s", 4)])
    assert plan.take("A")
    plan.withdraw("A")
    assert plan.take("B") == offer("s", 4)
    assert plan.expected("s") == 10
    plan.done("B", "s")
    assert plan.is_settled("s")


def test_a_dropped_study_is_not_brought_even_when_offered_later():
    plan = Plan(["A", "B"], patience=0)
    plan.offer("A", [offer("s")])
    plan.drop("1.2")
    plan.offer("B", [offer("s"), offer("t")])
    assert plan.take("A") is None
    assert plan.take("B") is None


def test_of_holders_with_as_much_a_much_quicker_one_brings_it_and_any_other_need_not_wait():
    rates = {"slow": 50_000.0, "quick": 9e6, "fair": 4e6}
    plan = Plan(list(rates), patience=0, rates=rates.get)
    for name in rates:
        plan.offer(name, [offer("s")])
    taken: list[str] = []

    def take(name: str) -> None:
        if plan.take(name):
            taken.append(name)

    slow = threading.Thread(target=take, args=("slow",))
    slow.start()
    slow.join(0.1)
    assert slow.is_alive(), "it would take much longer"
    take("fair")
    assert taken == ["fair"], "not as quick as the quickest, but free"
    plan.withdraw("slow")
    slow.join(5)


def test_a_holder_that_crawls_loses_what_it_brings_to_one_that_is_free():
    rates: dict[str, float | None] = {"A": None, "B": None}
    plan = Plan(["A", "B"], patience=0, rates=rates.get)
    plan.offer("A", [offer("s")])
    plan.offer("B", [offer("s")])
    assert plan.take("A")
    rates["A"] = 1_000.0
    assert plan.take("B") == offer("s")
    assert not plan.is_bringing("A", "s")
    plan.done("A", "s")
    assert plan.is_bringing("B", "s"), "what A does no longer matters"
    plan.done("B", "s")
    assert plan.is_settled("s")


def test_a_holder_that_crawls_but_has_more_keeps_its_series():
    plan = Plan(["A", "B"], patience=0, rates={"A": 1_000.0, "B": 9e6}.get)
    plan.offer("A", [offer("s", 10)])
    plan.offer("B", [offer("s", 4)])
    assert plan.take("A")
    other = threading.Thread(target=plan.take, args=("B",))
    other.start()
    other.join(0.1)
    assert other.is_alive()
    plan.done("A", "s")
    other.join(5)
    assert plan.is_bringing("B", "s")


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("ABCD"),
        st.dictionaries(st.sampled_from(["s1", "s2", "s3", "s4", "s5"]), st.integers(0, 9), max_size=5),
        min_size=1,
    )
)
def test_law_everybody_is_asked_for_all_they_offer_exactly_once_and_no_series_by_two_at_once(offers):
    plan = Plan(list(offers), patience=5)
    busy: set[str] = set()
    asked: list[tuple[str, str]] = []
    broken: list[str] = []
    lock = threading.Lock()

    def trust(name: str) -> None:
        plan.offer(name, [offer(series, count) for series, count in offers[name].items()])
        while one := plan.take(name):
            with lock:
                if one.series_uid in busy:
                    broken.append(one.series_uid)
                busy.add(one.series_uid)
                asked.append((name, one.series_uid))
            with lock:
                busy.discard(one.series_uid)
            plan.done(name, one.series_uid)
        plan.withdraw(name)

    threads = [threading.Thread(target=trust, args=(name,)) for name in offers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive(), "nobody waits for ever"
    assert broken == []
    assert sorted(asked) == sorted((name, series) for name, held in offers.items() for series in held)
    for series in {series for held in offers.values() for series in held}:
        counts = [offers[name][series] for name, one in asked if one == series]
        assert counts == sorted(counts, reverse=True), "the fullest first"
