"""A region's imaging behind the software trusts run: Orthanc over DICOMweb and DIMSE, dcmqrscp, folders."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from mdt.demo import library
from tests.peers.dimse import dcmqrscp
from tests.peers.orthanc import orthanc
from tests.peers.programs import free_port
from tests.system.product import ROOT

SHARED = ROOT.parent / "shared" / "data" / "region"
OVER_DICOMWEB, OVER_DIMSE, OVER_DCMTK = "R0A", "RM3", "RMC"


def imaging(folder: Path) -> Path:
    """The shared sample region where this machine has it, else the demo's own, painted into `folder`."""
    if SHARED.is_dir():
        return SHARED
    library.make(folder / "painted", date(2026, 11, 24))
    return folder / "painted"


@contextmanager
def running(folder: Path, region: Path) -> Iterator[Path]:
    """Start an archive for each of three trusts, leave the others as folders; gives the file for `trusts load`."""
    entries, move_port = [], free_port()
    with ExitStack() as stack:
        for trust in sorted(path for path in region.iterdir() if path.is_dir()):
            files = sorted(trust.rglob("*.dcm"))
            place = folder / "peers" / trust.name
            if trust.name == OVER_DICOMWEB:
                web = stack.enter_context(orthanc(place, files))
                source = f'kind = "dicomweb"\nurl = "{web.dicomweb}"'
            elif trust.name == OVER_DIMSE:
                dimse = stack.enter_context(orthanc(place, files))
                source = _dimse(dimse.dicom_port, dimse.ae, 'retrieve = "get"')
            elif trust.name == OVER_DCMTK:
                archive = stack.enter_context(dcmqrscp(place, files, move_to={"MDT": move_port}))
                source = _dimse(archive.port, archive.ae, f'retrieve = "move"\nour_port = {move_port}')
            else:
                source = f'kind = "folder"\npath = "{trust}"'
            known_as = f'ods = "{trust.name}"\nname = "Trust {trust.name}"\nlive_from = 2020-01-01'
            entries.append(f"[[trust]]\n{known_as}\n[[trust.source]]\n{source}\n")
        file = folder / "region.toml"
        file.write_text("\n".join(entries))
        yield file


def _dimse(port: int, ae: str, retrieve: str) -> str:
    return f'kind = "dimse"\nhost = "127.0.0.1"\nport = {port}\nae = "{ae}"\nour_ae = "MDT"\n{retrieve}'
