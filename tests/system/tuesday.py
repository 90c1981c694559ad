"""A Tuesday of the colorectal team, with the days before and after it: the product, its people, and their clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from mdt import bootstrap
from mdt.bootstrap import House
from mdt.config import from_environment
from mdt.core.actor import Actor, system
from mdt.core.clock import utc_now
from mdt.imaging.actions import begin_gather
from mdt.imaging.models import Gather, TrustAnswer
from mdt.live.models import Attendance
from mdt.meeting import actions as meetings
from mdt.meeting import policies, progress, states
from mdt.meeting.models import Case, Meeting
from mdt.meeting.triage import sorting, streams
from mdt.outcome import standards, team_proformas
from mdt.outcome.models import Outcome
from mdt.people import actions as people
from mdt.people.models import Person
from mdt.people.queries import build_actor
from mdt.record import nhs_number
from mdt.record.actions import add_patient
from mdt.record.models import Patient
from mdt.referral import actions as referrals
from mdt.referral import decisions
from mdt.referral.models import Referral
from mdt.trusts.models import Source, Trust
from tests.live_house import Seat, Server
from tests.system import tuesday_cast as cast
from tests.system.crowd import Crowd, Somebody
from tests.system.product import Product
from tests.system.room_place import until
from tests.system.steps import wait
from tests.unit.objects import an_object, save

SETUP = system("story")
BEFORE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
# A line that can be held up: what is typed waits in the page until it is let go.
SLOW_LINE = """window.WebSocket = class extends WebSocket {
    send(what) {
        if (window.heldUp && String(what).includes('outcome.set')) window.heldUp.push(() => super.send(what));
        else super.send(what);
    }
};"""
IN_BROWSERS = ("chair", "coordinator", "deputy", "nurse", "referrer")
ON_SOCKETS = ("chair", "nurse", "radiologist", "pathologist", "oncologist")  # they make the quorum


@dataclass
class Tuesday:
    """The place and what is in it, by short names: people by what they are, cases and patients by the family name."""

    product: Product
    house: House
    crowd: Crowd
    folder: Path
    team: str = ""
    meeting: str = ""
    next_meeting: str = ""
    people: dict[str, str] = field(default_factory=dict)
    patients: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    sockets: dict[str, Somebody] = field(default_factory=dict)
    _lines: dict[str, httpx.Client] = field(default_factory=dict)
    _desks: dict[str, Page] = field(default_factory=dict)
    _rooms: dict[str, Page] = field(default_factory=dict)

    # The clock.

    @property
    def now(self) -> datetime:
        return utc_now() + timedelta(seconds=float(self._ahead.read_text()))

    def it_is(self, moment: datetime) -> None:
        """At least so late; whoever is in a browser has just signed in."""
        if not self._ahead.exists() or self.now < moment:
            self._set_ahead(moment - utc_now())
            for who, context in self.contexts.items():
                self._sign_in(who, context)

    def passes(self, time: timedelta) -> None:
        """Time goes by for the house, and for nobody else."""
        self._set_ahead(self.now + time - utc_now())

    @property
    def _ahead(self) -> Path:
        return self.folder / "ahead"

    def _set_ahead(self, by: timedelta) -> None:
        draft = self.folder / "ahead.draft"
        draft.write_text(str(by.total_seconds()))
        draft.rename(self._ahead)

    # People.

    def seat(self, who: str) -> Seat:
        return Server(self.product.data, self.product.port).seat_of(self.meeting, self.people[who], self.now)

    def _sign_in(self, who: str, context: BrowserContext) -> None:
        name, _, value = self.seat(who).cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.product.url}])

    def desk(self, who: str, address: str = "") -> Page:
        """Somebody at their pages."""
        if who not in self._desks:
            self._desks[who] = self.contexts[who].new_page()
        if address:
            self._desks[who].goto(address)
        return self._desks[who]

    def room(self, who: str, tab: str = "") -> Page:
        """Somebody in the live room, in step with it."""
        if who not in self._rooms:
            page = self._rooms[who] = self.contexts[who].new_page()
            page.goto(f"{self.agenda}/room")
        wait(self._rooms[who], "room.client.connection === 'in-step' && room.client.pending === 0")
        if tab:
            self._rooms[who].get_by_role("tab", name=tab).click()
        return self._rooms[who]

    def hangs_up(self, who: str) -> None:
        """Somebody on a socket leaves the room, and the house has noticed."""
        line = self.sockets[who].line
        assert line is not None
        self.crowd.do(line.close())
        gone = select(Attendance.left_at).where(Attendance.person_id == self.people[who])
        until(self.room("chair"), lambda: None not in self._read(gone))

    def _read(self, wanted: Select[Any]) -> list[Any]:
        with self.house.db.reading() as db:
            return list(db.scalars(wanted))

    def ask(self, who: str, address: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """As a script of a page of theirs asks; with a body it is a post."""
        line = self._line(who)
        return line.get(address) if body is None else line.post(address, json=body)

    def send_form(self, who: str, address: str, form: dict[str, Any]) -> httpx.Response:
        """A form of a page that they were never shown."""
        return self._line(who).post(address, data=form)

    def _line(self, who: str) -> httpx.Client:
        if who not in self._lines:
            self._lines[who] = httpx.Client(base_url=self.product.url, timeout=60)
        seat = self.seat(who)
        headers = seat.headers | {"Accept": "application/json", "X-CSRFToken": seat.ticket}
        self._lines[who].headers.update(headers)
        return self._lines[who]

    # Where things are.

    @property
    def agenda(self) -> str:
        return f"/meetings/{self.meeting}"

    def case(self, family: str, *, meeting: str = "") -> str:
        """The id of somebody's case on the Tuesday, or on another meeting."""
        with self.house.db.reading() as db:
            wanted = select(Case.id).join(Patient).where(Patient.family == family)
            return db.scalars(wanted.where(Case.meeting_id == (meeting or self.meeting))).one()

    def referral(self, family: str) -> str:
        """The id of the referral that somebody's case came of."""
        return str(self._read(select(Referral.id).join(Patient).where(Patient.family == family))[0])

    def outcome(self, family: str) -> Outcome | None:
        """The newest version of what is decided for somebody."""
        with self.house.db.reading() as db:
            wanted = select(Outcome).where(Outcome.case_id == self.case(family)).order_by(Outcome.version.desc())
            return db.scalars(wanted.limit(1)).first()

    def bound(self, family: str) -> dict[str, Any]:
        """What a message about somebody's outcome must name."""
        held = self.outcome(family)
        with self.house.db.reading() as db:
            patient = db.get_one(Case, self.case(family)).patient_id
        return {"patient": patient, "version": held.version if held else 1, "revision": held.revision if held else 0}

    # How far the day has come, for a story that begins there.

    def is_locked(self) -> None:
        """The list of the Tuesday takes nobody any more."""
        with self.house.db.writing() as db:
            if db.get_one(Meeting, self.meeting).locked_at is None:
                this: dict[str, Any] = {
                    "by": actor(db, self, "coordinator"),
                    "meeting_id": self.meeting,
                    "now": self.now,
                }
                seen = {code for codes in meetings.lacking(db, **this).values() for code in codes}
                meetings.lock_list(db, seen=seen, **this)

    def is_open(self) -> None:
        """The meeting is open, and whoever makes its quorum is in the room."""
        self.it_is(TUESDAY)
        with self.house.db.reading() as db:
            status = db.get_one(Meeting, self.meeting).status
        if status == progress.PLANNED:
            chair = self.desk("chair", self.agenda)
            chair.get_by_role("button", name="Open the meeting").click()
        for who in ON_SOCKETS:
            if who not in self.sockets:
                self.sockets[who] = self.crowd.somebody(self.seat(who))

    def discuss(self, family: str) -> None:
        """The chair opens somebody's case for everybody."""
        self.crowd.do(self.sockets["chair"].op("case.open", {"case": self.case(family)}))

    def decide(self, family: str) -> None:
        """The case is discussed, its outcome typed by the coordinator and read by the nurse."""
        self.discuss(family)
        form = cast.decided(cast.PEOPLE["chair"][0], cast.PEOPLE["nurse"][0])
        address = f"/cases/{self.case(family)}/outcome"
        for name, value in form.items():
            told = self.ask("coordinator", f"{address}/set.json", self.bound(family) | {"field": name, "value": value})
            assert told.is_success, told.text
        told = self.ask("nurse", f"{address}/check.json", self.bound(family))
        assert told.is_success, told.text

    def is_decided(self) -> None:
        """Everybody was discussed, and what was decided read by another; but one whom the meeting does not come to."""
        self.is_open()
        while self._rooms:  # nobody watches what is only got done
            self._rooms.popitem()[1].close()
        for family, case in self._cases():
            if case.stream != streams.STANDARD and case.reached in ("", states.DECIDED) and family != cast.NOT_REACHED:
                self.decide(family)

    def is_signed(self) -> None:
        """The meeting is over, and the chair has signed all there is."""
        self.is_decided()
        if all(case.meeting.status == progress.OPEN for _, case in self._cases()):
            assert self.send_form("chair", f"{self.agenda}/close", {}).is_redirect
        waiting = [family for family, case in self._cases() if case.reached == states.CHECKED]
        bound = [(self.case(family), self.bound(family)) for family in waiting]
        form = [f"{case} {held['patient']} {held['version']} {held['revision']}" for case, held in bound]
        if form:
            assert self.send_form(
                "chair", f"{self.agenda}/sign-off/", {"act": "outcome.sign", "bound": form}
            ).is_success

    @property
    def listings(self) -> int:
        return len(self._cases())

    def _cases(self) -> list[tuple[str, Case]]:
        with self.house.db.reading() as db:
            wanted = select(Patient.family, Case).join(Case, Case.patient_id == Patient.id)
            wanted = wanted.where(Case.meeting_id == self.meeting).options(joinedload(Case.meeting))
            return [(family, case) for family, case in db.execute(wanted.order_by(Case.position))]


