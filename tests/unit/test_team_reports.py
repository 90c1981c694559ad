"""A team's figures: a small month worked out by hand, made through what people do; and a law against plain counting."""

import csv
import html
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import mean, median
from typing import Any

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from mdt.core import triggers
from mdt.core.actor import Actor, system
from mdt.core.clock import in_london, utc_now
from mdt.core.db import Base, Database
from mdt.core.errors import Forbidden, Invalid, NotFound
from mdt.imaging.models import Gather, TrustAnswer
from mdt.live import actions as live
from mdt.live import quorum_kept
from mdt.live.models import CaseQuorum
from mdt.meeting import actions as meetings
from mdt.meeting import imaging_then, policies, states
from mdt.meeting.imaging_then import ImagingThen
from mdt.meeting.models import Case, Meeting, TeamPolicy
from mdt.meeting.moving import leaving, reasons
from mdt.meeting.moving.models import Carry
from mdt.meeting.triage import sorting
from mdt.meeting.triage.models import Ratification, Standard, StandardVersion, Triage
from mdt.outcome import actions as outcomes
from mdt.outcome import follow_through, live_kinds, ratifying, standards
from mdt.outcome.models import Milestone
from mdt.people.actions import add_membership
from mdt.people.models import Person, Team
from mdt.record.models import Patient
from mdt.record.nhs_number import check_digit
from mdt.reports import actions, document, queries, samples, sampling
from mdt.reports.attending import Came
from mdt.reports.counting import Share, working_days_between
from mdt.reports.period import Period, checked
from mdt.trusts.models import Trust
from tests.unit.pages import SETUP, seeded
from tests.unit.region import NOW, a_region
from tests.unit.test_outcome import PLAN
from tests.unit.test_pages_stories import words

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
AUTUMN = Period(date(2026, 11, 1), date(2026, 12, 31))
MANAGER = "manager"


class World:
    """The lung team (host RMC; RWJ is another trust) over two Tuesdays, 24 November and 1 December 2026."""

    def __init__(self, region):
        self.region, self.now = region, NOW
        self.here = set()  # attendances
        with region.db.writing() as session:
            session.add(Trust(ods="RWJ", name="Stockport", live_from=NOW.date()))
            for name, specialty in (("chair", "Thoracic surgeon"), ("member", "Radiologist")):
                session.get_one(Person, region[name].person_id).specialty = specialty
            for number in range(4, 8):
                nine = f"99900000{number}"
                nhs, named = f"{nine}{check_digit(nine)}", {"family": f"Patient {number}", "given": "P", "sex": "F"}
                session.add(Patient(nhs_number=nhs, birth_date=date(1950, 1, 1), **named))
            session.flush()
            self.patients = list(session.scalars(select(Patient.id).order_by(Patient.nhs_number)))
            roles = [{"name": "Surgeon", "count": 1, "specialties": ["surgeon"]},
                     {"name": "Radiologist", "count": 1, "specialties": ["radiologist"]}]  # fmt: skip
            policies.set_policy(session, by=region["chair"], team_id=region.team, starts=NOW.date(), roles=roles,
                                blocks="nothing", records_views=False, clock_for_all=False, now=NOW)  # fmt: skip

    def do(self, act, by="chair", **said):
        with self.region.db.writing() as session:
            return act(session, by=self.region[by], now=self.now, **said)

    def plan(self, weeks):
        return self.do(meetings.plan, team_id=self.region.team, starts_at=NOW + weeks * WEEK)

    def list(self, meeting, patient):
        patient_id = self.patients[patient]
        return self.do(meetings.list_case, meeting_id=meeting.id, patient_id=patient_id, clinical_question="Operable?")

    def images_are_here(self, patient):
        """Every trust answers what was asked, and holds nothing."""
        unfinished = Gather.patient_id == self.patients[patient], Gather.finished_at.is_(None)
        with self.region.db.writing() as session:
            for asked in session.scalars(select(Gather).where(*unfinished)):
                asked.started_at = asked.finished_at = self.now
                session.add_all(
                    TrustAnswer(gather_id=asked.id, trust_ods=ods, status="answered", changed_at=self.now)
                    for ods in ("RMC", "RWJ")
                )

    def lock(self, meeting):
        with self.region.db.writing() as session:
            codes = meetings.lacking(session, by=self.region["chair"], meeting_id=meeting.id, now=self.now)
            seen = {code for each in codes.values() for code in each}
            meetings.lock_list(session, by=self.region["chair"], meeting_id=meeting.id, seen=seen, now=self.now)

    def discuss(self, case, minutes):
        self.do(meetings.open_case, case_id=case.id)
        self.now += timedelta(minutes=minutes)
        with self.region.db.writing() as session:
            live.still_there(session, attendance_ids=[*self.here], now=self.now)

    def sign(self, case, **other):
        """What is said in the room is typed, signed, and its quorum kept."""
        binding = outcomes.Binding(case.meeting_id, case.id, case.patient_id, version=1)
        for name, value in (PLAN | other).items():
            typed = self.do(outcomes.set_field, binding=binding, revision=99, field=name, value=value)
        self.do(outcomes.sign, binding=binding, revision=typed.revision)
        with self.region.db.writing() as session:
            meeting = session.get_one(Meeting, case.meeting_id)
            quorum_kept.note(session, meeting, case.id, 1, self.now)

    def joins(self, who, meeting):
        self.here.add(joined := self.do(live.arrive, by=who, meeting_id=meeting.id, client="c"))
        return joined

    def leaves(self, attendance):
        self.here.remove(attendance)
        with self.region.db.writing() as session:
            live.leave(session, attendance_id=attendance, now=self.now)

    def case_of(self, meeting, patient):
        with self.region.db.reading() as session:
            those = select(Case).where(Case.meeting_id == meeting.id, Case.patient_id == self.patients[patient])
            return session.scalars(those).one()


