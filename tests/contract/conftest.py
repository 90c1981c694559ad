"""Every way to one and the same small archive: each peer runs once for all tests that ask for it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from mdt.core.sandbox import Sandbox
from mdt.trusts.carriers.association import Peer
from mdt.trusts.carriers.dicomweb import DicomWebSource
from mdt.trusts.carriers.dimse import DimseSource, Listener
from mdt.trusts.carriers.folder import FolderSource
from mdt.trusts.deadlines import Deadlines
from mdt.trusts.source import ImagingSource
from tests.peers import studies
from tests.peers.dimse import dcmqrscp, qrscp
from tests.peers.orthanc import orthanc
from tests.peers.programs import free_port

OURS = "MDT"
WAYS = (
    "folder",
    "orthanc-web",
    "orthanc-get",
    "orthanc-move",
    "dcmqrscp-get",
    "dcmqrscp-move",
    "qrscp-get",
    "qrscp-move",
)


@dataclass(frozen=True)
class Way:
    """A source, and what its peer is able to tell."""

    name: str
    source: ImagingSource
    files: list[Path]

    @property
    def tells_all(self) -> bool:
        """qrscp answers a handful of attributes."""
        return not self.name.startswith("qrscp")

    @property
    def counts(self) -> bool:
        """Neither qrscp nor dcmqrscp says how many there are, or of which modalities."""
        return "qrscp" not in self.name


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """What every archive holds: a folder and its files."""
    folder = tmp_path_factory.mktemp("held")
    return folder, studies.write(folder)


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory, held) -> Iterator[Callable[[str], object]]:
    """Starts a peer by name, with everything in it; the same one for the rest of the session."""
    running: dict[str, tuple[object, int]] = {}
    starts: dict[str, Callable[..., AbstractContextManager[object]]] = {
        "orthanc": orthanc,
        "dcmqrscp": dcmqrscp,
        "qrscp": qrscp,
    }
    with ExitStack() as stack:

        def start(name: str) -> tuple[object, int]:
            if name not in running:
                port = free_port()
                folder = tmp_path_factory.mktemp(name) / "here"
                running[name] = stack.enter_context(starts[name](folder, held[1], move_to={OURS: port})), port
            return running[name]

        yield start


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One reader of headers for all tests."""
    with Sandbox() as one:
        yield one


@pytest.fixture(scope="module", params=WAYS)
def way(request, peers, held, sandbox) -> Iterator[Way]:
    """One carrier to one real peer: one source for a whole file of tests, as a worker keeps it for a whole round."""
    source = _open(request.param, peers, held[0], sandbox)
    yield Way(request.param, source, held[1])
    source.close()


def _open(name: str, peers, folder: Path, sandbox: Sandbox) -> ImagingSource:
    peer, _, how = name.partition("-")
    if peer == "folder":
        return FolderSource(folder, sandbox)
    running, port = peers(peer)
    if how == "web":
        return DicomWebSource(running.dicomweb)
    listening = running.dicom_port if peer == "orthanc" else running.port
    return DimseSource(
        Peer("127.0.0.1", listening, running.ae, OURS),
        retrieve="get" if how == "get" else "move",
        listener=Listener("127.0.0.1", port),
        deadlines=Deadlines(query=10, transfer=10),
        sandbox=sandbox,
    )