@contextmanager
def a_tuesday(folder: Path, browser: Browser) -> Iterator[Tuesday]:
    """The region on the Friday before: 22 patients are listed already."""
    data = folder / "data"
    data.mkdir()
    house = bootstrap.build(from_environment({"MDT_DATA": str(data)}))
    place = Tuesday(Product(data, "-m", "tests.system.moved_clock", str(folder / "ahead")), house, Crowd(), folder)
    place.it_is(FRIDAY)
    _region(place)
    _listed(place)
    _images(place)
    place.product.start()
    for who in IN_BROWSERS:
        viewport = {"width": 1280, "height": 900}
        place.contexts[who] = browser.new_context(viewport=viewport, base_url=place.product.url)  # type: ignore[arg-type]
        place.contexts[who].add_init_script(SLOW_LINE)
        place._sign_in(who, place.contexts[who])
    yield place
    for context in place.contexts.values():
        context.close()
    for line in place._lines.values():
        line.close()
    place.crowd.close()
    place.product.stop()
    house.db.close()


def actor(db: Session, place: Tuesday, who: str) -> Actor:
    return build_actor(db, db.get_one(Person, place.people[who]), BEFORE)


def _region(place: Tuesday) -> None:
    """Trusts with archives, the team with its people, rules and two meetings."""
    now, day = BEFORE, BEFORE.date()
    with place.house.db.writing() as db:
        for ods, name in cast.TRUSTS.items():
            archive = place.folder / ods
            archive.mkdir()
            db.add(Trust(ods=ods, name=name, live_from=day.replace(year=2020)))
            db.flush()
            db.add(Source(trust_ods=ods, kind="folder", settings={"path": str(archive)}))
        db.flush()
        this: dict[str, Any] = {"by": SETUP, "now": now}
        team = people.add_team(db, name=cast.TEAM, mdt_type="0301", host_ods="RM3", **this).id
        for who, (name, specialty, ods, role) in cast.PEOPLE.items():
            email = f"{who}@nhs.example"
            about: dict[str, Any] = {
                "email": email,
                "name": name,
                "specialty": specialty,
                "trust_ods": ods,
                "password_hash": "-",
            }
            place.people[who] = people.add_person(db, **about, **this).id
            if role:
                person = place.people[who]
                people.add_membership(db, person_id=person, team_id=team, role=role, starts=day, **this)
        policies.set_policy(
            db, team_id=team, starts=day, roles=cast.QUORUM, blocks="signing", records_views=True, clock_for_all=True,
            **this,
        )  # fmt: skip
        team_proformas.choose(db, team_id=team, starts=day, block="colorectal-1", needs_check=True, **this)
        place.team = team
        place.meeting = meetings.plan(db, team_id=team, starts_at=TUESDAY, place="Seminar room 1", **this).id
        later = TUESDAY + timedelta(weeks=1)
        place.next_meeting = meetings.plan(db, team_id=team, starts_at=later, place="Seminar room 1", **this).id


