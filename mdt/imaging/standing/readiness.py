"""How far patients' imaging has come: trust by trust, and in a word. Agenda, board, lock and case page all ask here."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session, selectinload

from mdt.core.among import among
from mdt.core.clock import in_london
from mdt.core.words import counted
from mdt.imaging.disc.discs import OPEN, discs_coming
from mdt.imaging.looking.timeline import held, of_studies, study_name
from mdt.imaging.models import Gather, Import, Series, TrustAnswer
from mdt.imaging.standing import answers, board
from mdt.imaging.standing.answers import NOBODY, Asking
from mdt.imaging.standing.board import Cell, Held, Match, State, Word
from mdt.record.clashes import STRONG
from mdt.record.models import ARCHIVE, Holder, Link, Study
from mdt.trusts.names import short
from mdt.trusts.queries import live_names


@dataclass(frozen=True)
class Readiness:
    """One patient's imaging. A cell for each live trust, in order of their codes."""

    asking: Asking = NOBODY
    cells: tuple[Cell, ...] = ()
    studies: int = 0
    incomplete: int = 0  # studies with something missing
    waiting: int = 0  # matches that a person must decide
    discs: int = 0  # that are being brought at this moment

    @property
    def word(self) -> Word:
        counts = {"incomplete": self.incomplete, "waiting": self.waiting, "discs": self.discs}
        word = board.word(self.asking, self.cells, **counts)
        return Word.NONE if word == Word.READY and not self.studies else word

    @property
    def is_ready(self) -> bool:
        return self.word in board.SETTLED

    @property
    def silent(self) -> tuple[str, ...]:
        """The trusts, by name, that refused or gave no answer."""
        return tuple(cell.name for cell in self.cells if cell.state == State.NO_ANSWER)

    @property
    def is_moving(self) -> bool:
        """Whether something may change by itself at any moment."""
        return self.word == Word.ARRIVING

    @property
    def notes(self) -> list[str]:
        """What there is to know beside the word, each in a few words."""
        notes, answered = [], sum(cell.state not in (State.ASKING, State.NOT_ASKED) for cell in self.cells)
        if self.is_moving:
            notes.append(f"{answered} of {counted(len(self.cells), 'trust')} answered")
        if self.discs:
            notes.append("A disc is being brought")
        silent = [cell for cell in self.cells if cell.state == State.NO_ANSWER]
        notes += [f"{cell.name} refused" if cell.refused else f"No answer from {cell.name}" for cell in silent]
        notes += [f"{cell.name} was not asked" for cell in self.cells if cell.state == State.NOT_ASKED and self.asked]
        if self.incomplete and not self.is_moving:
            notes.append(f"{counted(self.incomplete, 'study', 'studies')} incomplete")
        if self.waiting:
            notes.append(f"{counted(self.waiting, 'match', 'matches')} to be decided")
        if self.asked and not self.is_moving:
            notes.append(counted(self.studies, "study", "studies") if self.studies else "No imaging found")
        return notes

    @property
    def asked(self) -> bool:
        return self.asking.asked_at is not None

    @property
    def reasons(self) -> frozenset[str]:
        """Why it is not ready, as codes: what somebody saw, to compare with what is so now."""
        if self.is_ready:
            return frozenset()
        open_cells = (f"{cell.ods} {cell.state.name}" for cell in self.cells if not cell.is_settled)
        undecided = (f"{match.ods} {match.link_id}" for cell in self.cells for match in cell.matches)
        return frozenset({self.word.name, *open_cells, *undecided})


def of_patients(
    session: Session, patient_ids: Collection[str], *, now: datetime, in_words: bool = True
) -> dict[str, Readiness]:
    """For each of these patients, whom the caller has been allowed to see; as many queries however many they are.

    Without `in_words` what is missing is counted and not named, which a list of many cases has no room for.
    """
    if not patient_ids:
        return {}
    trusts = [(ods, short(name)) for ods, name in live_names(session, on=in_london(now).date()).items()]
    asked = answers.of_patients(session, patient_ids)
    links = _links(session, patient_ids)
    studies = _held(session, links, in_words=in_words)
    matches = _matches(session, [link for link in links if link.status == "confirm"])
    discs = discs_coming(session, patient_ids, now=now)
    found = {}
    for patient_id in patient_ids:
        asking, mine, undecided = asked[patient_id], studies.get(patient_id, []), matches.get(patient_id, [])
        theirs: dict[str, list[Held]] = {}
        for study in mine:
            for ods in study.holders:
                theirs.setdefault(ods, []).append(study)
        cells = tuple(board.cell(ods, name, asking, theirs.get(ods, ()), undecided, now=now) for ods, name in trusts)
        found[patient_id] = Readiness(
            asking=asking,
            cells=cells,
            studies=len(mine),
            incomplete=sum(not study.complete for study in mine),
            waiting=len(undecided),
            discs=discs.get(patient_id, 0),
        )
    return found


def stamp(session: Session, patient_ids: Collection[str]) -> tuple[object, ...]:
    """A few counts and moments that differ when anything differs that a round, an arrival or a decision changes."""
    of_them = among(Gather.patient_id, patient_ids)
    rounds = select(
        func.count(), func.count(Gather.started_at), func.count(Gather.finished_at), func.max(Gather.asked_at)
    ).where(of_them)
    last = select(func.max(TrustAnswer.changed_at)).join(Gather, Gather.id == TrustAnswer.gather_id).where(of_them)
    strong = func.sum(case((Link.status.in_(STRONG), 1), else_=0))
    waiting = func.sum(case((Link.status == "confirm", 1), else_=0))
    links = select(func.count(), strong, waiting, func.max(Link.decided_at)).where(among(Link.patient_id, patient_ids))
    here = (
        select(
            func.count(),
            func.sum(Series.received),
            func.sum(Series.expected),
            func.sum(func.length(cast(Series.gaps, String))),
        )
        .join(Link, Link.study_id == Series.study_id)
        .where(among(Link.patient_id, patient_ids))
    )
    discs = select(func.count(), func.count(Import.uploaded_at), func.max(Import.heard_at)).where(
        among(Import.patient_id, patient_ids), *OPEN
    )
    return tuple(tuple(session.execute(one).one()) for one in (rounds, last, links, here, discs))


