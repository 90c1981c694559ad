"""One round of asking every trust for one patient: a thread for each, so that a slow one keeps nobody waiting."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdt.core.sandbox import SandboxError
from mdt.core.sandboxes import Sandboxes
from mdt.imaging.arrivals.intake import Errand
from mdt.imaging.files.parsing import is_ready
from mdt.imaging.gathering.bringing import Arrival, Bringer
from mdt.imaging.gathering.federation import Asked, Candidate, ask, together
from mdt.imaging.gathering.means import Means
from mdt.imaging.gathering.plan import Offer, Plan
from mdt.imaging.gathering.progress import Progress
from mdt.imaging.gathering.series import Listed, expect, finish, keep_refusals, kept_counts
from mdt.imaging.gathering.turn import GivenUp, Turn
from mdt.imaging.gathering.withdrawn import take_out
from mdt.record.clashes import OPEN, STRONG
from mdt.record.contested import contested
from mdt.record.correcting import look_again
from mdt.record.findings import known, note
from mdt.record.models import Patient
from mdt.trusts.abilities import declared
from mdt.trusts.errors import NoAnswer, Phase, Refused, SourceError
from mdt.trusts.models import Trust
from mdt.trusts.source import FoundSeries, FoundStudy, ImagingSource, StudyQuery

log = structlog.get_logger()

T = TypeVar("T")


class Round:
    """Ask, link, bring. Everything that must last is in the database when `run` returns."""

    def __init__(
        self,
        means: Means,
        gather_id: str,
        patient: Patient,
        *,
        trusts: list[Trust],
        local_numbers: Mapping[str, list[str]],
        folder: Path,
        readers: Sandboxes,
    ) -> None:
        self._means, self._patient, self._numbers, self._folder = means, patient, local_numbers, folder
        self._known = known(patient)
        self._readers = readers
        bringer = Bringer(means.db, means.store, readers, means.by, means.clock)
        self._turns = [Turn(trust, bringer) for trust in trusts]
        by_ods = {turn.ods: turn for turn in self._turns}
        self._plan = Plan(
            [trust.ods for trust in trusts], patience=means.patience.others, rates=lambda ods: by_ods[ods].rate
        )
        self._unsaid: set[str] = set()  # series of which it was not yet said whether they are whole
        self._progress = Progress(means.db, means.clock, gather_id, [trust.ods for trust in trusts])

    def run(self) -> None:
        warming = threading.Thread(target=_warm, args=(self._readers,), daemon=True)
        warming.start()
        # Daemons, because one that hangs in a peer's silence must not hold the process.
        threads = {
            turn: threading.Thread(target=self._take, args=(turn,), name=f"gather {turn.ods}", daemon=True)
            for turn in self._turns
        }
        for turn, thread in threads.items():
            turn.started = turn.last_sign = time.monotonic()
            thread.start()
        while running := [turn for turn, thread in threads.items() if thread.is_alive() and not turn.given_up]:
            threads[running[0]].join(0.1)
            for turn in running:
                self._watch(turn)
            self._progress.tick()
        warming.join()  # whoever lent the readers may close them as soon as this returns
        self._progress.write()

    def _watch(self, turn: Turn) -> None:
        patience = self._means.patience
        if not turn.answered and turn.seconds > patience.answer:
            self._give_up(turn, NoAnswer("query", f"It did not answer within {patience.answer:g} seconds."))
        elif not turn.waiting and time.monotonic() - turn.last_sign > max(patience.silence, patience.answer):
            self._give_up(turn, NoAnswer("transfer", f"Nothing came for {patience.silence:g} seconds."))

    def _give_up(self, turn: Turn, error: SourceError) -> None:
        turn.given_up = True
        self._progress.failed(turn.ods, error, turn.seconds)
        self._plan.withdraw(turn.ods)
        self._finish_settled(turn)

    def _take(self, turn: Turn) -> None:
        """One trust's thread, whatever happens to it."""
        try:
            self._offer(turn, self._ask(turn))
            self._bring_all(turn)
        except GivenUp:
            pass
        except SourceError as error:
            self._progress.failed(turn.ods, error, turn.seconds)
        except Exception:
            log.exception("gather.broke", trust=turn.ods)
            phase: Phase = "transfer" if turn.answered else "query"
            self._progress.failed(turn.ods, NoAnswer(phase, "Something went wrong on our side."), turn.seconds)
        finally:
            self._plan.withdraw(turn.ods)
            turn.close()
            self._finish_settled(turn)

    def _ask(self, turn: Turn) -> Asked:
        answers, failure = [], None
        for row in turn.trust.sources:
            try:
                source = self._means.open_source(row)
                turn.sources.append(source)
                answers.append(ask(source, self._known, self._numbers.get(turn.ods, ()), declared(row.settings)))
            except SourceError as error:
                failure = error
            turn.sign()
        if not turn.trust.sources:
            failure = NoAnswer("resolve", "No source of imaging is configured for this trust.")
        if failure and not answers:
            raise failure
        asked = together(answers)
        if not failure:
            self._look_again(turn, {candidate.study.study_uid for candidate in asked.candidates})
        turn.answered = True
        self._progress.answered(turn.ods, turn.seconds, asked.remarks)
        if failure:
            self._progress.failed(turn.ods, failure, turn.seconds)
        return asked

    def _look_again(self, turn: Turn, listed: Collection[str]) -> None:
        """Studies that stand for two people, one of them here: whether the trust has corrected that."""
        with self._means.db.reading() as session:
            uids = [uid for uid in contested(session, self._patient.id, turn.ods) if uid not in listed]
        for uid in uids:
            answers = [source.find_studies(StudyQuery(study_uid=uid)).studies for source in turn.sources]
            found = next((studies[0] for studies in answers if studies), None)
            turn.sign()
            self._write(partial(self._correct, turn.ods, uid, found))

    def _correct(self, ods: str, study_uid: str, found: FoundStudy | None, session: Session) -> None:
        now = self._means.clock()
        if look_again(session, by=self._means.by, trust_ods=ods, study_uid=study_uid, found=found, now=now):
            take_out(session, by=self._means.by, trust_ods=ods, study_uid=study_uid, now=now)

    def _offer(self, turn: Turn, asked: Asked) -> None:
        """Link what it holds, and say which series of what is linked it can bring."""
        links = self._write(lambda session: self._note(session, turn, asked))
        listed = []
        for candidate in asked.candidates:
            status, study_id = links[candidate.study.study_uid]
            if status in OPEN:
                with self._noting_refusal(turn):
                    listed.append(self._list(turn, candidate, study_id, linked=status in STRONG))
        self._progress.remarked(turn.ods, [said for source in turn.sources for said in source.unlisted()])
        self._write(lambda session: expect(session, turn.ods, listed))
        linked = [one for one in listed if one.linked]
        kept = kept_counts(self._means.db, [one.study_id for one in linked])
        offers = []
        for one in linked:
            for series, count in one.series:
                turn.counts[series.series_uid] = count
                self._unsaid.add(series.series_uid)
                here = kept.get(series.series_uid, 0)
                self._progress.series(turn.ods, series.series_uid, expected=count, received=here)
                offers.append(Offer(series.study_uid, series.series_uid, count, one.rank(series)))
        self._plan.offer(turn.ods, offers)

    def _note(self, session: Session, turn: Turn, asked: Asked) -> dict[str, tuple[str, str]]:
        """Write down what it holds. Gives each study's link status and id, by StudyInstanceUID."""
        now = self._means.clock()
        keep_refusals(session, turn.ods, asked.refusals, now=now)
        links = note(
            session,
            by=self._means.by,
            patient=self._patient,
            trust_ods=turn.ods,
            found=[candidate.study for candidate in asked.candidates],
            now=now,
        )
        for link in links:
            if link.status == "never":
                self._plan.drop(link.study.study_uid)
        return {link.study.study_uid: (link.status, link.study_id) for link in links}

    def _list(self, turn: Turn, candidate: Candidate, study_id: str, *, linked: bool) -> Listed:
        """Its series. One that waits for a person is counted too, so that they see how much it is."""
        study, source = candidate.study, candidate.source
        errand = Errand(study_id, study.study_uid, turn.ods, self._known, study.claimed)
        turn.errands[study.study_uid] = (source, errand)
        series = [(one, self._count(source, one)) for one in source.find_series(study.study_uid)]
        turn.sign()
        return Listed(study_id, study, tuple(series), linked)

    @contextmanager
    def _noting_refusal(self, turn: Turn) -> Iterator[None]:
        """What it refuses costs only the study or series asked for."""
        try:
            yield
        except Refused as error:
            self._progress.failed(turn.ods, error, turn.seconds)

    def _count(self, source: ImagingSource, series: FoundSeries) -> int:
        """What the source says, or where it does not say, what it lists."""
        if series.instances is not None:
            return series.instances
        return len(source.find_instances(series.study_uid, series.series_uid))

    def _bring_all(self, turn: Turn) -> None:
        while offer := self._next(turn):
            source, errand = turn.errands[offer.study_uid]
            uid = offer.series_uid
            self._unsaid.add(uid)

            def arrived(some: Arrival, uid: str = uid) -> None:
                turn.sign()
                turn.brought(some.bytes)
                self._progress.moved(turn.ods, some.files, some.bytes)
                self._progress.series(turn.ods, uid, expected=turn.counts[uid], received=some.here)

            def wanted(uid: str = uid) -> bool:
                return not turn.given_up and self._plan.is_bringing(turn.ods, uid)

            self._progress.began(turn.ods)
            try:
                with self._noting_refusal(turn), turn.bringing():
                    turn.bringer.bring(
                        source, errand, uid, spool=self._folder / turn.ods, arrived=arrived, wanted=wanted
                    )
            finally:
                self._plan.done(turn.ods, uid)
            self._finish(uid)

    def _next(self, turn: Turn) -> Offer | None:
        turn.waiting = True
        try:
            return self._plan.take(turn.ods)
        finally:
            turn.last_sign = time.monotonic()
            turn.waiting = False

    def _finish_settled(self, turn: Turn) -> None:
        for uid in list(turn.counts):
            self._finish(uid)

    def _finish(self, series_uid: str) -> None:
        """Once all who hold a series were asked, say whether it is whole."""
        if not self._plan.is_settled(series_uid):
            return
        try:
            self._unsaid.remove(series_uid)
        except KeyError:  # nothing came of it since that was said
            return
        expected, answered = self._plan.expected(series_uid), {turn.ods for turn in self._turns if turn.answered}
        here = self._write(lambda session: finish(session, series_uid, expected=expected, answered=answered))
        for turn in self._turns:
            if (count := turn.counts.get(series_uid)) is not None:
                self._progress.series(turn.ods, series_uid, expected=count, received=here)

    def _write(self, act: Callable[[Session], T]) -> T:
        """In one transaction; once more when another process wrote the same row first."""
        try:
            with self._means.db.writing() as session:
                return act(session)
        except IntegrityError:
            with self._means.db.writing() as session:
                return act(session)


def _warm(readers: Sandboxes) -> None:
    """Let a reader start while the trusts are asked."""
    with suppress(SandboxError):
        readers.call(is_ready)
