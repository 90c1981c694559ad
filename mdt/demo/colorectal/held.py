"""Plays a meeting in its room: who came, each case opened, typed, checked, signed; and what followed, day by day."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.demo.colorectal import referring
from mdt.demo.colorectal.decided import KINDS, Decided, Then
from mdt.demo.colorectal.referred import BEFORE
from mdt.demo.colorectal.stage import (
    CHAIR,
    COORDINATOR,
    NURSE,
    ONCOLOGIST,
    PATHOLOGIST,
    RADIOLOGIST,
    SURGEON,
    Stage,
    at,
)
from mdt.letters import actions as letters
from mdt.letters import typeset
from mdt.live import actions as live
from mdt.meeting import actions as meetings
from mdt.meeting.bank_holidays import working_days_after
from mdt.meeting.models import Case
from mdt.meeting.moving import leaving
from mdt.meeting.triage import sorting, streams
from mdt.outcome import follow_through, messages, ratifying
from mdt.outcome.models import Action, Outcome

HOUR, MINUTE = 8, 30
PLANNED_BEFORE, ASKED_BEFORE = timedelta(days=14), timedelta(days=1)


@dataclass
class Sitting:
    """A meeting that was held. `standards`: by patient, the version of the standard of care that was ratified."""

    stage: Stage
    day: date
    decided: Sequence[Decided]
    place: str
    minutes: int
    standards: Mapping[str, str] = field(default_factory=dict)
    deferred: tuple[str, str, str, str] | None = None
    absent: tuple[str, ...] = ()
    id: str = ""

    def enter(self) -> None:
        """Into the diary: planned, referred to, sorted the day before, held."""
        stage = self.stage
        stage.diary.put(at(self.day - PLANNED_BEFORE, 9), self._plan)
        who = [*(one.who for one in self.decided), *self.standards, *([self.deferred[0]] if self.deferred else [])]
        for key in who:
            referring.send(stage, BEFORE[key], self.day, referring.accepted(stage, lambda: self.id))
        stage.diary.put(at(self.day - ASKED_BEFORE, 15), lambda now: self._sort(who, now))
        stage.diary.put(at(self.day, HOUR, MINUTE), self._hold)

    def _plan(self, now: datetime) -> None:
        stage = self.stage
        by, starts = stage.who(COORDINATOR, now), at(self.day, HOUR, MINUTE)
        made = meetings.plan(
            stage.session, by=by, team_id=stage.team, starts_at=starts, place=self.place, now=now
        )  # fmt: skip
        self.id = made.id
        meetings.arrange(
            stage.session, by=by, meeting_id=made.id, call_url=f"https://calls.example/join/{made.id[:12]}",
            planned_minutes=self.minutes, now=now,
        )  # fmt: skip

    def _sort(self, who: Sequence[str], now: datetime) -> None:
        by = self.stage.who(NURSE, now)
        for key in who:
            version = self.standards.get(key)
            sorting.sort(
                self.stage.session, by=by, case_id=self._case(key).id, seen=0, kind=KINDS.get(key, "new"),
                stream=streams.STANDARD if version else streams.FULL, standard_version_id=version, now=now,
            )  # fmt: skip

    def _hold(self, now: datetime) -> None:
        session, chair, coordinator = self.stage.session, self.stage.who(CHAIR, now), self.stage.who(COORDINATOR, now)
        team = (CHAIR, COORDINATOR, NURSE, RADIOLOGIST, SURGEON, ONCOLOGIST, PATHOLOGIST)
        there = [
            live.arrive(session, by=self.stage.who(email, now), meeting_id=self.id, client=str(uuid.uuid4()), now=now)
            for email in team
            if email not in self.absent
        ]
        self._keep(coordinator, "meeting.open", {}, now)
        if self.deferred:
            key, trust, study, note = self.deferred
            leaving.defer(
                session, by=coordinator, case_id=self._case(key).id, reason="images", trust_ods=trust, study=study,
                note=note, now=now,
            )  # fmt: skip
        if self.standards:
            seen = [one.seen for one in ratifying.proposals(session, chair, self.id)]
            ratifying.ratify(session, by=chair, meeting_id=self.id, seen=seen, now=now)
            self.stage.diary.put(at(working_days_after(self.day, 1)[-1], 11), self._tell)
        for one in self.decided:
            now = self._discuss(one, chair, coordinator, there, now)
        self._keep(chair, "meeting.close", {}, now)
        for attendance in there:
            live.leave(session, attendance_id=attendance, now=now)

    def _tell(self, now: datetime) -> None:
        """Those whose standard of care was ratified are rung up by the nurse."""
        nurse = self.stage.who(NURSE, now)
        for key in self.standards:
            follow_through.record(
                self.stage.session, by=nurse, case_id=self._case(key).id, kind=follow_through.TOLD,
                day=in_london(now).date(), now=now,
            )  # fmt: skip

    def _discuss(
        self, one: Decided, chair: Actor, coordinator: Actor, there: list[str], now: datetime
    ) -> datetime:  # fmt: skip
        """Gives the moment at which the meeting moves on."""
        case = self._case(one.who)
        self._keep(chair, "case.open", {"case": case.id}, now)
        bound = {"case": case.id, "patient": case.patient_id, "version": 1}
        ends, revision = now + timedelta(minutes=one.minutes), 0
        for name, value in one.form.items():
            now += timedelta(seconds=7)
            said = {"field": name, "value": self._dated(name, value), "revision": 0}
            self._keep(coordinator, messages.SET, bound | said, now)
            revision += 1
        live.still_there(self.stage.session, attendance_ids=there, now=ends)
        if one.is_signed:
            read = bound | {"revision": revision}
            self._keep(self.stage.who(NURSE, ends), messages.CHECK, read, ends)
            self._keep(chair, messages.SIGN, read, ends)
        for then in one.after:
            day, act = working_days_after(self.day, then.day)[-1], _ACTS[then.act]
            self.stage.diary.put(at(day, _HOURS[then.act]), _later(act, self, case, then))
        return ends

    def _keep(self, by: Actor, kind: str, body: dict[str, Any], now: datetime) -> None:
        live.keep(
            self.stage.session, by=by, meeting_id=self.id, op=str(uuid.uuid4()), kind=kind, body=body, now=now
        )  # fmt: skip

    def _case(self, key: str) -> Case:
        return self.stage.case(key, self.id)

    def _dated(self, name: str, value: Any) -> Any:
        """Working days after the meeting as the day they mean."""
        if name == "tell_by":
            return working_days_after(self.day, value)[-1].isoformat()
        if name == "actions":
            return [one | {"due": working_days_after(self.day, one["due"])[-1].isoformat()} for one in value]
        return value

    # What follows.

    def told(self, case: Case, then: Then, now: datetime) -> None:
        self._record(case, follow_through.TOLD, now)

    def started(self, case: Case, then: Then, now: datetime) -> None:
        self._record(case, follow_through.STARTED, now)

    def followed(self, case: Case, then: Then, now: datetime) -> None:
        self._record(case, follow_through.FOLLOWED, now, **then.says)

    def done(self, case: Case, then: Then, now: datetime) -> None:
        self._close(case, then.says["action"], follow_through.DONE, "", now)

    def cancelled(self, case: Case, then: Then, now: datetime) -> None:
        self._close(case, then.says["action"], follow_through.CANCELLED, then.says["note"], now)

    def amended(self, case: Case, then: Then, now: datetime) -> None:
        """The chair begins it, the coordinator types, the nurse checks, the chair signs."""
        bound = {"case": case.id, "patient": case.patient_id, "version": 1}
        self._outcome(CHAIR, messages.AMEND, bound | {"reason": then.says["reason"]}, now)
        bound["version"], revision = 2, 0
        for name, value in then.says["form"].items():
            said = {"field": name, "value": self._dated(name, value), "revision": 0}
            revision = self._outcome(COORDINATOR, messages.SET, bound | said, now).revision
        for email, kind in ((NURSE, messages.CHECK), (CHAIR, messages.SIGN)):
            self._outcome(email, kind, bound | {"revision": revision}, now)

    def letter(self, case: Case, then: Then, now: datetime) -> None:
        """Made by the nurse; sent on its day, or waiting. Nobody else uses the database yet, so it may be set here."""
        session, by = self.stage.session, self.stage.who(NURSE, now)
        draft = letters.draft(
            session, by=by, case_id=case.id, kind=then.says["kind"], recipient=then.says["to"], address="", now=now
        )  # fmt: skip
        made = letters.make(session, by=by, made=draft, pdf=typeset.pdf(draft.document(), now=now), now=now)
        if "sent" in then.says:
            day = working_days_after(self.day, then.says["sent"])[-1]
            self.stage.diary.put(at(day, 15), lambda later: self._send(case, made.id, later))

    def _send(self, case: Case, letter_id: str, now: datetime) -> None:
        letters.send(
            self.stage.session, by=self.stage.who(NURSE, now), case_id=case.id, letter_id=letter_id,
            sent_on=now.date(), how="Secure e-mail", told_on=None, now=now,
        )  # fmt: skip

    def _record(self, case: Case, kind: str, now: datetime, **says: str) -> None:
        follow_through.record(
            self.stage.session, by=self.stage.who(NURSE, now), case_id=case.id, kind=kind, day=now.date(), now=now,
            **says,
        )  # fmt: skip

    def _close(self, case: Case, number: int, status: str, note: str, now: datetime) -> None:
        signed = follow_through.in_force(self.stage.session, case)
        assert signed is not None
        listed = select(Action).where(Action.outcome_id == signed.id, Action.kind != follow_through.TELL)
        action = self.stage.session.scalars(listed.order_by(Action.position)).all()[number]
        follow_through.close_action(
            self.stage.session, by=self.stage.who(NURSE, now), action_id=action.id, status=status, note=note, now=now
        )  # fmt: skip

    def _outcome(self, email: str, kind: str, body: dict[str, Any], now: datetime) -> Outcome:
        return messages.do(
            self.stage.session, by=self.stage.who(email, now), meeting_id=self.id, kind=kind, body=body, now=now
        )  # fmt: skip


Act = Callable[[Sitting, Case, Then, datetime], None]

_ACTS: dict[str, Act] = {
    "started": Sitting.started,
    "told": Sitting.told,
    "amended": Sitting.amended,
    "letter": Sitting.letter,
    "followed": Sitting.followed,
    "done": Sitting.done,
    "cancelled": Sitting.cancelled,
}
_HOURS = {"started": 9, "amended": 10, "told": 11, "letter": 13, "done": 16, "cancelled": 16, "followed": 17}


def _later(act: Act, sitting: Sitting, case: Case, then: Then) -> Callable[[datetime], None]:
    return lambda now: act(sitting, case, then, now)