def summary(states: Sequence[Readiness]) -> str:
    """A meeting's cases in a sentence."""
    silent: dict[str, int] = {}
    for state in states:
        for name in state.silent:
            silent[name] = silent.get(name, 0) + 1
    words = [state.word for state in states]
    return "; ".join(board.summary(words, silent, sum(state.waiting for state in states))) + "."


def _links(session: Session, patient_ids: Collection[str]) -> list[Row[Any]]:
    """What is linked to each of them and is not whole, or waits for a person to decide, link by link; of what is whole
    only how many studies (`many`) the same trusts (`trust_ods`, with commas between) hold.
    """
    return list(session.connection().execute(_LINKS, {"patients": list(patient_ids)}))


def _standing() -> Select[Any]:
    """`_links`, built once. An agenda has some thousand links, nearly all of them whole: those are counted there."""
    judged = (
        select(
            Link.id,
            Link.patient_id,
            Link.study_id,
            Link.trust_ods,
            Link.status,
            and_(Link.status.in_(STRONG), Link.whole).label("whole"),
        )
        .where(among(Link.patient_id, "patients"), Link.status.in_((*STRONG, "confirm")))
        .cte("judged")
    )
    by_study = (
        select(judged.c.patient_id, func.aggregate_strings(judged.c.trust_ods, ",").label("trusts"))
        .where(judged.c.whole)
        .group_by(judged.c.patient_id, judged.c.study_id)
        .subquery("by_study")
    )
    nothing = cast(null(), String)
    whole = select(
        nothing.label("id"),
        by_study.c.patient_id,
        nothing.label("study_id"),
        by_study.c.trusts.label("trust_ods"),
        literal("whole").label("status"),
        func.count().label("many"),
    ).group_by(by_study.c.patient_id, by_study.c.trusts)
    others = select(
        judged.c.id, judged.c.patient_id, judged.c.study_id, judged.c.trust_ods, judged.c.status, literal(1)
    ).where(not_(judged.c.whole))
    rows = union_all(whole, others).subquery("standing")
    return select(rows).order_by(rows.c.trust_ods, rows.c.id)


_LINKS = _standing()


def _held(session: Session, links: Sequence[Row[Any]], *, in_words: bool) -> dict[str, list[Held]]:
    """The linked studies of each patient, each once. Of those that are whole only who holds them is told."""
    others: dict[str, dict[str, list[str]]] = {}  # holders, by study and patient
    for link in links:
        if link.status in STRONG:
            others.setdefault(link.study_id, {}).setdefault(link.patient_id, []).append(link.trust_ods)
    found: dict[str, list[Held]] = {}
    for study_id, judge in (_lacking if in_words else _lacking_in_numbers)(session, others):
        for patient_id, holders in others[study_id].items():
            found.setdefault(patient_id, []).append(judge(holders))
    for link in links:
        if link.status == "whole":
            one = Held("", True, 0, 0, (), dict.fromkeys(link.trust_ods.split(",")))
            found.setdefault(link.patient_id, []).extend([one] * link.many)
    return found


Judge = Callable[[Collection[str]], Held]  # of a study, by the trusts that hold it for a patient


def _lacking(session: Session, study_ids: Collection[str]) -> Iterator[tuple[str, Judge]]:
    """These studies, newest first, in words."""
    if not study_ids:
        return
    here = of_studies(session, study_ids, with_unreadable=False)
    studies = select(Study).where(among(Study.id, study_ids)).options(selectinload(Study.holders).defer(Holder.claimed))
    for study in sorted(session.scalars(studies), key=lambda study: str(study.study_date or ""), reverse=True):
        yield study.id, partial(held, study, here=here[study.id])


def _lacking_in_numbers(session: Session, study_ids: Collection[str]) -> Iterator[tuple[str, Judge]]:
    """These studies, which are not whole, by how much of each is here and how much each holder has."""
    if not study_ids:
        return
    received = select(Series.study_id, func.sum(Series.received)).where(among(Series.study_id, study_ids))
    here = {study_id: int(count) for study_id, count in session.execute(received.group_by(Series.study_id))}
    archives_last = case((Holder.origin == ARCHIVE, 1), else_=0)
    counts: dict[str, dict[str, int | None]] = {study_id: {} for study_id in study_ids}
    for study_id, ods, instances in session.execute(
        select(Holder.study_id, Holder.trust_ods, Holder.instances)
        .where(among(Holder.study_id, study_ids))
        .order_by(archives_last)
    ):
        counts[study_id][ods] = instances

    def judge(holders: Collection[str], *, study_id: str) -> Held:
        mine = {ods: count for ods, count in counts[study_id].items() if ods in holders}
        return Held("", False, 0, here.get(study_id, 0), (), mine)

    for study_id in study_ids:
        yield study_id, partial(judge, study_id=study_id)


def _matches(session: Session, links: Sequence[Row[Any]]) -> dict[str, list[Match]]:
    """What waits for a person, by patient."""
    studies = select(Study).where(among(Study.id, {link.study_id for link in links}))
    names = {study.id: study_name(study) for study in session.scalars(studies)} if links else {}
    found: dict[str, list[Match]] = {}
    for link in links:
        found.setdefault(link.patient_id, []).append(Match(link.id, link.trust_ods, names[link.study_id]))
    return found
