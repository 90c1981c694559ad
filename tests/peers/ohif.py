"""The OHIF viewer as its project builds it, served from a loopback port of its own with our archive as its source."""

import json
import os
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

VERSION = "3.13.2"
PACKED = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mdt-peers" / f"ohif-app-{VERSION}.tgz"

_CONFIG = """
window.config = {
  routerBasename: null, extensions: [], modes: [], customizationService: {}, showStudyList: true,
  showWarningMessageForCrossOrigin: false, showCPUFallbackMessage: false, investigationalUseDialog: {option: 'never'},
  maxNumRequests: {interaction: 20, thumbnail: 5, prefetch: 5},
  defaultDataSourceName: 'mdt',
  dataSources: [{
    namespace: '@ohif/extension-default.dataSourcesModule.dicomweb', sourceName: 'mdt',
    configuration: {
      friendlyName: 'MDT', name: 'MDT', qidoRoot: ROOT, wadoRoot: ROOT, wadoUriRoot: ROOT,
      qidoSupportsIncludeField: true, supportsReject: false, supportsFuzzyMatching: false, supportsWildcard: true,
      imageRendering: 'wadors', thumbnailRendering: 'wadors', enableStudyLazyLoad: true, dicomUploadEnabled: false,
      bulkDataURI: {enabled: true},
    },
  }],
};
"""


class _Handler(SimpleHTTPRequestHandler):
    """Files of the build; every other path is the application's own, as its README asks of a server."""

    def __init__(self, *args: object, config: list[str], directory: str) -> None:
        self._config = config
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/app-config.js":
            self._send("application/javascript", self._config[0].encode())
        elif path == "/init-service-worker.js":
            self._send("application/javascript", b"")
        else:
            if not Path(self.translate_path(self.path)).is_file():
                self.path = "/index.html"
            super().do_GET()

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Ohif:
    """Where it is served; `point` it at an archive once that runs."""

    def __init__(self, url: str, config: list[str]) -> None:
        self.url, self._config = url, config

    def point(self, root: str) -> None:
        self._config[0] = _CONFIG.replace("ROOT", json.dumps(root))


@contextmanager
def ohif(folder: Path) -> Iterator[Ohif]:
    """Unpack and serve it; skip with a reason where it was not fetched (with CI=true, fail)."""
    if not PACKED.exists():
        reason = f"The OHIF viewer {VERSION} was not fetched (tests/peers/install.sh fetches it)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with tarfile.open(PACKED) as packed:
        wanted = [one for one in packed if one.name.startswith("package/dist/") and not one.name.endswith(".map")]
        packed.extractall(folder, members=wanted, filter="data")
    config = [""]
    handler = partial(_Handler, config=config, directory=str(folder / "package" / "dist"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Ohif(f"http://127.0.0.1:{server.server_port}", config)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
