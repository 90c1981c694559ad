"""What goes wrong with a trust in the middle of a gather ends in a named state, and the next one brings what lacks.

A real Orthanc, and a line to it that does harm at a chosen object, over DICOMweb, C-GET and C-MOVE.
"""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom.uid import CTImageStorage
from sqlalchemy import select

from mdt.core.clock import utc_now
from mdt.core.sandboxes import Sandboxes
from mdt.imaging.gathering.means import Patience
from mdt.imaging.models import Instance, Refusal, TrustAnswer
from mdt.record.actions import add_patient
from mdt.trusts.carriers.association import Peer
from mdt.trusts.carriers.dicomweb import DicomWebSource
from mdt.trusts.carriers.dimse import DimseSource, Listener
from mdt.trusts.deadlines import Deadlines
from mdt.trusts.source import ImagingSource
from tests.peers import rude, studies
from tests.peers.line import PART, STORE, Line, crawl, cut, garbage, line, saying, silence
from tests.peers.orthanc import Orthanc, orthanc
from tests.peers.programs import free_port
from tests.peers.studies import Series, Study
from tests.unit.archives import BY, Federation, a_federation

pytestmark = pytest.mark.contract

COUNT = 60
QUICKLY = Patience(answer=3.0, others=1.0)
SHORT = Deadlines(resolve=5, connect=1, associate=1, query=1, transfer=1, tries=1, pause=0)
LONG = Study(6, "HARGREAVES^Dorothy", "9990000018", "19510314", "F", "CT chest", (Series("CT", CTImageStorage, COUNT),))
MANY = Study(8, "OKORO^Ada", "9990000026", "19440229", "F", "CT whole body", (Series("CT", CTImageStorage, 400),))


@dataclass
class Archive:
    """The real one; the line on which it sends to us, and our port at its end."""

    server: Orthanc
    to_us: Line
    our_port: int


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("faults")
    files, ours = studies.write(folder / "held", (LONG, MANY)), free_port()
    with (
        line(ours, mark=STORE, from_caller=True) as to_us,
        orthanc(folder / "orthanc", files, move_to={"MDT": to_us.port}) as server,
    ):
        yield Archive(server, to_us, ours)


@pytest.fixture(scope="module")
def readers() -> Iterator[Sandboxes]:
    made = Sandboxes(1)
    yield made
    made.close()


@contextmanager
def way(carrier: str, archive: Archive) -> Iterator[tuple[Line, Callable[[], ImagingSource]]]:
    """A line to the archive for that carrier, and what opens a source over it."""
    server = archive.server
    if carrier == "web":
        with line(server.http_port, mark=PART) as here:
            yield here, lambda: DicomWebSource(f"http://127.0.0.1:{here.port}/dicom-web", deadlines=SHORT)
    elif carrier == "get":
        with line(server.dicom_port, mark=STORE) as here:
            yield here, lambda: DimseSource(Peer("127.0.0.1", here.port, server.ae, "MDT"), deadlines=SHORT)
    else:
        here = archive.to_us
        here.heal()
        here.seen = 0
        ours = Listener("127.0.0.1", archive.our_port)
        peer = Peer("127.0.0.1", server.dicom_port, server.ae, "MDT")
        yield here, lambda: DimseSource(peer, retrieve="move", listener=ours, deadlines=SHORT)
        here.heal()


@contextmanager
def region(tmp_path: Path, readers: Sandboxes, **trusts: Any) -> Iterator[Federation]:
    with a_federation(tmp_path, QUICKLY, readers=readers, **trusts) as made:
        yield made


def state(federation: Federation, ods: str = "RMC") -> TrustAnswer:
    """How the trust answered in the last round."""
    with federation.db.reading() as session:
        wanted = select(TrustAnswer).where(TrustAnswer.trust_ods == ods).order_by(TrustAnswer.changed_at.desc())
        return session.scalars(wanted.limit(1)).one()


def here(federation: Federation) -> int:
    with federation.db.reading() as session:
        return len(session.scalars(select(Instance.id)).all())


def named(answer: TrustAnswer) -> tuple[str, str | None]:
    return answer.status, answer.phase


def completes(federation: Federation, before: int) -> None:
    """The next gather moves what lacks, and nothing else."""
    (study,) = federation.gather()["studies"]
    answer = state(federation)
    assert named(answer) == ("answered", None), answer.detail
    assert answer.moved == COUNT - before
    assert (study["received_instances"], study["complete"]) == (COUNT, True)


@pytest.mark.parametrize("carrier", ["web", "get", "move"])
def test_dropped_at_instance_57(carrier, archive, readers, tmp_path):
    with way(carrier, archive) as (there, source), region(tmp_path, readers, RMC=source) as federation:
        there.harm, there.at = cut, 57
        (study,) = federation.gather()["studies"]
        answer, kept = state(federation), here(federation)
        assert named(answer)[0] in ("no-answer", "refused"), answer.detail
        assert answer.phase == "transfer"
        assert kept == 56 == answer.received == answer.moved
        assert (study["expected_instances"], study["complete"]) == (COUNT, False)
        there.heal()
        completes(federation, before=56)


@pytest.mark.parametrize("carrier", ["web", "move"])
def test_fallen_silent_in_the_middle(carrier, archive, readers, tmp_path):
    with way(carrier, archive) as (there, source), region(tmp_path, readers, RMC=source) as federation:
        there.harm, there.at = silence, 20
        federation.gather()
        answer, kept = state(federation), here(federation)
        assert named(answer) == ("no-answer", "transfer"), answer.detail
        assert "silent" in answer.detail
        assert kept == 19
        there.heal()
        there.ended.set()
        completes(federation, before=19)