def _listed(place: Tuesday) -> None:
    """Referred and accepted through the team's own gate, and sorted; five of them onto a standard of care."""
    numbers = iter(_nhs_numbers())
    with place.house.db.writing() as db:
        refers, coordinates = actor(db, place, "referrer"), actor(db, place, "coordinator")
        standard = standards.write(
            db, by=coordinates, team_id=place.team, standard_id=None, name="Stage III colon cancer after resection",
            criteria="Resected, pT1-4 N1-2 M0, fit for chemotherapy.", intent="C", treatments=["03"],
            approved_by="Colorectal pathway board", approved_on=BEFORE.date(),
            review_on=TUESDAY.date().replace(year=2027),
            now=BEFORE,
        )  # fmt: skip
        for number, family in enumerate((*cast.LISTED, *cast.KNOWN)):
            nhs = place.numbers[family] = next(numbers)
            patient = add_patient(
                db, by=SETUP, nhs=nhs, family=family, given="Alex", birth_date=cast.born(number), sex="FM"[number % 2],
                now=BEFORE,
            )  # fmt: skip
            place.patients[family] = patient.id
            if family not in cast.LISTED:
                continue
            one = referrals.begin(db, by=refers, team_id=place.team, patient_id=patient.id, now=BEFORE)
            referrals.save(db, by=refers, referral_id=one.id, revision=0, typed=cast.REFERRED, now=BEFORE)
            referrals.send(db, by=refers, referral_id=one.id, now=BEFORE)
            case = decisions.accept(db, by=coordinates, referral_id=one.id, meeting_id=place.meeting, now=BEFORE)
            on_standard = family in cast.ON_A_STANDARD
            sorting.sort(
                db, by=coordinates, case_id=case.id, seen=0, stream="standard" if on_standard else "full", kind="new",
                standard_version_id=standard.id if on_standard else None, now=BEFORE,
            )  # fmt: skip
        place.numbers |= {family: next(numbers) for family in cast.UNKNOWN}


