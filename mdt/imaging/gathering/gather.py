"""Bring a patient's imaging from every live trust, and write down how it went.

The Gather row is the truth: a round that was cut short is run again from the start and moves nothing twice.
"""

import shutil
import threading
from datetime import datetime

import structlog
from sqlalchemy import select

from mdt.core import audit
from mdt.core.announce import after_commit
from mdt.core.clock import in_london
from mdt.core.errors import NotFound
from mdt.core.sandboxes import Sandboxes
from mdt.imaging.announcements import GatherFinished
from mdt.imaging.gathering.means import Means
from mdt.imaging.gathering.round import Round
from mdt.imaging.models import Gather
from mdt.record.findings import local_numbers
from mdt.record.models import Patient
from mdt.record.unasked import link_held
from mdt.trusts.queries import live_trusts

log = structlog.get_logger()

READERS = 2  # sandboxes that read what arrives
READERS_PATIENCE = 600.0  # seconds; a file that nobody had time for would look unreadable


class Gatherer:
    """Runs gathers: several at once, but one at a time for each patient."""

    def __init__(self, means: Means, readers: Sandboxes | None = None) -> None:
        self._means = means
        # For all rounds: each child takes a second to start, and more at once would only fight over the processor.
        self._readers = readers or Sandboxes(READERS, patience=READERS_PATIENCE)
        self._locks: dict[str, threading.Lock] = {}

    def run(self, gather_id: str) -> None:
        """Do one round; returns when every trust has answered or was given up on. A finished one is left alone."""
        with self._means.db.reading() as session:
            gather = session.get(Gather, gather_id)
        if gather is None:
            raise NotFound(f"There is no gather {gather_id}.")
        with self._locks.setdefault(gather.patient_id, threading.Lock()):
            self._run(gather_id)

    def _run(self, gather_id: str) -> None:
        with self._means.db.writing() as session:
            gather = session.get_one(Gather, gather_id)
            if gather.finished_at is not None:
                return
            gather.started_at = self._means.clock()
            patient = session.get_one(Patient, gather.patient_id)
            live = live_trusts(session, on=in_london(self._means.clock()).date())
            trusts = [trust for trust in live if gather.trust_ods in (None, trust.ods)]
            link_held(session, by=self._means.by, patient=patient, now=gather.started_at)
            numbers = local_numbers(session, patient.id)
        log.info("gather.started", gather=gather_id, patient=patient.id, trusts=len(trusts))
        folder = self._means.spool / gather_id
        shutil.rmtree(folder, ignore_errors=True)
        try:
            Round(
                self._means,
                gather_id,
                patient,
                trusts=trusts,
                local_numbers=numbers,
                folder=folder,
                readers=self._readers,
            ).run()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self._finish(gather_id)
        log.info("gather.finished", gather=gather_id, patient=patient.id)

    def unfinished(self, *, waiting_since: datetime | None = None) -> list[str]:
        """Gathers that never finished, oldest first; or only those that nobody began though asked for before then."""
        wanted = select(Gather.id).where(Gather.finished_at.is_(None)).order_by(Gather.asked_at)
        if waiting_since is not None:
            wanted = wanted.where(Gather.started_at.is_(None), Gather.asked_at < waiting_since)
        with self._means.db.reading() as session:
            return list(session.scalars(wanted))

    def _finish(self, gather_id: str) -> None:
        with self._means.db.writing() as session:
            gather = session.get_one(Gather, gather_id)
            gather.finished_at = self._means.clock()
            audit.record(
                session,
                self._means.by,
                "gather.finished",
                f"gather:{gather_id}",
                patient_id=gather.patient_id,
                detail={answer.trust_ods: answer.status for answer in gather.answers},
                now=gather.finished_at,
            )
            after_commit(session, GatherFinished(gather_id, gather.patient_id))
