"""What goes wrong on the way is told by its phase, and as for good or for now."""

import json
import struct
import threading
from datetime import date
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


@pytest.mark.parametrize(
    ("limit", "pages", "warns", "found"),
    [
        (100, True, True, 450),  # a limit of its own, and it says so
        (100, True, False, 450),  # a limit of its own, without a word
        (200, True, False, 450),
        (None, False, False, 450),  # ignores both limit and offset
        (100, False, True, 100),  # a limit of its own, and no way past it
        (200, False, False, 200),  # as many as asked for, and the same again
    ],
)
def test_every_page_is_read_however_the_server_pages(limit, pages, warns, found):
    """And where a server has more and cannot be made to give it, that is said."""
    everything = [
        {"0020000D": {"vr": "UI", "Value": [f"1.2.{n}"]}, "00100020": {"vr": "LO", "Value": ["9990000018"]}}
        for n in range(450)
    ]

    def answer(path: str) -> rude.Answer:
        query = parse_qs(urlsplit(path).query)
        start = int(query["offset"][0]) if pages else 0
        most = len(everything) if limit is None else min(int(query["limit"][0]), limit)
        items = everything[start : start + most]
        left = warns and start + len(items) < len(everything)
        more = {"Warning": '299 here: "There are more results"'} if left else {}
        return (200, more, json.dumps(items).encode()) if items else (204, {}, b"")

    with rude.answering(answer) as url:
        source = DicomWebSource(url, deadlines=ONCE)
        listed = source.find_studies(StudyQuery(patient_id="9990000018"))
        assert len(listed.studies) == found
        assert any("some may be lacking" in remark for remark in listed.remarks) == (found < 450)
        source.close()


def test_a_series_listed_only_in_part_is_said_to_be():
    series = [{"0020000E": {"vr": "UI", "Value": [f"1.2.3.{n}"]}} for n in range(30)]
    more = {"Warning": '299 here: "There are 12 additional results that can be requested"'}
    with rude.answering(lambda path: (200, more, json.dumps(series).encode())) as url:
        source = DicomWebSource(url, deadlines=ONCE)
        assert len(source.find_series("1.2.3")) == 30
        (said,) = source.unlisted()
        assert said.startswith("The source gave 30 answers")
        assert source.unlisted() == (), "said once"
        source.close()


def test_a_server_that_minds_being_asked_beyond_its_end_has_answered():
    items = [{"0020000E": {"vr": "UI", "Value": [f"1.2.3.{n}"]}} for n in range(12)]

    def answer(path: str) -> rude.Answer:
        beyond = parse_qs(urlsplit(path).query)["offset"] != ["0"]
        return (416, {}, b"") if beyond else (200, {}, json.dumps(items).encode())

    with rude.answering(answer) as url:
        source = DicomWebSource(url, deadlines=ONCE)
        assert len(source.find_series("1.2.3")) == 12
        assert source.unlisted() == ()
        source.close()


def test_private_and_retired_attributes_and_wrong_types_are_borne():
    """What an answer holds besides, or in a form of its own, does not cost the study."""
    odd = {
        "0020000D": {"vr": "UI", "Value": ["1.2.3"]},
        "00100020": {"vr": "LO", "Value": ["9990000018"]},
        "00080060": {"vr": "CS"},
        "00080061": {"vr": "CS", "Value": ["CT", None, 7]},
        "00081030": {"vr": "LO", "Value": "not a list"},
        "00201206": {"vr": "IS", "Value": ["2"]},
        "00201208": {"vr": "IS", "Value": [8.0]},
        "00100010": {"vr": "PN", "Value": ["HARGREAVES^Dorothy"]},
        "00100030": {"vr": "DA", "Value": ["1951.03.14"]},
        "00101002": {"vr": "SQ", "Value": [{"00100020": {"vr": "LO", "Value": ["X1"]}}, "nonsense", None]},
        "00080040": {"vr": "US", "Value": [0]},  # retired: Data Set Type
        "00094321": {"vr": "ZZ", "Value": [{"deep": {"er": []}}]},
        "0009xx10": {"vr": "LO", "Value": ["SIEMENS MED"]},
        "PatientComments": 12,
    }
    with rude.answering(lambda path: (200, {}, json.dumps([odd, {}, {"0020000D": None}]).encode())) as url:
        source = DicomWebSource(url, deadlines=ONCE)
        (study,) = source.find_studies(StudyQuery(patient_id="9990000018")).studies
        source.close()
    assert (study.claimed.family, study.claimed.given, study.claimed.other_ids) == ("HARGREAVES", "Dorothy", ("X1",))
    assert (study.claimed.birth_date, study.modalities) == (date(1951, 3, 14), ("CT", "7"))
    assert (study.series, study.instances) == (2, 8)


def test_a_server_that_ignores_every_key_does_not_hand_over_its_archive():
    other = [{"0020000D": {"vr": "UI", "Value": ["1.2.3"]}, "00100020": {"vr": "LO", "Value": ["somebody else"]}}]
    with rude.answering(lambda path: (200, {}, json.dumps(other).encode())) as url:
        source = DicomWebSource(url, deadlines=ONCE)
        answer = source.find_studies(StudyQuery(patient_id="9990000018"))
        assert answer.studies == ()
        assert answer.ignored == ("patient ID",)
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
        "asked_by": ["patient-id", "other-ids", "local-number", "demographics"],
        "remarks": [],
    }


def test_proof_says_what_an_archive_makes_of_each_way_of_asking():
    others = [{"0020000D": {"vr": "UI", "Value": ["1.2.3"]}, "00100020": {"vr": "LO", "Value": ["somebody else"]}}]

    def answer(path: str) -> rude.Answer:
        asked = parse_qs(urlsplit(path).query)
        if "OtherPatientIDs" in asked:
            return 400, {}, b"unknown key"
        return (200, {}, json.dumps(others).encode()) if "PatientID" in asked else (204, {}, b"")

    with rude.answering(answer) as url:
        proof = prove("RBV", "dicomweb", lambda: DicomWebSource(url, deadlines=ONCE))
        few = prove("RBV", "dicomweb", lambda: DicomWebSource(url, deadlines=ONCE), ("demographics",))
    assert proof.ok
    assert "ignored or matched loosely what was asked of the patient ID" in proof.remarks[0]
    assert "refuses to be asked by the NHS number among Other Patient IDs" in proof.remarks[1]
    assert (few.ok, few.asked_by, few.remarks) == (True, ("demographics",), ())


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