def _images(place: Tuesday) -> None:
    """Bolton has a CT of one patient from which slices are missing; about all the others every trust has answered."""
    family = cast.IMAGES
    for number in (*range(1, 5), *range(8, 11)):
        dataset = an_object(
            np.zeros((16, 16), "int16"), PatientID=place.numbers[family], PatientName=f"{family}^Alex",
            PatientBirthDate=f"{cast.born(cast.LISTED.index(family)):%Y%m%d}", StudyDate="20261112",
            StudyDescription="CT abdomen and pelvis", StudyInstanceUID="1.2.3.7", SeriesInstanceUID="1.2.3.7.1",
            SOPInstanceUID=f"1.2.3.7.1.{number}", InstanceNumber=number, PixelSpacing=[0.7, 0.7],
            ImagePositionPatient=[0, 0, 5.0 * number], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        )  # fmt: skip
        save(dataset, place.folder / "RMC" / f"{number:03}.dcm")
    with place.house.db.writing() as db:
        for asked in db.scalars(select(Gather).where(Gather.finished_at.is_(None))):
            asked.started_at = asked.finished_at = BEFORE
            asked.answers = [
                TrustAnswer(trust_ods=ods, status="answered", expected=0, received=0, seconds=0.4, changed_at=BEFORE)
                for ods in cast.TRUSTS
            ]
        gather = begin_gather(db, by=SETUP, patient_id=place.patients[family], now=BEFORE + timedelta(minutes=1)).id
    place.house.gatherer(SETUP).run(gather)


def _nhs_numbers() -> Iterator[str]:
    """Of those kept for tests."""
    for number in range(999_000_100, 999_001_000):
        if (check := nhs_number.check_digit(str(number))) is not None:
            yield f"{number}{check}"
