"""What goes wrong on the way is told by its phase, and as for good or for now."""

import json
import struct
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mdt.trusts.carriers.association import Peer
from mdt.trusts.carriers.dicomweb import DicomWebSource
from mdt.trusts.carriers.dimse import DimseSource, Listener
from mdt.trusts.carriers.folder import FolderSource
from mdt.trusts.deadlines import Deadlines
from mdt.trusts.errors import NoAnswer, Refused, SourceError
from mdt.trusts.prove import prove
from mdt.trusts.source import ImagingSource, StudyQuery
from tests.peers import rude
from tests.peers.orthanc import orthanc
from tests.peers.programs import free_port
from tests.peers.studies import DOROTHY

pytestmark = pytest.mark.contract

ONCE = Deadlines(resolve=5, connect=1, associate=1, query=1, transfer=1, tries=1)
TWICE = Deadlines(resolve=5, connect=1, associate=1, query=1, transfer=1, tries=2, pause=0)


def web(port: int, deadlines: Deadlines = ONCE, host: str = "127.0.0.1") -> DicomWebSource:
    return DicomWebSource(f"http://{host}:{port}/dicom-web", deadlines=deadlines)


def dimse(
    port: int, deadlines: Deadlines = ONCE, host: str = "127.0.0.1", ae: str = "ORTHANC", ours: str = "MDT"
) -> DimseSource:
    return DimseSource(Peer(host, port, ae, ours), deadlines=deadlines)


def failure(source: ImagingSource) -> SourceError:
    try:
        with pytest.raises(SourceError) as caught:
            source.find_studies(StudyQuery(patient_id="9990000018"))
        return caught.value
    finally:
        source.close()


def bring(source: ImagingSource, spool: Path) -> int:
    """How many files a retrieval brings; everything else it left in the spool is an error."""
    try:
        return sum(1 for _ in source.retrieve(DOROTHY.uid, DOROTHY.series_uid(1), spool=spool))
    finally:
        source.close()


def is_(error: SourceError, kind: type[SourceError], phase: str, *words: str) -> bool:
    assert (type(error), error.phase) == (kind, phase), error
    assert all(word in str(error) for word in words), str(error)
    return True


@pytest.mark.parametrize("carrier", [web, dimse])
class TestOnEveryNetwork:
    def test_nobody_listens(self, carrier):
        assert is_(failure(carrier(free_port())), NoAnswer, "connect", "Connection refused")

    def test_the_name_is_not_known(self, carrier):
        assert is_(failure(carrier(104, host="no-such-host.invalid")), NoAnswer, "resolve", "no-such-host.invalid")

    def test_somebody_takes_the_call_and_says_nothing(self, carrier):
        phase = "query" if carrier is web else "associate"
        with rude.silent() as port:
            assert is_(failure(carrier(port)), NoAnswer, phase, "1 s")

    def test_somebody_speaks_another_language(self, carrier):
        with rude.saying(b"220 mail.example ESMTP\r\n") as port:
            assert isinstance(failure(carrier(port)), NoAnswer)


def test_an_ae_title_that_is_not_known_is_refused(peers):
    archive, _ = peers("dcmqrscp")
    assert is_(failure(dimse(archive.port, ae="NOBODY")), Refused, "associate", "refused")


def test_a_pdu_of_four_gigabytes_is_not_waited_for():
    with rude.saying(struct.pack(">BBL", 2, 0, 0xFFFFFFF0) + bytes(1000)) as port:
        assert is_(failure(dimse(port)), NoAnswer, "associate")


@pytest.mark.parametrize("how", ["cut", "silence"])
@pytest.mark.parametrize("carrier", [web, dimse])
def test_a_transfer_that_breaks_in_the_middle(carrier, how, peers, tmp_path):
    server, _ = peers("orthanc")
    there = server.http_port if carrier is web else server.dicom_port
    source = carrier(there)
    source.find_studies(StudyQuery())  # the archive itself is well
    source.close()
    after = 9_000  # past the search; in the middle of the second or third object
    with rude.breaking(there, after=after, how=how) as port, pytest.raises(NoAnswer) as caught:
        bring(carrier(port), tmp_path)
    assert caught.value.phase == "transfer"
    kept = list(tmp_path.iterdir())
    assert 0 < len(kept) < 5
    assert all(path.stat().st_size > 2048 for path in kept), "only whole files are left"


@pytest.mark.parametrize("carrier", [web, dimse])
def test_a_transfer_that_breaks_once_is_completed(carrier, peers, tmp_path):
    server, _ = peers("orthanc")
    there = server.http_port if carrier is web else server.dicom_port
    with rude.breaking(there, after=9_000, how="cut", times=1) as port:
        assert bring(carrier(port, TWICE), tmp_path) == 5


def test_a_destination_the_archive_does_not_know(peers, tmp_path):
    server, port = peers("orthanc")
    source = DimseSource(
        Peer("127.0.0.1", server.dicom_port, server.ae, "NOBODY"),
        retrieve="move",
        listener=Listener("127.0.0.1", port),
        deadlines=ONCE,
    )
    with pytest.raises(Refused) as caught:
        bring(source, tmp_path)
    assert caught.value.phase == "transfer"