def lived(region):
    """Two meetings: see each step's figures in the test below."""
    world = World(region)
    first, second = world.plan(0), world.plan(1)
    ready, alone, undecided, foreign, standard, promoted, moved = (world.list(first, place) for place in range(7))
    world.images_are_here(0)
    world.lock(first)
    version = world.do(standards.write, team_id=region.team, standard_id=None, name="Benign nodule", criteria="Stable",
                       intent="X", no_treatment_reason="10", treatments=["11"], approved_by="The board",
                       approved_on=date(2026, 1, 1), review_on=date(2030, 1, 1))  # fmt: skip
    for case in (standard, promoted):
        world.do(sorting.sort, case_id=case.id, seen=0, stream="standard", standard_version_id=version.id)
    world.do(sorting.promote, by="member", case_id=promoted.id, reason="Her heart")
    world.do(leaving.move, case_id=moved.id, meeting_id=second.id, note="She is away")
    world.do(leaving.defer, case_id=foreign.id, reason="images", trust_ods="RWJ", study="CT chest")

    world.joins("chair", first)
    radiologist = world.joins("member", first)
    world.do(meetings.open_meeting, meeting_id=first.id)
    with region.db.reading() as session:
        seen = {one.seen for one in ratifying.proposals(session, region["chair"], first.id)}
    world.do(ratifying.ratify, meeting_id=first.id, seen=seen)
    world.discuss(ready, 4)
    world.sign(ready)
    world.leaves(radiologist)
    world.now += timedelta(minutes=1)
    world.discuss(alone, 1)
    world.sign(alone)
    world.discuss(undecided, 10)
    world.do(meetings.close_meeting, meeting_id=first.id)
    for attendance in [*world.here]:
        world.leaves(attendance)
    told = {ready.id: date(2026, 11, 26), alone.id: date(2026, 12, 1)}
    world.now = NOW + WEEK
    for case_id, day in told.items():
        world.do(follow_through.record, case_id=case_id, kind="told", day=day)

    world.list(second, 0)
    world.images_are_here(0)
    world.joins("chair", second)
    world.do(meetings.open_meeting, meeting_id=second.id)
    world.discuss(world.case_of(second, 0), 5)
    world.do(meetings.close_meeting, meeting_id=second.id)

    world.now = NOW + 9 * WEEK
    on = world.now.date()
    world.do(follow_through.record, case_id=ready.id, kind="followed", day=on, answer="not-done", reason="other")
    world.now += DAY
    world.do(follow_through.record, case_id=ready.id, kind="followed", day=on, answer="done")
    world.do(follow_through.record, case_id=alone.id, kind="followed", day=on, answer="changed", reason="choice")
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    live_kinds.register()
    with a_region(tmp_path_factory.mktemp("reports")) as region:
        yield lived(region)


def report(world, period=AUTUMN, by="chair"):
    with world.region.db.reading() as session:
        return queries.report(session, world.region[by], world.region.team, period, world.now.date())


