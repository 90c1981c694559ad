"""Plays what is ahead: the series, the coming meeting's referrals in every state, its list, and who waits."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from mdt.demo.colorectal import agreed, referred
from mdt.demo.colorectal.days import AGREED
from mdt.demo.colorectal.referring import accepted, overridden, refused, returned, send, withdrawn, write
from mdt.demo.colorectal.stage import COORDINATOR, NURSE, Stage, at
from mdt.meeting.models import Meeting
from mdt.meeting.moving import late, transfers
from mdt.meeting.pathway import actions as pathways
from mdt.meeting.places import coming as presence
from mdt.meeting.series import actions as series
from mdt.meeting.triage import sorting
from mdt.preparation import locking
from mdt.referral import actions as referrals
from mdt.referral import queries

SKIPPED = "Regional audit half-day"


class Coming:
    """`standards`: the versions of the team's standards of care; `to_team`: whom one case is offered to."""

    def __init__(self, stage: Stage, standards: dict[str, str], *, place: str, to_team: str) -> None:
        self._stage, self._standards, self._place, self._to_team = stage, standards, place, to_team

    def enter(self) -> None:
        """Into the diary."""
        stage, today = self._stage, self._stage.days.today
        stage.diary.put(at(today - AGREED, 9), self._begin_series)
        onto_the_list = accepted(stage, self._meeting)
        for one in referred.LISTED:
            send(stage, one, today, onto_the_list)
        let_through = overridden(stage, referred.REFUSED_WHY, referred.OVERRIDDEN_WHY, onto_the_list)
        send(stage, referred.OVERRIDDEN, today, let_through)
        stage.diary.put(at(today - timedelta(days=referred.TWICE.sent), 11), self._join)
        send(stage, referred.APART, today, apart=referred.APART_WHY)
        send(stage, referred.LACKING, today)
        send(stage, referred.RETURNED, today, returned(stage, referred.RETURNED_WHY))
        send(stage, referred.REFUSED, today, refused(stage, referred.BENIGN_WHY))
        send(stage, referred.WITHDRAWN, today, withdrawn(stage, referred.WITHDRAWN, referred.WITHDRAWN_WHY))
        for one in referred.WAITING:
            send(stage, one, today)
        draft = referred.DRAFT
        stage.diary.put(
            at(today - timedelta(days=draft.sent), 17), lambda now: write(stage, draft, today, now)
        )  # fmt: skip
        stage.diary.put(at(today - timedelta(days=1), 15), self._sort)
        stage.diary.put(stage.now - timedelta(minutes=50), self._lock)
        stage.diary.put(stage.now - timedelta(minutes=20), self._move)

    def _join(self, now: datetime) -> None:
        """Whoever refers a patient that the team has already is shown that, and joins the other referral."""
        stage, one = self._stage, referred.TWICE
        mine = write(stage, one, stage.days.today, now)
        there = queries.others(stage.session, team_id=stage.team, patient_id=mine.patient_id, but=mine.id)
        referrals.join(
            stage.session, by=stage.who(one.by, now), referral_id=mine.id, other_id=there[0].id, now=now
        )  # fmt: skip

    def _begin_series(self, now: datetime) -> None:
        stage = self._stage
        made = series.begin(
            stage.session, by=stage.who(COORDINATOR, now), team_id=stage.team, starts=stage.days.starts, every_weeks=1,
            at=time(8, 30), place=self._place, planned_minutes=agreed.MINUTES, now=now,
        )  # fmt: skip
        stage.diary.put(stage.now - timedelta(hours=2), lambda later: self._skip(made.id, later))

    def _skip(self, series_id: str, now: datetime) -> None:
        stage = self._stage
        by = stage.who(COORDINATOR, now)
        series.skip(
            stage.session, by=by, team_id=stage.team, series_id=series_id, day=stage.days.away, reason=SKIPPED, now=now
        )  # fmt: skip
        series.make_ahead(stage.session, by=by, series_id=series_id, now=now)

    def _sort(self, now: datetime) -> None:
        stage, by, meeting_id = self._stage, self._stage.who(NURSE, now), self._meeting()
        for key, one in referred.SORTED.items():
            case = stage.case(key, meeting_id)
            sorting.sort(
                stage.session, by=by, case_id=case.id, seen=0, stream=one.stream, kind=one.kind,
                standard_version_id=self._standards.get(one.standard), missing=one.missing, owner=one.owner,
                needs=one.needs, now=now,
            )  # fmt: skip
            if one.taken_off:
                standard, days, why = one.taken_off
                pathways.adjust_of_case(
                    stage.session, by=by, case_id=case.id, standard=standard, days=days, why=why, now=now
                )  # fmt: skip

    def _lock(self, now: datetime) -> None:
        """The coordinator locks the list, knowing what it lacks; then somebody comes all the same."""
        stage, by, meeting_id = self._stage, self._stage.who(COORDINATOR, now), self._meeting()
        seen = locking.seen(stage.session, by=by, meeting_id=meeting_id, now=now)
        locking.lock(stage.session, by=by, meeting_id=meeting_id, seen=seen, now=now)
        who, question, reason = referred.LATE
        patient = stage.patient(who, stage.who(NURSE, now), now)
        late.ask(
            stage.session, by=by, meeting_id=meeting_id, patient_id=patient, question=question, reason=reason,
            now=now + timedelta(minutes=20),
        )  # fmt: skip

    def _move(self, now: datetime) -> None:
        """One case is offered to another team, and people say whether they come."""
        stage, meeting_id = self._stage, self._meeting()
        who, reason = referred.OFFERED
        transfers.offer(
            stage.session, by=stage.who(COORDINATOR, now), case_id=stage.case(who, meeting_id).id,
            to_team_id=self._to_team, reason=reason, now=now,
        )  # fmt: skip
        for email, leaves in referred.COME.items():
            self._expect(email, now, leaves=leaves)
        self._expect(referred.DOES_NOT_COME, now, comes=False)

    def _expect(self, email: str, now: datetime, *, comes: bool = True, leaves: time | None = None) -> None:
        """Everybody says it of themselves."""
        by = self._stage.who(email, now)
        assert by.person_id is not None
        presence.expect(
            self._stage.session, by=by, meeting_id=self._meeting(), person_id=by.person_id, comes=comes, leaves=leaves,
            now=now,
        )  # fmt: skip

    def _meeting(self) -> str:
        ahead = select(Meeting.id).where(
            Meeting.team_id == self._stage.team, Meeting.series_day == self._stage.days.coming
        )
        return self._stage.session.scalars(ahead).one()
