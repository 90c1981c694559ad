"""Plays a referral: typed and sent by whoever refers, then what the team says to it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from mdt.demo.colorectal.referred import Referred
from mdt.demo.colorectal.stage import CHAIR, COORDINATOR, Stage, at
from mdt.referral import actions, decisions, fields
from mdt.referral.models import Referral

Answer = Callable[[Referral, datetime], object]


def send(stage: Stage, one: Referred, told_from: date, answer: Answer | None = None, *, apart: str = "") -> None:
    """On its day; the team answers on the next."""

    def act(now: datetime) -> None:
        referral = write(stage, one, told_from, now)
        actions.send(
            stage.session, by=stage.who(one.by, now), referral_id=referral.id, apart_reason=apart, now=now
        )  # fmt: skip
        if answer is not None:
            answered = at(now.date() + timedelta(days=1), 14)
            stage.diary.put(answered, lambda later: answer(referral, later))

    stage.diary.put(at(told_from - timedelta(days=one.sent), 10), act)


def write(stage: Stage, one: Referred, told_from: date, now: datetime) -> Referral:
    """A draft with everything on it."""
    by = stage.who(one.by, now)
    patient = stage.patient(one.who, by, now)
    referral = actions.begin(stage.session, by=by, team_id=stage.team, patient_id=patient, now=now)
    typed = {"question": one.question} | {
        name: _day(fields.BY_NAME[name], value, told_from) for name, value in one.says.items()
    }
    return actions.save(
        stage.session, by=by, referral_id=referral.id, revision=0, typed=typed, now=now
    ).referral  # fmt: skip


def accepted(stage: Stage, meeting_id: Callable[[], str]) -> Answer:
    """By the coordinator, for a meeting that is there by then."""
    return lambda referral, now: decisions.accept(
        stage.session, by=stage.who(COORDINATOR, now), referral_id=referral.id, meeting_id=meeting_id(), now=now
    )  # fmt: skip


def returned(stage: Stage, why: str) -> Answer:
    return lambda referral, now: decisions.give_back(
        stage.session, by=stage.who(COORDINATOR, now), referral_id=referral.id, reason=why, now=now
    )  # fmt: skip


def refused(stage: Stage, why: str) -> Answer:
    return lambda referral, now: decisions.refuse(
        stage.session, by=stage.who(COORDINATOR, now), referral_id=referral.id, reason=why, now=now
    )  # fmt: skip


def withdrawn(stage: Stage, one: Referred, why: str) -> Answer:
    return lambda referral, now: actions.withdraw(
        stage.session, by=stage.who(one.by, now), referral_id=referral.id, reason=why, now=now
    )  # fmt: skip


def overridden(stage: Stage, refusal: str, why: str, then: Answer) -> Answer:
    """The coordinator refuses, the chair lets it through an hour later, and it is listed."""

    def act(referral: Referral, now: datetime) -> None:
        refused(stage, refusal)(referral, now)
        later = now + timedelta(hours=1)
        chair = stage.who(CHAIR, later)
        decisions.override(stage.session, by=chair, referral_id=referral.id, reason=why, now=later)
        then(referral, later)

    return act


def _day(asked: fields.Field, value: Any, told_from: date) -> Any:
    """A number of days back as the day it means."""
    if asked.kind == fields.ROWS:
        columns = {column.name: column for column in asked.columns}
        return [{name: _day(columns[name], cell, told_from) for name, cell in row.items()} for row in value]
    if asked.kind == fields.DATE:
        return (told_from - timedelta(days=value)).isoformat()
    return value
