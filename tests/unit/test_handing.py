"""Where an nginx stands in front, it is told which file to send, once somebody is known to be allowed to have it."""

from collections.abc import Iterator

import pytest

from mdt.config import from_environment
from mdt.core.errors import Misconfigured
from mdt.web.handing import HEADER
from tests.unit.provided import Provided, provided
from tests.unit.test_express import Process


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provided]:
    with provided(tmp_path_factory.mktemp("provided"), accel="/-/store/") as made:
        yield made


def test_frames_are_handed_on_by_the_short_way_and_by_flask(held: Provided) -> None:
    process = Process(held)
    browser = process.browser()
    place = process.pack.removeprefix("/imaging/series/")
    for method, headers in (("GET", {}), ("GET", {"Range": "bytes=0-99"}), ("HEAD", {}), ("GET", {"If-Match": '"x"'})):
        answer = process.ask(process.pack, browser | headers, method)
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers[HEADER] == f"/-/store/packs/{place}"
        assert "immutable" in answer.headers["Cache-Control"]
    refused = process.ask(process.pack, process.browser("stranger"))
    assert refused.status_code == 404
    assert HEADER not in refused.headers


def test_what_is_in_no_folder_is_sent_by_nobody_else() -> None:
    with pytest.raises(Misconfigured, match="MDT_ACCEL"):
        from_environment({"MDT_DATA": "/tmp", "MDT_ACCEL": "store"})
    with pytest.raises(Misconfigured, match="MDT_ACCEL"):
        from_environment({"MDT_DATA": "/tmp", "MDT_ACCEL": "/-/store/", "MDT_STORE": "s3://a/b"})