BY_HAND = {
    # Six on 24 November, one being moved away; on the 1st that one, the foreign, the promoted and the first again.
    "due": Share(10),
    "discussed": Share(4, 10),
    "standard": Share(1, 10),
    "delayed": Share(5, 10),  # the foreign one, the promoted one twice, the moved and the foreign one on the 1st
    "rollover": Share(4, 10),
    "foreign": Share(1, 10),
    "short": Share(1, 4),
    "again": Share(1, 4),
    "quorate": Share(2, 3),
    "not-quorate": Share(1, 3),
    "no-quorum-kept": Share(0, 3),
    "promoted": Share(1, 2),
    "signed": Share(3, 10),
    "undecided": Share(2, 4),
    "told-in-time": Share(1, 3),
    "told-late": Share(1, 3),
    "not-told": Share(1, 3),  # the one on the standard
    "followed": Share(2, 3),
    "done": Share(1, 2),
    "changed": Share(1, 2),
    "not-done": Share(0, 2),
    "unfollowed": Share(1, 3),
    "ready-cut-off": Share(1, 6),
    "not-ready-cut-off": Share(5, 6),
    "ready-discussion": Share(2, 4),
    "not-ready-discussion": Share(2, 4),
}


def test_every_figure_is_the_one_worked_out_by_hand(world):
    found = report(world)
    assert found.counts.shares == BY_HAND
    assert found.meetings == 2
    assert (found.counts.monthly["due"], found.counts.monthly["discussed"]) == ([6, 4], [3, 1])
    minutes = found.counts.minutes
    # Four minutes and the one in which the radiologist left; one; ten; and five a week later.
    assert (minutes.median, minutes.mean, minutes.by_month) == (5.0, 5.25, (5.0, 5.0))
    assert found.counts.reasons == {"time": 4, "images": 1}
    assert found.counts.trusts == {"RWJ": 1}
    assert found.counts.why == {("done", ""): 1, ("changed", "choice"): 1}
    assert found.counts.told_after == {2: 1, 5: 1}
    assert found.counts.lacked == {"Radiologist": 1}
    assert found.attending.roles == (Came("Surgeon", 2, 2), Came("Radiologist", 1, 2))
    assert found.attending.people == (
        Came("Dr Chair", 2, 2, "Thoracic surgeon"),
        Came("Dr Member", 1, 2, "Radiologist"),
    )
    assert found.imaging_since == NOW


def test_each_figure_leads_to_as_many_cases_as_it_counts(world):
    counts = report(world).counts
    keys = {key: share.many for key, share in counts.shares.items()}
    keys |= {f"reason-{code}": many for code, many in counts.reasons.items()}
    keys |= {f"trust-{ods}": many for ods, many in counts.trusts.items()} | {"why-choice": 1, "why-comorbidity": 0}
    with world.region.db.reading() as session:
        for key, many in keys.items():
            found, total = found_of(session, world, key)
            assert (len(found), total) == (many, many), key
        assert {one.carry.trust_ods for one in found_of(session, world, "foreign")[0]} == {"RWJ"}
        with pytest.raises(NotFound):
            found_of(session, world, "reason-nobody")


def found_of(session, world, key):
    by, today = world.region["chair"], world.now.date()
    return queries.behind(session, by, team_id=world.region.team, period=AUTUMN, key=key, today=today)[2:]


def test_only_those_who_answer_for_the_team_see_its_figures(world):
    team, manager = world.region.team, Actor("m", "Ms Manager", manages=frozenset({world.region.team}))
    with world.region.db.reading() as session:
        today = world.now.date()
        assert queries.report(session, manager, team, AUTUMN, today).counts.shares == BY_HAND
        with pytest.raises(Forbidden):
            queries.report(session, world.region["member"], team, AUTUMN, today)
        for stranger in (world.region["outsider"], Actor("m", "Ms M", manages=frozenset({"another"}))):
            with pytest.raises(NotFound):
                queries.report(session, stranger, team, AUTUMN, today)


