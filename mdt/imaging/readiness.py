"""How far patients' imaging has come: trust by trust, and in a word. Agenda, board, lock and case page all ask here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core.clock import in_london
from mdt.imaging import answers, board
from mdt.imaging.answers import NOBODY, Asking
from mdt.imaging.board import Cell, Held, Match, State, Word, counted
from mdt.imaging.timeline import Here, held, of_studies, study_name
from mdt.record.clashes import STRONG
from mdt.record.models import Link, Study
from mdt.trusts.queries import live_trusts


@dataclass(frozen=True)
class Readiness:
    """One patient's imaging. A cell for each live trust, in order of their codes."""

    asking: Asking = NOBODY
    cells: tuple[Cell, ...] = ()
    studies: int = 0
    incomplete: int = 0  # studies with something missing
    waiting: int = 0  # matches that a person must decide

    @property
    def word(self) -> Word:
        return board.word(self.asking, self.cells, incomplete=self.incomplete, waiting=self.waiting)

    @property
    def is_ready(self) -> bool:
        return self.word == Word.READY

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
        notes += [f"No answer from {name}" for name in self.silent]
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


def of_patients(session: Session, patient_ids: Collection[str], *, now: datetime) -> dict[str, Readiness]:
    """For each of these patients, whom the caller has been allowed to see; as many queries however many they are."""
    if not patient_ids:
        return {}
    trusts = live_trusts(session, on=in_london(now).date())
    asked = answers.of_patients(session, patient_ids)
    links = _links(session, patient_ids)
    linked = {link.study for each in links.values() for link in each if link.status in STRONG}
    here = of_studies(session, {study.id for study in linked})
    found = {}
    for patient_id in patient_ids:
        asking, mine = asked[patient_id], links.get(patient_id, [])
        studies, matches = _held(mine, here), _matches(mine)
        cells = tuple(board.cell(trust.ods, trust.name, asking, studies, matches, now=now) for trust in trusts)
        found[patient_id] = Readiness(
            asking=asking,
            cells=cells,
            studies=len(studies),
            incomplete=sum(not study.complete for study in studies),
            waiting=len(matches),
        )
    return found


def summary(states: Sequence[Readiness]) -> str:
    """A meeting's cases in a sentence."""
    silent: dict[str, int] = {}
    for state in states:
        for name in state.silent:
            silent[name] = silent.get(name, 0) + 1
    words = [state.word for state in states]
    return "; ".join(board.summary(words, silent, sum(state.waiting for state in states))) + "."


def _links(session: Session, patient_ids: Collection[str]) -> dict[str, list[Link]]:
    rows = session.scalars(
        select(Link)
        .where(Link.patient_id.in_(patient_ids), Link.status.in_((*STRONG, "confirm")))
        .options(joinedload(Link.study).selectinload(Study.holders))
    )
    found: dict[str, list[Link]] = {}
    for link in rows:
        found.setdefault(link.patient_id, []).append(link)
    return found


def _held(links: list[Link], here: dict[str, Here]) -> list[Held]:
    """The linked studies, newest first, each once."""
    linked: dict[str, Study] = {}
    trusts: dict[str, list[str]] = {}
    for link in links:
        if link.status in STRONG:
            linked[link.study_id] = link.study
            trusts.setdefault(link.study_id, []).append(link.trust_ods)
    newest_first = sorted(linked.values(), key=lambda study: str(study.study_date or ""), reverse=True)
    return [held(study, trusts[study.id], here[study.id]) for study in newest_first]


def _matches(links: list[Link]) -> list[Match]:
    return [Match(link.id, link.trust_ods, study_name(link.study)) for link in links if link.status == "confirm"]
