"""One real server for all the stories here; each story has a meeting to itself."""

import pytest

from tests.live_house import running

MEETINGS = 40


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    with running(tmp_path_factory.mktemp("house"), meetings=MEETINGS) as (server, stages):
        yield server, stages
        assert server.process is not None
        assert server.process.poll() is None
        log = server.log()
    assert "Traceback" not in log, log[-5000:]


@pytest.fixture
def server(house):
    return house[0]


@pytest.fixture
def stage(house):
    """A meeting nobody else's story is in."""
    return house[1].pop()
