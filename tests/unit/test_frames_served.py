"""Frames leave the real server straight from the disk: every way of asking gets the bytes that lie there."""

import os
from pathlib import Path

import httpx
import pytest

from mdt.imaging.pixels.packing import PIECE
from mdt.web import pieces
from tests.live_house import Server
from tests.unit.pages import VERSION, seeded

LARGE = 5 << 20  # more than any socket takes at once


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """A browser at a server of its own, the address of a pack and its bytes."""
    folder = tmp_path_factory.mktemp("straight")
    with seeded(folder) as made:
        pack = folder / "store" / "packs" / made.series["maria"] / VERSION
        content = os.urandom(LARGE)
        (pack / "frames").write_bytes(content)
        entries = [{"offset": n * 100_000, "length": 90_000} for n in range(50)]
        (pack / "index.json").write_text(str({"frames": entries}).replace("'", '"'))
        server = Server(folder)
        server.start()
        try:
            cookie = server.seat_of("", made.people["member"]).cookie
            address = f"http://127.0.0.1:{server.port}/imaging/series/{made.series['maria']}/{VERSION}/"
            with httpx.Client(base_url=address, headers={"Cookie": cookie}) as browser:
                yield browser, content, Path(pack)
        finally:
            server.stop()


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (None, slice(0, LARGE)),
        ("bytes=0-0", slice(0, 1)),
        ("bytes=1000000-3999999", slice(1_000_000, 4_000_000)),
        (f"bytes={LARGE - 10}-", slice(LARGE - 10, LARGE)),
        ("bytes=-7", slice(LARGE - 7, LARGE)),
    ],
)
def test_a_range_is_what_lies_there(frames, asked, part):
    browser, content, _ = frames
    answer = browser.get("frames", headers={"Range": asked} if asked else {})
    assert answer.status_code == (206 if asked else 200)
    assert answer.content == content[part]


def test_what_has_no_body_sends_none(frames):
    browser, _, _ = frames
    head = browser.head("frames")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(LARGE), b"")
    same = browser.get("frames", headers={"If-None-Match": head.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    wrong = browser.get("frames", headers={"Range": f"bytes={LARGE}-"})
    assert wrong.status_code == 416
    assert browser.get("frames", headers={"Range": "bytes=5-9"}).content == frames[1][5:10]  # the line is still in step


def test_the_viewers_stream_is_the_same_however_it_is_sent(frames):
    browser, content, pack = frames
    stream = browser.get("pieces", params={"at": 3, "frames": "0-9,20"}).content
    found, at = {}, 0
    while at < len(stream):
        frame, start, length = PIECE.unpack_from(stream, at)
        found[frame] = stream[at + PIECE.size : at + PIECE.size + length]
        assert start == 0
        at += PIECE.size + length
    assert found == {n: content[n * 100_000 : n * 100_000 + 90_000] for n in (*range(10), 20)}
    with_index = browser.get("pieces", params={"index": "", "frames": "4"}).content
    assert with_index.endswith(content[400_000:490_000])
    assert pieces.PIECE.unpack_from(with_index)[0] == pieces.INDEX
    assert (pack / "frames").stat().st_size == LARGE


def test_a_version_that_was_just_replaced_is_not_found_though_its_index_is_still_at_hand(frames):
    browser, _, pack = frames
    assert browser.get("pieces?frames=0").status_code == 200
    (pack / "frames").rename(pack / "away")
    try:
        for asked in ("pieces?frames=0", "frames"):
            answer = browser.get(asked)
            assert (answer.status_code, "Traceback" in answer.text) == (404, False)
    finally:
        (pack / "away").rename(pack / "frames")
