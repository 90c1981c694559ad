"""The imaging board's rule: how a trust stands with a patient, and what that makes of the case. Pure.

Every page that says how far imaging has come says it by this rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mdt.core.clock import in_london
from mdt.core.words import counted
from mdt.imaging.standing.answers import Answer, Asking

MOST_NAMED = 3  # silent trusts in a meeting's sentence
STALLED_AFTER = timedelta(seconds=10)


class State(StrEnum):
    """How one trust stands with one patient, as a cell of the board says it."""

    COMPLETE = "Complete"
    ARRIVING = "Arriving"
    ASKING = "Asking"
    PARTIAL = "Partial"
    NO_ANSWER = "No answer"
    WAITING = "Waiting for a person"
    NOTHING = "No imaging"
    NOT_ASKED = "Not asked"


class Word(StrEnum):
    """What the board says of a whole case."""

    READY = "READY"
    NONE = "NONE FOUND"
    ARRIVING = "ARRIVING"
    INCOMPLETE = "INCOMPLETE"
    NO_ANSWER = "NO ANSWER"
    WAITING = "WAITING FOR A PERSON"
    NOT_ASKED = "NOT ASKED"


@dataclass(frozen=True)
class Held:
    """A study that is the patient's: what it is called, how much of it is here, and in words what of it is missing.

    `holders` are the trusts that hold it and how many objects each says it has (None: it does not say).
    """

    name: str
    complete: bool
    expected: int
    received: int
    missing: tuple[str, ...]
    holders: Mapping[str, int | None]

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is missing, as sentences that name the study."""
        if self.complete:
            return ()
        none_came = f"nothing of it has come{f' ({self.expected} expected)' if self.expected else ''}"
        return tuple(f"{self.name}: {part}" for part in self.missing or (none_came,))


@dataclass(frozen=True)
class Match:
    """A study of a trust that waits until a person says whose it is."""

    link_id: str
    ods: str
    name: str


