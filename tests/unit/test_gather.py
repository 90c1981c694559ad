"""Gathering: every trust is asked, what is this patient's is brought once, and nothing that is missing looks whole."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from mdt.core import audit
from mdt.core.audit import AuditEntry
from mdt.core.errors import Invalid, NotFound
from mdt.imaging.actions import decide_match, request_gather
from mdt.imaging.announcements import GatherAsked, SeriesGathered
from mdt.imaging.gathering.means import Patience
from mdt.imaging.models import Gather, Instance, Refusal, Series
from mdt.record.models import Holder, Link, LocalIdentifier, Patient, Study, StudyClash
from mdt.trusts.models import Trust
from tests.unit.archives import BY, DOROTHY, NOW, Archive, Held, a_federation

OTHERS = replace(DOROTHY, patient_id="M9", other_ids=("9990000069",))


def trust(result, ods):
    return next(one for one in result["trusts"] if one["ods"] == ods)


def only_study(result):
    (study,) = result["studies"]
    return study


def count(federation, what):
    with federation.db.reading() as session:
        return session.scalar(select(func.count()).select_from(what))


def test_one_study_at_two_trusts_is_one_study_with_two_holders_and_moves_once(tmp_path):
    whole = Archive([Held(DOROTHY, series={"1.2.3.1": list(range(1, 11))})])
    part = Archive([Held(DOROTHY, series={"1.2.3.1": [7, 8, 9, 10]})])
    with a_federation(tmp_path, RBV=whole, RM3=part) as region:
        study = only_study(region.gather())
    assert (study["holders"], study["link"], study["complete"]) == (["RBV", "RM3"], "auto", True)
    assert (study["expected_instances"], study["received_instances"]) == (10, 10)
    assert whole.asked == [("1.2.3.1", None)], "the fullest holder sends it whole"
    assert part.asked == [], "and nothing is moved twice"


def test_what_the_fullest_holder_lacks_comes_from_another(tmp_path):
    most = Archive([Held(DOROTHY, series={"1.2.3.1": [1, 2, 3, 4, 7, 8, 9, 10]})])
    rest = Archive([Held(DOROTHY, series={"1.2.3.1": [4, 5, 6, 7]})])
    with a_federation(tmp_path, RBV=most, RM3=rest) as region:
        study = only_study(region.gather())
    assert (study["received_instances"], study["complete"], study["gaps"]) == (10, True, [])
    assert rest.asked == [("1.2.3.1", frozenset({"1.2.3.1.5", "1.2.3.1.6"}))]


def test_a_source_that_lost_slices_itself_does_not_look_whole(tmp_path):
    lost = Archive([Held(DOROTHY, series={"1.2.3.1": [n for n in range(1, 13) if not 6 <= n <= 9]})])
    with a_federation(tmp_path, RW6=lost) as region:
        study = only_study(region.gather())
    assert (study["expected_instances"], study["received_instances"], study["complete"]) == (8, 8, False)
    assert study["gaps"] == ["series 1: instances 6 to 9 are missing"]


def test_a_trust_that_cannot_be_reached_is_named_with_its_phase_and_the_others_are_here(tmp_path):
    with a_federation(tmp_path, RMC=Archive([Held(DOROTHY)]), RBV=Archive(dead="Nobody listens there.")) as region:
        result = region.gather()
    assert (trust(result, "RMC")["status"], trust(result, "RMC")["phase"]) == ("answered", None)
    silent = trust(result, "RBV")
    assert (silent["status"], silent["phase"], silent["detail"]) == ("no-answer", "connect", "Nobody listens there.")
    assert only_study(result)["complete"]


def test_no_imaging_is_an_answer_and_no_answer_is_not(tmp_path):
    with a_federation(tmp_path, RMC=Archive(), RBV=Archive(dead="Nobody listens there.")) as region:
        result = region.gather()
    assert result["studies"] == []
    assert [one["status"] for one in result["trusts"]] == ["no-answer", "answered"]


def test_a_trust_that_says_nothing_is_given_up_and_keeps_nobody_waiting(tmp_path):
    patience = Patience(answer=1.0, others=0.2)
    slow = Archive([Held(DOROTHY, study="9.9")], silent_for=3.0)
    with a_federation(tmp_path, patience, RMC=Archive([Held(DOROTHY)]), RBV=slow) as region:
        result = region.gather()
    assert (trust(result, "RBV")["status"], trust(result, "RBV")["phase"]) == ("no-answer", "query")
    assert "within 1 seconds" in trust(result, "RBV")["detail"]
    assert only_study(result)["received_instances"] == 3


def test_a_trust_that_breaks_off_keeps_what_came_and_the_other_holder_brings_the_rest(tmp_path):
    breaks = Archive([Held(DOROTHY, series={"1.2.3.1": list(range(1, 11))})], dies_after=4)
    other = Archive([Held(DOROTHY, series={"1.2.3.1": list(range(1, 9))})])
    with a_federation(tmp_path, RBV=breaks, RM3=other) as region:
        result = region.gather()
        assert other.asked == [("1.2.3.1", frozenset(f"1.2.3.1.{n}" for n in (5, 6, 7, 8)))]
        silent = trust(result, "RBV")
        assert (silent["status"], silent["phase"], silent["detail"]) == (
            "no-answer",
            "transfer",
            "The connection broke.",
        )
        study = only_study(result)
        assert (study["expected_instances"], study["received_instances"], study["complete"]) == (10, 8, False)

        breaks.dies_after = None
        breaks.asked.clear()
        again = region.gather()
        assert breaks.asked == [("1.2.3.1", frozenset({"1.2.3.1.9", "1.2.3.1.10"}))], "only what is lacking"
        assert only_study(again)["complete"]
        assert trust(again, "RBV")["status"] == "answered"


def test_one_series_that_is_refused_does_not_cost_the_others(tmp_path):
    series = {"1.2.3.1": [1, 2], "1.2.3.2": [1, 2, 3]}
    with a_federation(tmp_path, RMC=Archive([Held(DOROTHY, series=series)], refuses=["1.2.3.1"])) as region:
        result = region.gather()
    assert (trust(result, "RMC")["status"], trust(result, "RMC")["phase"]) == ("refused", "transfer")
    study = only_study(result)
    assert (study["expected_instances"], study["received_instances"], study["complete"]) == (5, 3, False)


def test_asking_again_moves_nothing_and_changes_nothing(tmp_path):
    archive = Archive([Held(DOROTHY)])
    with a_federation(tmp_path, RMC=archive) as region:
        first = region.gather()
        rows = [count(region, what) for what in (Study, Holder, Link, Series, Instance, LocalIdentifier)]
        archive.asked.clear()
        again = region.gather()
        assert archive.asked == []
        assert [count(region, what) for what in (Study, Holder, Link, Series, Instance, LocalIdentifier)] == rows
        assert again["studies"] == first["studies"]
        with region.db.reading() as session:
            assert audit.verify(session)[1] is None


def test_a_round_that_was_cut_short_is_found_and_run_again_and_brings_only_what_is_lacking(tmp_path):
    archive = Archive([Held(DOROTHY, series={"1.2.3.1": list(range(1, 11))})], dies_after=6)
    with a_federation(tmp_path, RMC=archive) as region:
        region.gather()
        with region.db.writing() as session:  # as a process that was killed leaves it
            gather = session.scalars(select(Gather)).one()
            gather.finished_at = None
        archive.dies_after = None
        archive.asked.clear()
        assert region.gatherer.unfinished() == [gather.id]
        region.gatherer.run(gather.id)
        assert archive.asked == [("1.2.3.1", frozenset(f"1.2.3.1.{n}" for n in range(7, 11)))]
        assert region.gatherer.unfinished() == []
        region.gatherer.run(gather.id)
        assert len(archive.asked) == 1, "a finished one is left alone"


def test_a_vague_archive_is_looked_into_before_anything_is_decided(tmp_path):
    vague = Archive([Held(DOROTHY)], vague=True)
    with a_federation(tmp_path, RMC=vague) as region:
        study = only_study(region.gather())
    assert vague.peeked == ["1.2.3"]
    assert (study["link"], study["complete"], study["expected_instances"]) == ("auto", True, 3)


def test_a_wrong_date_of_birth_in_a_vague_archive_goes_to_a_person(tmp_path):
    vague = Archive([Held(replace(DOROTHY, birth_date=date(1951, 4, 13)))], vague=True)
    with a_federation(tmp_path, RMC=vague) as region:
        study = only_study(region.gather())
    assert (study["link"], study["why"]) == ("confirm", "NHS number matches, date of birth does not")
    assert (study["received_instances"], study["complete"], vague.asked) == (0, False, [])


def test_what_a_person_confirms_is_brought_and_what_they_refuse_goes_away_and_both_can_be_reversed(tmp_path):
    archive = Archive([Held(replace(DOROTHY, birth_date=date(1951, 4, 13)))])
    with a_federation(tmp_path, RMC=archive) as region:
        region.gather()

        def decide(belongs):
            with region.db.writing() as session:
                link = session.scalars(select(Link)).one()
                return decide_match(
                    session,
                    by=BY,
                    team_id="lung",
                    patient_id=region.patient.id,
                    link_id=link.id,
                    belongs=belongs,
                    reason="Checked with the trust.",
                    now=NOW,
                )

        assert decide(True).status == "confirmed"
        (asked,) = region.gatherer.unfinished()
        region.gatherer.run(asked)
        assert count(region, Instance) == 3
        study = only_study(region.gather())
        assert (study["link"], study["decision"], study["complete"]) == ("confirm", "confirmed", True)

        link = decide(False)
        assert (link.status, link.reason, link.decided_at) == ("refused", "Checked with the trust.", NOW)
        study = only_study(region.gather())
        assert (study["decision"], study["received_instances"], study["complete"]) == ("refused", 0, False)
        assert decide(True).status == "confirmed"
        with region.db.reading() as session:
            decisions = select(audit.AuditEntry.action).where(audit.AuditEntry.action.like("match.%"))
            said = session.scalars(decisions.order_by(audit.AuditEntry.seq)).all()
        assert said == ["match.confirmed", "match.refused", "match.confirmed"]


def test_a_decision_holds_only_for_the_claim_it_was_made_on(tmp_path):
    archive = Archive([Held(replace(DOROTHY, birth_date=date(1951, 4, 13)))])
    with a_federation(tmp_path, RMC=archive) as region:
        region.gather()
        with region.db.writing() as session:
            link = session.scalars(select(Link)).one()
            decide_match(
                session, by=BY, team_id="lung", patient_id=region.patient.id, link_id=link.id,
                belongs=True, reason="A slip of the pen.", now=NOW,
            )  # fmt: skip
        archive.held[0].claimed = replace(DOROTHY, birth_date=date(1960, 1, 1))
        study = only_study(region.gather())
    assert (study["link"], study["decision"]) == ("confirm", None)


def test_a_look_alike_is_shown_as_another_person_and_cannot_be_confirmed(tmp_path):
    with a_federation(tmp_path, RWJ=Archive([Held(OTHERS)])) as region:
        study = only_study(region.gather())
        assert (study["link"], study["received_instances"]) == ("never", 0)
        with region.db.writing() as session, pytest.raises(Invalid, match="another person"):
            link = session.scalars(select(Link)).one()
            decide_match(
                session, by=BY, team_id="lung", patient_id=region.patient.id, link_id=link.id,
                belongs=True, reason="She said so.", now=NOW,
            )  # fmt: skip


def test_one_study_uid_for_two_people_is_a_clash_and_nothing_is_merged(tmp_path):
    hers, theirs = Archive([Held(DOROTHY)]), Archive([Held(OTHERS)])
    with a_federation(tmp_path, RMC=hers, RWJ=theirs) as region:
        study = only_study(region.gather())
        assert (study["link"], study["received_instances"], study["complete"]) == ("never", 0, False)
        assert "RWJ holds the same study as another person's" in study["why"]

        with region.db.writing() as session:
            other = Patient(
                nhs_number="9990000069", family="HARGREAVES", given="Dorothy", birth_date=date(1951, 3, 14), sex="F"
            )
            session.add(other)
        study = only_study(region.gather(other))
        assert (study["link"], study["received_instances"]) == ("never", 0)

        with region.db.reading() as session:
            (clash,) = session.scalars(select(StudyClash)).all()
        assert clash.ended_at is None
        assert "4.5.6" not in {one["StudyInstanceUID"] for one in region.gather()["studies"]}

        theirs.held[0].study = "4.5.6"  # the trust corrects it
        theirs.held[0].series = {"4.5.6.1": [1, 2]}
        by_uid = {one["StudyInstanceUID"]: one for one in region.gather(other)["studies"]}
        assert (by_uid["4.5.6"]["link"], by_uid["4.5.6"]["complete"]) == ("auto", True)

        with region.db.reading() as session:
            assert session.scalars(select(StudyClash)).one().ended_at is not None
            gone = session.scalars(select(Holder).where(Holder.gone_at.is_not(None))).one()
        assert gone.trust_ods == "RWJ"
        hers_now = {one["StudyInstanceUID"]: one for one in region.gather()["studies"]}["1.2.3"]
        assert (hers_now["link"], hers_now["complete"]) == ("auto", True)
        with region.db.reading() as session:
            assert session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("clash.%"))).all() == [
                "clash.found",
                "clash.ended",
            ]


def test_a_clash_that_stays_is_asked_about_again_and_stays(tmp_path):
    hers, theirs = Archive([Held(DOROTHY)]), Archive([Held(OTHERS)])
    with a_federation(tmp_path, RMC=hers, RWJ=theirs) as region:
        for _ in range(3):
            assert only_study(region.gather())["link"] == "never"
        with region.db.reading() as session:
            assert session.scalars(select(StudyClash)).one().ended_at is None
        theirs.dead = "Nobody listens there."
        assert only_study(region.gather())["link"] == "never", "silence corrects nothing"
        theirs.dead, theirs.held = None, []
        region.gather()
        assert only_study(region.gather())["link"] == "auto"


def test_what_came_as_another_persons_is_not_hers_when_its_trust_corrects_the_clash(tmp_path):
    hers, theirs = Archive([]), Archive([Held(OTHERS)], written=OTHERS)
    with a_federation(tmp_path, RMC=hers, RWJ=theirs) as region:
        with region.db.writing() as session:
            other = Patient(
                nhs_number="9990000069", family="HARGREAVES", given="Dorothy", birth_date=date(1951, 3, 14), sex="F"
            )
            session.add(other)
        assert only_study(region.gather(other))["received_instances"] == 3
        hers.held = [Held(DOROTHY)]
        assert only_study(region.gather())["link"] == "never"
        theirs.held = []
        region.gather(other)
        study = only_study(region.gather())
        assert (study["link"], study["complete"]) == ("auto", True)
        with region.db.reading() as session:
            assert set(session.scalars(select(Instance.trust_ods))) == {"RMC"}


def test_a_file_of_somebody_else_among_hers_is_refused_and_the_series_is_not_whole(tmp_path):
    archive = Archive([Held(DOROTHY)])
    with a_federation(tmp_path, RMC=archive) as region:
        archive.written = OTHERS
        study = only_study(region.gather())
        assert (study["received_instances"], study["complete"]) == (0, False)
        assert count(region, Refusal) == 3


def test_a_trust_is_asked_only_while_it_is_live(tmp_path):
    with a_federation(tmp_path, RMC=Archive([Held(DOROTHY)]), R0A=Archive()) as region:
        with region.db.writing() as session:
            session.get_one(Trust, "R0A").live_until = date(2021, 10, 1)
        assert [one["ods"] for one in region.gather()["trusts"]] == ["RMC"]


def test_asking_twice_before_it_starts_is_asking_once_and_is_announced(tmp_path):
    told: list[object] = []
    with a_federation(tmp_path, RMC=Archive([Held(DOROTHY)])) as region:
        region.db.announcer.listen(GatherAsked, told.append)
        region.db.announcer.listen(SeriesGathered, told.append)
        for _ in range(2):
            with region.db.writing() as session:
                gather = request_gather(session, by=BY, patient_id=region.patient.id, now=NOW)
        assert told == [GatherAsked(gather.id, region.patient.id)] * 2
        region.gatherer.run(gather.id)
        with region.db.reading() as session:
            series = session.scalars(select(Series)).one()
        assert told[2:] == [SeriesGathered(series.id)]
        with region.db.writing() as session, pytest.raises(NotFound):
            request_gather(session, by=BY, patient_id="nobody", now=NOW)
