"""Which form a client gets, and multipart bodies that any reader takes apart again."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.core.errors import Invalid
from mdt.trusts.multipart import boundary_of, pieces
from mdt.web.dicomweb.negotiation import Offer, best, taken
from mdt.web.dicomweb.parts import Multipart, Part
from mdt.web.dicomweb.sources import Source

JPEG, PLAIN = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.1"
FRAMES = (
    Offer("image/jpeg", True, JPEG, is_usual=False),
    Offer("application/octet-stream", True, JPEG, is_default=False),
    Offer("application/octet-stream", True, PLAIN),
    Offer("image/jpeg", False, JPEG, is_usual=False),
    Offer("application/octet-stream", False, PLAIN),
)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, 2),
        ("*/*", 2),
        ("multipart/related", 2),
        ("*/*; transfer-syntax=*", 0),
        ('multipart/related; type="application/octet-stream"', 2),
        ("multipart/related; type=application/octet-stream; transfer-syntax=*", 1),
        (f'multipart/related; type="application/octet-stream"; transfer-syntax={PLAIN}', 2),
        (f'multipart/related;type="image/jpeg";transfer-syntax="{JPEG}"', 0),
        ("image/jpeg", 3),
        ("image/*", 3),
        ("application/octet-stream, image/jpeg; q=0.5", 4),
        ("application/octet-stream; q=0.4, image/jpeg; q=0.5", 3),
        ("*/*; q=0.1, application/octet-stream", 4),
        ("image/jpeg; q=0, multipart/related; type=image/jpeg; q=0, */*", 2),
        ('multipart/related; type="image/jls", multipart/related; type="application/octet-stream"', 2),
        ("image/png", None),
        ('multipart/related; type="image/jpeg"; transfer-syntax=1.2.840.10008.1.2.4.70', None),
        ("*/*; q=0", None),
    ],
)
def test_a_client_gets_what_it_likes_best(accept, expected):
    assert best(FRAMES, taken(accept)) == (None if expected is None else FRAMES[expected])


@pytest.mark.parametrize(
    "accept", ["image", "image/jpeg; q=2", "image/jpeg; q=x", 'multipart/related; type="a/b', "*/png", "a b/c"]
)
def test_what_is_malformed_is_said(accept):
    with pytest.raises(Invalid, match="malformed"):
        taken(accept)


@given(st.text(max_size=60))
def test_any_header_is_either_read_or_refused(accept):
    with suppress(Invalid):
        assert best(FRAMES, taken(accept)) in (None, *FRAMES)


@given(
    st.lists(st.lists(st.binary(max_size=50), max_size=4), max_size=5),
    st.booleans(),
)
def test_what_is_sent_in_parts_is_read_in_parts_and_as_long_as_was_said(bodies, known):
    body = Multipart("application/dicom")
    parts = [
        Part("application/dicom; x=1", chunks, sum(map(len, chunks)) if known else None, "/a") for chunks in bodies
    ]
    sent = b"".join(body.stream(parts))
    assert body.length(parts) == (len(sent) if known or not parts else None)
    found: list[bytes] = []
    for kind, value in pieces(iter([sent]), boundary_of(body.content_type)):
        if kind == "begin":
            assert isinstance(value, dict)
            assert (value["content-type"], value["content-location"]) == ("application/dicom; x=1", "/a")
            found.append(b"")
        elif isinstance(value, bytes):
            found[-1] += value
    assert found == [b"".join(chunks) for chunks in bodies]


@given(st.data())
def test_a_stretch_of_a_frame_is_the_same_as_of_its_whole(tmp_path_factory, data):
    content = bytes(range(200))
    file = tmp_path_factory.mktemp("frames") / "file"
    file.write_bytes(content)
    spans = data.draw(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 50)), min_size=1, max_size=4))
    whole = b"".join(content[at : at + length] for at, length in spans)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    source = Source(lambda: file.open("rb"), {1: list(spans)})
    try:
        assert source.length(1) == len(whole)
        assert b"".join(source.stretch(1, start, stop)) == whole[start:stop]
    finally:
        source.close()