def test_a_period_without_meetings_says_so_and_a_period_nobody_means_is_refused(world):
    empty = report(world, Period(date(2025, 1, 1), date(2025, 1, 31)))
    assert {share.many for share in empty.counts.shares.values()} == {0}
    assert (empty.counts.minutes.median, empty.counts.told_after, empty.attending.roles) == (None, {}, ())
    assert all(len(row) == len(document.HEADS) for row in document.rows(empty))
    with pytest.raises(Invalid, match="before it begins"):
        checked(date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(Invalid, match="a year at most"):
        checked(date(2026, 2, 1), date(2028, 1, 1))


def test_what_happens_after_the_cut_off_changes_nothing_that_was_noted(tmp_path):
    with a_region(tmp_path) as region:
        world = World(region)
        meeting = world.plan(1)
        with region.db.writing() as session:
            meetings.set_cut_off(
                session, by=region["chair"], team_id=region.team, starts=NOW.date(), working_hours=16, now=NOW
            )
        world.list(meeting, 0)
        closes = (
            NOW + WEEK - 3 * DAY - timedelta(days=1)
        )  # Friday at nine: sixteen working hours before Tuesday at nine
        assert in_london(closes).weekday() == 4
        assert noted(world, closes - DAY) == {}
        assert noted(world, closes) == {0: False}
        world.images_are_here(0)
        world.now = closes + timedelta(minutes=30)
        world.list(meeting, 1)  # listed after the rule had closed the list
        assert noted(world, world.now) == {0: False}
        assert noted(world, closes + timedelta(hours=3)) == {0: False}
        world.lock(meeting)
        assert noted(world, world.now) == {0: False, 1: False}


def noted(world, now):
    """What is written of the cut-off, by patient, after the worker looked at a moment."""
    with world.region.db.writing() as session:
        imaging_then.note_closed_lists(session, now=now)
        kept = select(Case.patient_id, ImagingThen.ready).join(Case, Case.id == ImagingThen.case_id)
        return {world.patients.index(patient): ready for patient, ready in session.execute(kept)}


def test_page_table_and_pdf_say_the_same_and_a_manager_is_shown_no_patient(tmp_path):
    with seeded(tmp_path) as made:
        team, today = made.teams["lung"], in_london(utc_now()).date()
        days = f"?from={today - 30 * DAY}&to={today}"
        with made.house.db.writing() as db:
            add_membership(db, by=SETUP, person_id=made.people["administrator"], team_id=team, role="manager",
                           starts=date(2020, 1, 1), now=utc_now())  # fmt: skip
        manager, chair = made.signed_in("administrator"), made.signed_in("chair")
        at = f"/teams/{team}/reports/"
        page, figures = chair.get(f"{at}{days}").text, chair.get(f"{at}figures.csv{days}").text
        table = list(csv.reader(io.StringIO(figures.lstrip("\ufeff"))))
        read: Any = pypdf.PdfReader(io.BytesIO(chair.get(f"{at}report.pdf{days}").data))
        paper = " ".join(" ".join(each.extract_text() for each in read.pages).split())
        assert b"pdfuaid" in read.trailer["/Root"]["/Metadata"].get_data()
        assert len(table) > 30
        for row in table[1:]:
            assert " ".join(row[5:]).strip() in paper, row
            assert row[5] in html.unescape(page), row
        assert manager.get("/reports/").location == at
        assert manager.get(f"{at}report.pdf{days}").status_code == 200
        named, unnamed = (who.get(f"{at}cases/due{days}").text for who in (chair, manager))
        assert ("KOWALSKI" in named, "KOWALSKI" in unnamed) == (True, False)
        assert "2 cases" in words(unnamed)
        hidden = (
            f"/meetings/{made.meetings['today']}",
            f"/cases/{made.cases['maria']}/",
            f"/teams/{team}/cosd/",
            "/referrals/new/",
        )
        assert [manager.get(path).status_code for path in hidden] == [404, 404, 404, 403]
        wrong = chair.get(
            f"/teams/{team}/reports/?from-day=1&from-month=2&from-year=2026&to-day=1&to-month=1&to-year=2026"
        )
        assert (wrong.status_code, "ends before it begins" in wrong.text) == (400, True)


# The law: what the database counts is what plain counting gives.


@dataclass
class Listing:
    """A listing of a random world, in plain words."""

    meeting: int
    patient: int
    status: str
    seconds: int = 0
    ratified: bool = False
    promoted: bool = False
    carry: tuple[str, str | None] | None = None
    signed: int | None = None  # days after the meeting
    quorums: list[bool] = field(default_factory=list)
    milestones: list[tuple[str, int, str, str]] = field(default_factory=list)  # kind, days after, answer, reason
    imaging: dict[str, bool] = field(default_factory=dict)


# Days of meetings: a long weekend, a month's end, one outside the period, one still open.
SITTINGS = [date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 12), date(2026, 3, 20), date(2026, 5, 19)]
SPRING, TODAY = Period(date(2026, 4, 1), date(2026, 5, 31)), date(2026, 6, 30)
WHY = st.sampled_from(["choice", "other"])
MILESTONE = st.one_of(
    st.tuples(st.just("told"), st.integers(0, 14), st.just(""), st.just("")),
    st.tuples(st.just("followed"), st.integers(56, 80), st.just("done"), st.just("")),
    st.tuples(st.just("followed"), st.integers(56, 80), st.sampled_from(["changed", "not-done"]), WHY),
)
CARRIED = st.sampled_from([*reasons.DEFERRALS, reasons.MOVED])
STATUSES = ("listed", "discussed", "discussed", "decided", "signed", "closed", "deferred", "withdrawn", "tabled")
LISTING = st.builds(
    Listing,
    meeting=st.integers(0, 4),
    patient=st.integers(0, 3),
    status=st.sampled_from(STATUSES),
    seconds=st.sampled_from([0, 60, 119, 120, 200, 700]),
    ratified=st.booleans(),
    promoted=st.booleans(),
    carry=st.one_of(st.none(), st.tuples(CARRIED, st.sampled_from([None, "RMC", "RWJ"]))),
    signed=st.one_of(st.none(), st.sampled_from([0, 3, 90])),
    quorums=st.lists(st.booleans(), max_size=2),
    milestones=st.lists(MILESTONE, max_size=4),
    imaging=st.dictionaries(st.sampled_from(imaging_then.MOMENTS), st.booleans()),
)  # fmt: skip
WORLD = st.lists(LISTING, max_size=14, unique_by=lambda one: (one.meeting, one.patient))


