"""Two DIMSE archives: DCMTK's dcmqrscp, and pynetdicom's qrscp, which answers little and minds every letter."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pynetdicom import AE, build_context

from tests.peers.programs import free_port, listens, program, running


@dataclass(frozen=True)
class Archive:
    """Where it listens and what it is called."""

    port: int
    ae: str


@contextmanager
def dcmqrscp(
    folder: Path,
    files: Iterable[Path] = (),
    *,
    move_to: Mapping[str, int] | None = None,
) -> Iterator[Archive]:
    """DCMTK's archive, keeping the bytes it receives. Beside native syntaxes it takes and gives one compressed one:
    baseline JPEG."""
    here = Archive(free_port(), "DCMTK")
    store = folder / "store"
    store.mkdir(parents=True)
    hosts = "\n".join(f"host{n} = ({ae}, 127.0.0.1, {port})" for n, (ae, port) in enumerate((move_to or {}).items()))
    (folder / "dcmqrscp.cfg").write_text(
        f"NetworkTCPPort = {here.port}\nMaxPDUSize = 65536\nMaxAssociations = 16\n"
        f"HostTable BEGIN\n{hosts}\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\n{here.ae} {store} RW (1000, 1024mb) ANY\nAETable END\n"
    )
    options = ["--bit-preserving", "--prefer-jpeg8", "--propose-jpeg8"]
    command: list[str | Path] = [program("dcmqrscp"), "-c", folder / "dcmqrscp.cfg", *options]
    with running(command, log=folder / "log", ready=lambda: listens(here.port)):
        send(files, here)
        yield here


@contextmanager
def qrscp(folder: Path, files: Iterable[Path] = (), *, move_to: Mapping[str, int] | None = None) -> Iterator[Archive]:
    """pynetdicom's own application."""
    here = Archive(free_port(), "QRSCP")
    folder.mkdir(parents=True, exist_ok=True)
    destinations = "".join(f"[{ae}]\naddress: 127.0.0.1\nport: {port}\n" for ae, port in (move_to or {}).items())
    (folder / "qrscp.ini").write_text(
        f"[DEFAULT]\nae_title: {here.ae}\nport: {here.port}\nmax_pdu: 65536\nacse_timeout: 30\ndimse_timeout: 30\n"
        f"network_timeout: 30\nbind_address: 127.0.0.1\ninstance_location: {folder}/instances\n"
        f"database_location: {folder}/instances.sqlite\nlog_identifier: False\n{destinations}"
    )
    command: list[str | Path] = [sys.executable, "-m", "pynetdicom", "qrscp", "-c", folder / "qrscp.ini"]
    with running(command, log=folder / "log", ready=lambda: listens(here.port), cwd=folder):
        send(files, here)
        yield here


def send(files: Iterable[Path], archive: Archive) -> None:
    """C-STORE each file in the syntax it is in."""
    pairs: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for file in files:
        meta = dcmread(file, specific_tags=[]).file_meta
        pairs[str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID)].append(file)
    if not pairs:
        return
    ours = AE("TESTS")
    # A context for each: in one context with several syntaxes the archive chooses one of them.
    contexts = [build_context(sop_class, syntax) for sop_class, syntax in pairs]
    association = ours.associate("127.0.0.1", archive.port, contexts=contexts, ae_title=archive.ae)
    assert association.is_established, f"{archive.ae} does not take the test's files"
    for paths in pairs.values():
        for path in paths:
            status = association.send_c_store(path)
            assert status.get("Status") == 0, f"{archive.ae} did not take {path.name}: {status}"
    association.release()
