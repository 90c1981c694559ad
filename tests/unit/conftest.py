"""What several unit tests stand on."""

import os
from collections.abc import Iterator

import pytest

from tests.peers import s3
from tests.peers.programs import free_port


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bucket on a real S3-speaking server; the environment says how it is reached."""
    folder, before = tmp_path_factory.mktemp("s3"), dict(os.environ)
    with s3.running(folder / "s3.log", free_port()) as url:
        os.environ.update(s3.KEYS | {"AWS_ENDPOINT_URL": url})
        yield "s3://mdt"
    os.environ.clear()
    os.environ.update(before)
