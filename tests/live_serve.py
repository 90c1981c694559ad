"""`python -m tests.live_serve PORT READY`: the product's web process on MDT_DATA; the file READY gets the port."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from mdt.bootstrap import build  # noqa: E402
from mdt.config import from_environment  # noqa: E402
from mdt.server import run  # noqa: E402


def _ready(address: tuple[str, int], file: Path) -> None:
    draft = file.with_suffix(".draft")
    draft.write_text(str(address[1]))
    draft.rename(file)


if __name__ == "__main__":
    run(
        build(from_environment()),
        "127.0.0.1",
        int(sys.argv[1]),
        ready=lambda address: _ready(address, Path(sys.argv[2])),
    )