def test_our_own_port_is_taken(peers, tmp_path):
    server, _ = peers("orthanc")
    with rude.silent() as taken:
        source = DimseSource(
            Peer("127.0.0.1", server.dicom_port, server.ae, "MDT"),
            retrieve="move",
            listener=Listener("127.0.0.1", taken),
            deadlines=ONCE,
        )
        with pytest.raises(NoAnswer, match="cannot be opened") as caught:
            bring(source, tmp_path)
    assert caught.value.phase == "transfer"


def test_a_server_that_wants_a_password(tmp_path):
    with orthanc(tmp_path / "locked", users={"mdt": "secret"}) as server:
        assert is_(failure(DicomWebSource(server.dicomweb, deadlines=ONCE)), Refused, "associate", "401")
        wrong = httpx.BasicAuth("mdt", "guess")
        assert is_(failure(DicomWebSource(server.dicomweb, wrong, ONCE)), Refused, "associate", "401")
        let_in = DicomWebSource(server.dicomweb, httpx.BasicAuth("mdt", "secret"), ONCE)
        let_in.echo()
        let_in.close()


@pytest.mark.parametrize(
    ("answer", "kind", "phase", "words"),
    [
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), Refused, "query", "elsewhere"),
        ((404, {}, b"not here"), Refused, "query", "404"),
        ((503, {}, b""), NoAnswer, "query", "503"),
        ((200, {}, b"<html>Sign in</html>"), Refused, "query", "not DICOM JSON"),
        ((200, {}, b'{"error": "x"}'), Refused, "query", "not a DICOM answer"),
        ((200, {}, b"[" * 100_000), Refused, "query", "not DICOM JSON"),
    ],
)
def test_answers_that_are_not_answers(answer, kind, phase, words):
    with rude.answering(lambda path: answer) as url:
        assert is_(failure(DicomWebSource(url, deadlines=ONCE)), kind, phase, words)


def test_an_object_that_is_not_in_parts_is_refused(tmp_path):
    html = (200, {"Content-Type": "text/html"}, b"<html>")
    with rude.answering(lambda path: html) as url, pytest.raises(Refused, match="multipart"):
        bring(DicomWebSource(url, deadlines=ONCE), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("page", [100, 200, None])
def test_every_page_is_read_however_the_server_pages(page):
    """A server may give fewer than asked for and say so, or ignore paging altogether (None)."""
    everything = [
        {"0020000D": {"vr": "UI", "Value": [f"1.2.{n}"]}, "00100020": {"vr": "LO", "Value": ["9990000018"]}}
        for n in range(450)
    ]

    def answer(path: str) -> rude.Answer:
        query = parse_qs(urlsplit(path).query)
        start, limit = int(query["offset"][0]), int(query["limit"][0])
        if page is None:
            return 200, {}, json.dumps(everything).encode()
        items = everything[start : start + min(limit, page)]
        more = {"Warning": '299 here "there are more results"'} if start + len(items) < len(everything) else {}
        return (200, more, json.dumps(items).encode()) if items else (204, {}, b"")

    with rude.answering(answer) as url:
        source = DicomWebSource(url, deadlines=ONCE)
        assert len(source.find_studies(StudyQuery(patient_id="9990000018")).studies) == 450
        source.close()


def test_a_server_that_ignores_every_key_does_not_hand_over_its_archive():
    other = [{"0020000D": {"vr": "UI", "Value": ["1.2.3"]}, "00100020": {"vr": "LO", "Value": ["somebody else"]}}]
    with rude.answering(lambda path: (200, {}, json.dumps(other).encode())) as url:
        source = DicomWebSource(url, deadlines=ONCE)
        assert source.find_studies(StudyQuery(patient_id="9990000018")).studies == ()
        source.close()


def test_a_folder_that_is_not_there(tmp_path):
    source = FolderSource(tmp_path / "gone")
    assert is_(failure(source), NoAnswer, "connect", "No such file")


def test_proof_names_what_failed(peers, held):
    good = prove("RMC", "folder", lambda: FolderSource(held[0]))
    assert (good.ok, good.phase) == (True, None)
    server, _ = peers("orthanc")
    assert prove("RBV", "dimse", lambda: dimse(server.dicom_port)).ok
    assert prove("RBV", "dicomweb", lambda: web(server.http_port)).ok
    bad = prove("RM3", "dimse", lambda: dimse(free_port()))
    assert bad.as_json() | {"seconds": 0} == {
        "ods": "RM3",
        "kind": "dimse",
        "ok": False,
        "phase": "connect",
        "detail": "No connection (Connection refused).",
        "seconds": 0,
    }


def test_no_answer_of_a_quick_archive_is_lost(peers):
    """Several ask at once, again and again: pynetdicom's own loop must not take one in some hundred for itself."""
    server, _ = peers("orthanc")
    seen: list[int] = []

    def ask() -> None:
        source = dimse(server.dicom_port)
        for _ in range(150):
            seen.append(len(source.find_instances(DOROTHY.uid, DOROTHY.series_uid(1))))
        source.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [5] * 900
