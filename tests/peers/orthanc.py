"""Orthanc, with its DICOMweb plugin."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.peers.programs import free_port, missing, program, running

_PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


@dataclass(frozen=True)
class Orthanc:
    """Where it is, by each of its doors."""

    http_port: int
    dicom_port: int
    ae: str = "ORTHANC"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def dicomweb(self) -> str:
        return f"{self.url}/dicom-web"

    def load(self, files: Iterable[Path]) -> None:
        """Put files in, as they are."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as client:
            for file in files:
                client.post("/instances", content=file.read_bytes()).raise_for_status()


@contextmanager
def orthanc(
    folder: Path,
    files: Iterable[Path] = (),
    *,
    move_to: Mapping[str, int] | None = None,
    users: Mapping[str, str] | None = None,
    pages: Path | None = None,
) -> Iterator[Orthanc]:
    """Run it in `folder`. `move_to`: AE titles and local ports it may send to; `users`: HTTP names and passwords;
    `pages`: a folder that it serves at `/viewer/`."""
    server = program("Orthanc")
    if not _PLUGIN.exists():
        missing("Orthanc's DICOMweb plugin is not installed on this machine")
    here = Orthanc(free_port(), free_port())
    config = {
        "Name": "test",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "HttpPort": here.http_port,
        "DicomPort": here.dicom_port,
        "DicomAet": here.ae,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": bool(users),
        "RegisteredUsers": dict(users or {}),
        "DicomAlwaysAllowEcho": True,
        "DicomAlwaysAllowStore": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowGet": True,
        "DicomAlwaysAllowMove": True,
        "DicomModalities": {ae: [ae, "127.0.0.1", port] for ae, port in (move_to or {}).items()},
        "DefaultEncoding": "Utf8",
        "SaveJobs": False,
        "Plugins": [str(_PLUGIN), *([str(_PLUGIN.with_name("libServeFolders.so"))] if pages else [])],
        "ServeFolders": {"/viewer": str(pages)} if pages else {},
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orthanc.json").write_text(json.dumps(config))

    def ready() -> bool:
        try:
            return httpx.get(f"{here.url}/system", trust_env=False).status_code in (200, 401)
        except httpx.TransportError:
            return False

    with running([server, folder / "orthanc.json"], log=folder / "log", ready=ready):
        here.load(files)
        yield here