@pytest.fixture(scope="module")
def bare():
    """A database with nothing but a team, its trusts, patients and meetings."""
    db = Database("sqlite://")
    Base.metadata.create_all(db.engine)
    with db.writing() as session:
        triggers.lift(session.connection())  # each world is wiped away by the next
        session.add_all(Trust(ods=ods, name=ods, live_from=date(2020, 1, 1)) for ods in ("RMC", "RWJ"))
        session.flush()
        session.add(Team(id="team", name="Lung", mdt_type="0801", host_ods="RMC"))
        session.flush()
        for number in range(4):
            session.add(
                Patient(
                    id=f"p{number}",
                    nhs_number=f"{number}" * 10,
                    family="F",
                    given="G",
                    birth_date=date(1950, 1, 1),
                    sex="F",
                )
            )
        for number, day in enumerate(SITTINGS):
            status = "open" if number == 4 else "closed"
            session.add(Meeting(id=f"m{number}", team_id="team", starts_at=moment(day), status=status))
        standard = Standard(id="s", team_id="team")
        session.add(standard)
        session.flush()
        day, at = SITTINGS[0], moment(SITTINGS[0])
        version = {"number": 1, "name": "N", "criteria": "C", "treatments": [], "approved_by": "x"}
        days = {"approved_on": day, "review_on": day, "made_at": at}
        session.add(StandardVersion(id="v", standard_id="s", **version, **days))
        session.add(TeamPolicy(id="policy", team_id="team", starts=date(2099, 1, 1), roles=[], made_at=at))
    yield db
    db.close()


def moment(day, hours=12):
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hours)