@dataclass(frozen=True)
class Cell:
    """One trust and one patient. `lacks` are sentences; `seconds_left` and `stalled` are told while it sends."""

    ods: str
    name: str
    state: State
    studies: int = 0
    expected: int = 0
    received: int = 0
    bytes_per_second: int = 0
    seconds_left: int | None = None
    stalled: bool = False
    since: datetime | None = None
    refused: bool = False
    stopped_at: str = ""
    lacks: tuple[str, ...] = ()
    matches: tuple[Match, ...] = ()

    @property
    def label(self) -> str:
        """The state as it is written; a trust that said no did answer, and is told apart from one that said nothing."""
        return "Refused" if self.refused else self.state

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to wait for or to do."""
        return self.state in (State.COMPLETE, State.NOTHING) and not self.matches


def cell(
    ods: str, name: str, asking: Asking, studies: Sequence[Held], matches: Sequence[Match], *, now: datetime
) -> Cell:
    """How a trust stands with a patient; of the studies only those that it holds count."""
    answer = asking.of(ods)
    mine = [study for study in studies if ods in study.holders]
    lacks = tuple(sentence for study in mine if owes(ods, study, asking) for sentence in study.lacks)
    undecided = tuple(match for match in matches if match.ods == ods)
    state = _state(asking, answer, holds=bool(mine), lacks=bool(lacks), undecided=bool(undecided))
    sends = answer is not None and state == State.ARRIVING
    return Cell(
        ods=ods,
        name=name,
        state=state,
        studies=len(mine),
        expected=answer.expected if answer else 0,
        received=answer.received if answer else 0,
        bytes_per_second=answer.bytes_per_second if answer and sends else 0,
        seconds_left=seconds_left(answer) if answer and sends else None,
        stalled=bool(answer and sends and answer.last_arrived_at and now - answer.last_arrived_at > STALLED_AFTER),
        since=answer.since if answer and state in (State.NO_ANSWER, State.ASKING) else None,
        refused=answer is not None and state == State.NO_ANSWER and answer.status == "refused",
        stopped_at=answer.stopped_at if answer and state == State.NO_ANSWER else "",
        lacks=lacks if state in (State.PARTIAL, State.NO_ANSWER) else (),
        matches=undecided,
    )


def _state(asking: Asking, answer: Answer | None, *, holds: bool, lacks: bool, undecided: bool) -> State:
    if asking.queued or (answer is not None and answer.queued):
        return State.ASKING
    if answer is None:
        return State.NOT_ASKED
    rules = (
        (answer.is_silent, State.NO_ANSWER),
        (answer.status == "asking", State.ASKING),
        (answer.running and (answer.received < answer.expected or lacks), State.ARRIVING),
        (lacks, State.PARTIAL),
        (undecided, State.WAITING),
        (holds or answer.expected > 0, State.COMPLETE),
    )
    return next((state for applies, state in rules if applies), State.NOTHING)


def owes(ods: str, study: Held, asking: Asking) -> bool:
    """Whether what a study lacks should have come from this trust: one that sent all it has owes no more.

    Where every holder has sent all it has and something is missing even so, all of them lack it.
    """
    if study.complete:
        return False
    short = {holder for holder, count in study.holders.items() if not _sent_all(count, study, asking.of(holder))}
    return ods in (short or study.holders)


def _sent_all(count: int | None, study: Held, answer: Answer | None) -> bool:
    return count is not None and count <= study.received and answer is not None and not answer.is_silent


def seconds_left(answer: Answer) -> int | None:
    """How long the rest takes at the pace of the last seconds; None when nobody can say."""
    if not (answer.moved and answer.received_bytes and answer.bytes_per_second):
        return None
    left = max(0, answer.expected - answer.received)
    return round(left * (answer.received_bytes / answer.moved) / answer.bytes_per_second)


def state(complete: bool, *, may_come: bool) -> str:
    """Of a study or series: complete, arriving while more of it may come, or incomplete."""
    return "complete" if complete else "arriving" if may_come else "incomplete"


def who_did_not_send(study: Held, asking: Asking, names: Mapping[str, str]) -> tuple[str, ...]:
    """Of a study that is incomplete: for each holder, in a sentence, why no more comes from it."""
    said = []
    for ods in study.holders:
        answer = asking.of(ods)
        if answer is None:
            said.append(f"{names[ods]} has not been asked for it")
        elif answer.is_silent:
            said.append(f"{names[ods]} did not send the rest: {silence(answer.since, answer.stopped_at)}")
        elif owes(ods, study, asking):
            said.append(f"{names[ods]} has no more of it")
    return tuple(said)


def silence(since: datetime, stopped_at: str) -> str:
    """E.g. "no answer since 12:10 on 24 November, no connection could be made"."""
    at = in_london(since)
    return f"no answer since {at:%H:%M} on {at.day} {at:%B}" + (f", {stopped_at}" if stopped_at else "")


def word(asking: Asking, cells: Sequence[Cell], *, incomplete: int, waiting: int, discs: int = 0) -> Word:
    """What a case is called; `incomplete` studies and `waiting` matches, of whichever trust, `discs` being brought."""
    states = {one.state for one in cells}
    if asking.asked_at is None and not discs:
        return Word.NOT_ASKED
    if discs or not asking.finished or states & {State.ASKING, State.ARRIVING}:
        return Word.ARRIVING
    if incomplete or State.PARTIAL in states:
        return Word.INCOMPLETE
    if State.NO_ANSWER in states:
        return Word.NO_ANSWER
    if State.NOT_ASKED in states:
        return Word.NOT_ASKED
    return Word.WAITING if waiting or State.WAITING in states else Word.READY


SETTLED = frozenset({Word.READY, Word.NONE})  # every trust has answered, and nothing that it holds is missing


def summary(words: Sequence[Word], silent: Mapping[str, int], waiting: int) -> list[str]:
    """A meeting in a few sentences. `silent`: for how many cases each trust, by name, gave no answer."""
    if not words:
        return ["No case is listed yet"]
    ready, none = words.count(Word.READY), words.count(Word.NONE)
    said = ["Every case is ready" if ready == len(words) else f"{ready} of {counted(len(words), 'case')} ready"]
    said += [f"no trust holds any for {none}"] if none else []
    arriving, incomplete = words.count(Word.ARRIVING), words.count(Word.INCOMPLETE)
    said += [f"{arriving} still arriving"] if arriving else []
    said += [f"{incomplete} incomplete"] if incomplete else []
    most_first = sorted(silent.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(most_first) > MOST_NAMED:
        said.append(f"no answer from {len(most_first)} trusts")
    else:
        said += [f"no answer from {name} for {counted(cases, 'case')}" for name, cases in most_first]
    said += [f"{counted(waiting, 'match', 'matches')} to decide"] if waiting else []
    not_asked = words.count(Word.NOT_ASKED)
    return [*said, f"{not_asked} not asked for"] if not_asked else said
