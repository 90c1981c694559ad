"""Every figure as a share: which listings count, out of which, what it is called, and what others have published."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, not_

from mdt.core.errors import NotFound
from mdt.meeting.moving import reasons
from mdt.outcome.follow_through import ANSWER_LABELS, CHANGED, NOT_DONE, REASONS

Condition = Callable[[Any], ColumnElement[bool]]  # over the columns of `facts.of`

SHORT_SECONDS = 120


@dataclass(frozen=True)
class Figure:
    """`counted` are the listings it counts, `among` those it is a share of (none: it is a plain number).

    `says` names what is counted, to stand above a list of those cases.
    """

    key: str
    says: str
    counted: Condition
    among: Condition | None = None


def _column(name: str) -> Condition:
    return lambda facts: facts.c[name]


def _late(facts: Any) -> ColumnElement[bool]:
    return and_(facts.c.told, facts.c.told_on > facts.c.tell_by)


def _in_time(facts: Any) -> ColumnElement[bool]:
    return and_(facts.c.told, facts.c.told_on <= facts.c.tell_by)


def _reason(code: str) -> Condition:
    return lambda facts: and_(facts.c.delayed, facts.c.reason == code)


def _foreign(host: str) -> Condition:
    return lambda facts: and_(_reason(reasons.IMAGES)(facts), facts.c.trust_ods.not_in(("", host)))


def _held_by(ods: str) -> Condition:
    return lambda facts: and_(_reason(reasons.IMAGES)(facts), facts.c.trust_ods == ods)


def _answer(code: str, reason: str = "") -> Condition:
    def counted(facts: Any) -> ColumnElement[bool]:
        answered = and_(facts.c.followed, facts.c.answer == code)
        return and_(answered, facts.c.answer_reason == reason) if reason else answered

    return counted


def _not_carried_out(reason: str) -> Condition:
    return lambda facts: _answer(CHANGED, reason)(facts) | _answer(NOT_DONE, reason)(facts)


_DUE, _DISCUSSED, _SIGNED = _column("due"), _column("discussed"), _column("signed")


def _quorum_kept(facts: Any) -> ColumnElement[bool]:
    return facts.c.quorate | facts.c.not_quorate


def _on_standard(facts: Any) -> ColumnElement[bool]:
    return facts.c.ratified | facts.c.promoted


def counted_at_once(host: str) -> list[Figure]:
    """Those that one statement counts; `host` is the team's own trust."""
    return [
        Figure("due", "Discussions due", _DUE),
        Figure("discussed", "Discussed", _DISCUSSED, _DUE),
        Figure("standard", "Ratified on a standard of care, not discussed", _column("ratified"), _DUE),
        Figure("delayed", "Carried to a later meeting", _column("delayed"), _DUE),
        Figure("short", "Discussed in under two minutes", _short, _column("timed")),
        Figure("rollover", "Not reached: out of time", _reason(reasons.TIME), _DUE),
        Figure("foreign", "Delayed because another trust’s images were missing", _foreign(host), _DUE),
        Figure("again", "Discussed by this team before", _column("again"), _DISCUSSED),
        Figure("quorate", "Decided with a quorum", _column("quorate"), _quorum_kept),
        Figure("not-quorate", "Decided without a quorum", _column("not_quorate"), _quorum_kept),
        Figure("no-quorum-kept", "Signed, and no quorum kept with it", _no_quorum, _SIGNED),
        Figure("promoted", "Promoted from a standard of care to full discussion", _column("promoted"), _on_standard),
        Figure("signed", "Decisions signed", _SIGNED, _DUE),
        Figure("undecided", "Discussed, and nothing signed", _undecided, _DISCUSSED),
        Figure("told-in-time", "Patient told within two working days", _in_time, _SIGNED),
        Figure("told-late", "Patient told later than that", _late, _SIGNED),
        Figure("not-told", "Not recorded that the patient was told", _not_told, _SIGNED),
        Figure("followed", "Followed up", _column("followed"), _SIGNED),
        *(Figure(code, ANSWER_LABELS[code], _answer(code), _column("followed")) for code in ANSWER_LABELS),
        Figure("unfollowed", "Eight weeks ago or more, and nobody has said", _column("unfollowed"), _SIGNED),
        Figure("ready-cut-off", "Imaging complete at the cut-off", _column("ready_at_cut_off"), _noted("cut_off")),
        Figure("not-ready-cut-off", "Imaging not complete at the cut-off", _lacking("cut_off"), _noted("cut_off")),
        Figure("ready-discussion", "Imaging complete when discussed", _column("ready_at_discussion"), _noted("discussion")),  # noqa: E501
        Figure("not-ready-discussion", "Imaging not complete when discussed", _lacking("discussion"), _noted("discussion")),  # noqa: E501
    ]  # fmt: skip


def named(key: str, host: str) -> Figure:
    """Also of the groups: `reason-pathology`, `trust-RWJ`, `why-choice`."""
    kind, _, code = key.partition("-")
    if kind == "reason" and code in reasons.DELAYS:
        return Figure(key, f"Carried to a later meeting: {reasons.LABELS[code]}", _reason(code), _DUE)
    if kind == "trust" and code:
        return Figure(key, f"Delayed: images missing that {code} has", _held_by(code), _DUE)
    if kind == "why" and code in REASONS:
        says = f"Not carried out as decided: {REASONS[code]}"
        return Figure(key, says, _not_carried_out(code), _column("followed"))
    found = next((one for one in counted_at_once(host) if one.key == key), None)
    if found is None:
        raise NotFound("There is no such figure.")
    return found


def _noted(moment: str) -> Condition:
    return _column(f"noted_at_{moment}")


def _lacking(moment: str) -> Condition:
    return lambda facts: and_(facts.c[f"noted_at_{moment}"], not_(facts.c[f"ready_at_{moment}"]))


def _short(facts: Any) -> ColumnElement[bool]:
    return and_(facts.c.timed, facts.c.seconds < SHORT_SECONDS)


def _no_quorum(facts: Any) -> ColumnElement[bool]:
    return and_(facts.c.signed, facts.c.quorate.is_(None))


def _undecided(facts: Any) -> ColumnElement[bool]:
    return and_(facts.c.discussed, not_(facts.c.signed))


def _not_told(facts: Any) -> ColumnElement[bool]:
    return and_(facts.c.signed, not_(facts.c.told))