def put(session, listings):
    for table in (Milestone, CaseQuorum, Carry, Ratification, Triage, ImagingThen, Case):
        session.execute(delete(table))
    for place, one in enumerate(listings):
        case, day = f"c{place}", SITTINGS[one.meeting]
        at, this = moment(day), {"case_id": f"c{place}", "at": moment(day), "by_name": "x"}
        session.execute(insert(Case).values(
            id=case, meeting_id=f"m{one.meeting}", patient_id=f"p{one.patient}", position=place, clinical_question="Q",
            status=one.status, listed_at=at, discussed_seconds=one.seconds,
            decided_at=None if one.signed is None else at + one.signed * DAY,
        ))  # fmt: skip
        if one.ratified:
            session.add(Ratification(**this, meeting_id=f"m{one.meeting}", standard_version_id="v"))
        if one.promoted:
            session.add(Triage(**this, number=1, stream="full", needs=[], promoted=True))
        if one.carry:
            session.add(Carry(**this, team_id="team", count=1, reason=one.carry[0], trust_ods=one.carry[1]))
        for number, quorate in enumerate(one.quorums, start=1):
            said = {"quorate": quorate, "missing": [] if quorate else [{"role": f"Role {number}"}], "present": []}
            session.add(CaseQuorum(case_id=case, version=number, at=at, policy_id="policy", **said))
        for number, (kind, after, answer, reason) in enumerate(one.milestones):
            said = this | {"at": at + timedelta(minutes=number)}
            session.add(
                Milestone(
                    **said, patient_id=f"p{one.patient}", kind=kind, day=day + after * DAY, answer=answer, reason=reason
                )
            )
        for moment_of, ready in one.imaging.items():
            session.add(
                ImagingThen(case_id=case, moment=moment_of, word="READY" if ready else "ARRIVING", ready=ready, at=at)
            )
    session.flush()


def plainly(listings):
    """Every figure by going through the listings one by one."""
    results = (states.DISCUSSED, *states.RESULTS)

    def was_discussed(one):
        return one.status in results and not one.ratified

    def newest(one, kind):
        return next((each for each in reversed(one.milestones) if each[0] == kind), None)

    def is_before(other, one):
        return other.patient == one.patient and SITTINGS[other.meeting] < SITTINGS[one.meeting]

    sets: dict[str, list[Listing]] = {key: [] for key in (*BY_HAND, "timed")}
    told: Counter[int] = Counter()
    why: Counter[tuple[str, str]] = Counter()
    by_reason: Counter[str] = Counter()
    lacked: Counter[str] = Counter()
    for one in listings:
        moved = one.carry is not None and one.carry[0] == reasons.MOVED
        if one.meeting > 2 or one.status == states.WITHDRAWN or moved:
            continue
        discussed, signed = was_discussed(one), one.signed is not None
        tell, follow = newest(one, "told"), newest(one, "followed")
        days = tell and working_days_between(SITTINGS[one.meeting], SITTINGS[one.meeting] + tell[1] * DAY)
        quorate = one.quorums[-1] if one.quorums and signed else None
        reason, trust = one.carry or ("", None)
        old = signed and SITTINGS[one.meeting] + one.signed * DAY + timedelta(weeks=8) <= TODAY
        true = {
            "due": True,
            "discussed": discussed,
            "standard": one.ratified,
            "promoted": one.promoted,
            "delayed": bool(reason),
            "rollover": reason == "time",
            "foreign": reason == "images" and trust == "RWJ",
            "timed": discussed and one.seconds > 0,
            "short": discussed and 0 < one.seconds < 120,
            "again": discussed and any(was_discussed(other) and is_before(other, one) for other in listings),
            "signed": signed,
            "undecided": discussed and not signed,
            "quorate": quorate is True,
            "not-quorate": quorate is False,
            "no-quorum-kept": signed and quorate is None,
            "told-in-time": signed and tell is not None and days <= 2,
            "told-late": signed and tell is not None and days > 2,
            "not-told": signed and tell is None,
            "followed": signed and follow is not None,
            "done": signed and follow is not None and follow[2] == "done",
            "changed": signed and follow is not None and follow[2] == "changed",
            "not-done": signed and follow is not None and follow[2] == "not-done",
            "unfollowed": old and follow is None,
            "ready-cut-off": one.imaging.get("cut-off") is True,
            "not-ready-cut-off": one.imaging.get("cut-off") is False,
            "ready-discussion": discussed and one.imaging.get("discussion") is True,
            "not-ready-discussion": discussed and one.imaging.get("discussion") is False,
        }  # fmt: skip
        for key, holds in true.items():
            if holds:
                sets[key].append(one)
        if reason:
            by_reason[reason] += 1
        if signed and tell is not None:
            told[days] += 1
        if true["followed"]:
            why[follow[2], follow[3]] += 1
        if quorate is False:
            lacked[f"Role {len(one.quorums)}"] += 1
    return sets, told, why, by_reason, lacked


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(WORLD)
def test_law_the_database_counts_what_plain_counting_gives(bare, listings):
    with bare.writing() as session:
        put(session, listings)
        found = queries.report(session, system("test"), "team", SPRING, TODAY).counts
    sets, told, why, by_reason, lacked = plainly(listings)
    assert {key: share.many for key, share in found.shares.items()} == {key: len(sets[key]) for key in found.shares}
    assert found.monthly["due"] == [
        sum(one.meeting < 2 for one in sets["due"]),
        sum(one.meeting == 2 for one in sets["due"]),
    ]
    minutes = [one.seconds / 60 for one in sets["timed"]]
    assert found.minutes.median == (pytest.approx(median(minutes)) if minutes else None)
    assert found.minutes.mean == (pytest.approx(mean(minutes)) if minutes else None)
    late = [one.seconds / 60 for one in sets["timed"] if one.meeting == 2]
    assert found.minutes.by_month[1] == (pytest.approx(median(late)) if late else None)
    assert (found.told_after, found.why, found.reasons, found.lacked) == (told, why, by_reason, lacked)
    of = {key: share.of for key, share in found.shares.items()}
    assert of["short"] == len(minutes)
    assert of["promoted"] == len([one for one in sets["due"] if one.ratified or one.promoted])
    assert of["done"] == len(sets["followed"])
    assert of["quorate"] == len(sets["quorate"]) + len(sets["not-quorate"])


