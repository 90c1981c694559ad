"""The demo page: there only in a demo, where trusts are switched and anybody may be anybody."""

import pytest

from mdt.demo import control
from mdt.demo.control import Endpoint
from mdt.demo.pages import pages
from mdt.demo.people import PASSWORD
from tests.unit.pages import seeded


@pytest.fixture
def region(tmp_path):
    folder = tmp_path / "control"
    control.publish(
        folder,
        [
            Endpoint("RMC", "Bolton", "dicomweb", "http://127.0.0.1:1", "on", slow=True),
            Endpoint("RWJ", "Stockport", "dimse", "PACS@127.0.0.1:2", "died", detail="It ran out of memory."),
            Endpoint("RMP", "Tameside", "folder", "/somewhere", "on", switchable=False),
        ],
    )
    with seeded(tmp_path / "data", demo_control=folder) as made:
        app = made.app(pages)
        app.config["WTF_CSRF_ENABLED"] = False
        yield folder, app.test_client()


def test_without_a_demo_there_is_no_such_page(tmp_path):
    with seeded(tmp_path) as made:
        assert made.app().test_client().get("/demo/").status_code == 404
        assert "Demo region" not in made.signed_in("chair").get("/meetings").text


def test_the_page_shows_each_trust_as_it_is_and_everybody_one_can_be(region):
    _, client = region
    page = client.get("/demo/").text
    assert "slow on purpose" in page
    assert "It ran out of memory." in page
    assert "Always on" in page
    assert "Dr Amara Osei" in page
    assert "Chair, Lung MDT" in page
    assert PASSWORD in page


def test_switching_asks_the_supervisor_of_the_demo(region):
    folder, client = region
    assert client.post("/demo/trusts/RMC", data={"switch": "off"}).status_code == 302
    assert client.post("/demo/trusts/RWJ", data={"switch": "on"}).status_code == 302
    assert control.wanted(folder) == {"RMC": False, "RWJ": True}


@pytest.mark.parametrize(
    ("ods", "to", "status"), [("RMP", "off", 400), ("XXX", "off", 404), ("RMC", "sideways", 400), ("..", "off", 404)]
)
def test_what_cannot_be_switched_is_refused_in_words(region, ods, to, status):
    folder, client = region
    assert client.post(f"/demo/trusts/{ods}", data={"switch": to}).status_code == status
    assert control.wanted(folder) == {}