@pytest.mark.parametrize("carrier", ["web", "get"])
def test_a_kilobyte_a_second(carrier, archive, readers, tmp_path):
    """It is not silence: what comes is taken, its pace is told, and a holder that is free takes over."""

    def quick() -> ImagingSource:
        time.sleep(QUICKLY.others)  # so that the other has begun
        return DicomWebSource(archive.server.dicomweb, deadlines=SHORT)

    with way(carrier, archive) as (there, source):
        there.harm, there.at = crawl, 3
        with region(tmp_path, readers, RMC=source, RM3=quick) as federation:
            (study,) = federation.gather()["studies"]
            slow, fast = state(federation), state(federation, "RM3")
        assert (sorted(study["holders"]), study["complete"]) == (["RM3", "RMC"], True)
        assert named(slow) == ("answered", None), slow.detail
        assert slow.moved < 10
        assert slow.bytes_per_second < 4_000
        assert fast.moved >= COUNT - slow.moved, "the other holder did not wait for it"


def test_a_listing_at_a_kilobyte_a_second(archive, readers, tmp_path):
    with way("web", archive) as (there, source), region(tmp_path, readers, RMC=source) as federation:
        there.harm, there.at = crawl, 0
        federation.gather()
        answer = state(federation)
        assert named(answer) == ("no-answer", "query")
        assert "within 3 seconds" in answer.detail
        there.heal()
        completes(federation, before=0)


@pytest.mark.parametrize("carrier", ["web", "get"])
def test_the_wrong_patient(carrier, archive, readers, tmp_path):
    """Its answer says Dorothy, and so do the first objects; then others come under the same study."""
    with way(carrier, archive) as (there, source), region(tmp_path, readers, RMC=source) as federation:
        there.harm, there.at = saying({b"9990000018": b"9990000069", b"19510314": b"19620825"}), 41
        (study,) = federation.gather()["studies"]
        answer = state(federation)
        assert named(answer) == ("answered", None)
        assert (study["received_instances"], study["complete"]) == (40, False)
        with federation.db.reading() as session:
            refused = session.scalars(select(Refusal)).all()
        assert len(refused) == COUNT - 40
        assert all("another" in one.why and one.series_uid == LONG.series_uid(1) for one in refused)
        there.heal()
        completes(federation, before=40)


@pytest.mark.parametrize(("carrier", "words"), [("web", "cannot be read"), ("get", "cut the connection")])
def test_garbage_on_the_line(carrier, words, archive, readers, tmp_path):
    with way(carrier, archive) as (there, source), region(tmp_path, readers, RMC=source) as federation:
        there.harm, there.at = garbage, 11
        federation.gather()
        answer, kept = state(federation), here(federation)
        assert answer.phase == "transfer"
        assert answer.status in ("no-answer", "refused")
        assert words in answer.detail
        assert kept == 10
        there.heal()
        completes(federation, before=10)


@pytest.mark.parametrize("carrier", ["web", "move"])
def test_objects_that_are_garbage_inside(carrier, archive, readers, tmp_path):
    """The line is well and the archive polite; what it holds cannot be filed. Each is named."""
    with way(carrier, archive) as (there, source), region(tmp_path, readers, RMC=source) as federation:
        there.harm, there.at = saying({b"\x20\x00\x0d\x00UI": b"\x20\x00\x0d\x00\xff\xff"}), 31
        (study,) = federation.gather()["studies"]
        answer = state(federation)
        assert named(answer) == ("answered", None), answer.detail
        assert (study["received_instances"], study["complete"]) == (30, False)
        with federation.db.reading() as session:
            assert len(session.scalars(select(Refusal)).all()) == COUNT - 30
        there.heal()
        completes(federation, before=30)


def test_a_very_long_series_costs_no_memory(archive, readers, tmp_path):
    """A small version of `bench/memory.py`, which brings ten thousand."""
    server = archive.server
    with region(
        tmp_path, readers, RMC=lambda: DimseSource(Peer("127.0.0.1", server.dicom_port, server.ae, "MDT"))
    ) as federation:
        with federation.db.writing() as session:
            ada = add_patient(
                session, by=BY, nhs=MANY.patient_id, family="Okoro", given="Ada", birth_date=date(1944, 2, 29),
                sex="F", now=utc_now(),
            )  # fmt: skip
        before = resident()
        (study,) = federation.gather(ada)["studies"]
        assert (study["received_instances"], study["complete"]) == (400, True)
        assert resident() - before < 64 << 20
        assert (named(state(federation)), state(federation).moved) == (("answered", None), 400)
        federation.gather(ada)
        assert state(federation).moved == 0


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.parametrize("carrier", ["web", "dimse"])
def test_refused(carrier, archive, readers, tmp_path):
    """And when it lets us in again, everything comes."""
    server, shut = archive.server, [True]
    with rude.answering(lambda path: (403, {}, b"no")) as url, rude.saying(REJECTED) as port:

        def source() -> ImagingSource:
            if carrier == "web":
                return DicomWebSource(url if shut[0] else server.dicomweb, deadlines=SHORT)
            return DimseSource(
                Peer("127.0.0.1", port if shut[0] else server.dicom_port, server.ae, "MDT"), deadlines=SHORT
            )

        with region(tmp_path, readers, RMC=source) as federation:
            assert federation.gather()["studies"] == []
            answer = state(federation)
            assert named(answer) == ("refused", "associate"), answer.detail
            assert (answer.expected, answer.moved) == (0, 0)
            shut[0] = False
            completes(federation, before=0)


# A-ASSOCIATE-RJ (PS3.8 section 9.3.4): rejected-permanent, by the service-user, calling AE title not recognized.
REJECTED = bytes([3, 0, 0, 0, 0, 4, 0, 1, 1, 3])