# The audit of standards of care.


def test_a_sample_can_be_drawn_again_by_anybody():
    cases = [f"case {number}" for number in range(40)]
    first = sampling.drawn(cases, seed="team 2026", percent=10, least=5)
    assert (len(first), len(set(first))) == (5, 5)
    assert sampling.drawn(cases[::-1], seed="team 2026", percent=10, least=5) == first
    assert sampling.drawn(cases, seed="team 2026", percent=50, least=5)[:5] == first
    assert sampling.drawn(cases, seed="another", percent=10, least=5) != first
    assert [sampling.size(of, 10, 5) for of in (0, 3, 40, 61, 200)] == [0, 3, 5, 7, 20]


def test_somebody_who_neither_sorted_nor_ratified_reviews_the_sample(world):
    region, november = world.region, checked(date(2026, 11, 1), date(2026, 11, 30))
    with pytest.raises(Forbidden):
        world.do(actions.draw, by="member", team_id=region.team, period=november)
    with pytest.raises(Invalid, match="that is over"):
        world.do(actions.draw, team_id=region.team, period=Period(date(2026, 12, 1), world.now.date()))
    with pytest.raises(Invalid, match="No case was ratified"):
        world.do(actions.draw, team_id=region.team, period=checked(date(2026, 10, 1), date(2026, 10, 31)))
    drawn = world.do(actions.draw, by="coordinator", team_id=region.team, period=november)
    assert (len(drawn.cases), drawn.of, drawn.percent, drawn.least) == (1, 1, 10, 5)
    with pytest.raises(Invalid, match="drawn a sample of 01-Nov-2026 to 30-Nov-2026 already"):
        world.do(actions.draw, team_id=region.team, period=checked(date(2026, 11, 30), date(2026, 12, 31)))
    said = {"sample_id": drawn.id, "case_id": drawn.cases[0]}
    with pytest.raises(Invalid, match="somebody else must review"):
        world.do(actions.review, agrees=True, note="", **said)
    with pytest.raises(Forbidden):
        world.do(actions.review, by="coordinator", agrees=True, note="", **said)
    with pytest.raises(Invalid, match="why the standard was not right"):
        world.do(actions.review, by="member", agrees=False, note=" ", **said)
    with pytest.raises(NotFound):
        world.do(actions.review, by="member", agrees=True, note="", **said | {"case_id": "0" * 32})
    assert found_of_sample(world, drawn) == (0, 0)
    world.do(actions.review, by="member", agrees=False, note="Twelve millimetres", **said)
    assert found_of_sample(world, drawn) == (1, 0)
    world.now += timedelta(minutes=1)
    world.do(actions.review, by="member", agrees=True, note="Eight, measured again", **said)
    assert found_of_sample(world, drawn) == (1, 1)
    world.do(actions.review, by="presenter", agrees=False, note="Spiculated", **said)
    assert found_of_sample(world, drawn) == (1, 0)
    with region.db.reading() as session, pytest.raises(NotFound):
        samples.one(session, region["outsider"], region.team, drawn.id)


def found_of_sample(world, drawn):
    """How many are reviewed, and how many of them agreed with."""
    with world.region.db.reading() as session:
        found = samples.one(session, world.region["chair"], world.region.team, drawn.id)
        return found.reviewed, found.agreed
