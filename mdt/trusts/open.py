"""From a source as it is kept to one that can be asked."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from mdt.config import Settings
from mdt.core.sandbox import Sandbox
from mdt.trusts.carriers.association import Peer
from mdt.trusts.carriers.dicomweb import DicomWebSource
from mdt.trusts.carriers.dimse import DimseSource, Listener
from mdt.trusts.carriers.folder import FolderSource
from mdt.trusts.deadlines import Deadlines
from mdt.trusts.errors import Refused
from mdt.trusts.models import Source
from mdt.trusts.source import ImagingSource

# One for all sources of a process: each child weighs 70 MB and takes a second to start. It starts when it is needed.
_HEADERS = Sandbox()


def open_source(source: Source, settings: Settings, env: Mapping[str, str] | None = None) -> ImagingSource:
    """Nothing is contacted yet. Raises Refused when a secret it names is not in the environment."""
    said = source.settings
    deadlines = Deadlines(**said.get("timeouts", {}))
    match source.kind:
        case "dicomweb":
            return DicomWebSource(said["url"], _auth(said.get("auth"), os.environ if env is None else env), deadlines)
        case "dimse":
            peer = Peer(said["host"], said["port"], said["ae"], said.get("our_ae", settings.ae_title))
            port = said.get("our_port", settings.dimse_port)
            return DimseSource(
                peer,
                retrieve=said.get("retrieve", "get"),
                listener=Listener(settings.dimse_host, port),
                deadlines=deadlines,
                sandbox=_HEADERS,
            )
        case "folder":
            return FolderSource(Path(said["path"]), _HEADERS)
    raise Refused("connect", f"There is no carrier of the kind {source.kind!r}.")


def _auth(said: Mapping[str, Any] | None, env: Mapping[str, str]) -> httpx.Auth | None:
    match said:
        case None:
            return None
        case {"kind": "basic", "username": username, "password_env": name}:
            return httpx.BasicAuth(username, _secret(name, env))
        case {"kind": "bearer", "token_env": name}:
            return _Bearer(_secret(name, env))
    raise Refused("connect", "How to sign in to this source is not set in full.")


def _secret(name: str, env: Mapping[str, str]) -> str:
    if not env.get(name):
        raise Refused("connect", f"The environment variable {name}, which should hold the secret, is not set.")
    return env[name]


class _Bearer(httpx.Auth):
    """RFC 6750."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request
