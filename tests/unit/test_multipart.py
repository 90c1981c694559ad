"""However the network cuts an answer into chunks, the parts are the same; what breaks off is never taken for whole."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdt.trusts.multipart import Malformed, Truncated, boundary_of, pieces


def answer(parts: list[bytes], boundary: str = "b0", *, preamble: bytes = b"") -> bytes:
    body = b"".join(b"\r\n--%s\r\nContent-Type: application/dicom\r\n\r\n%s" % (boundary.encode(), p) for p in parts)
    return preamble + (body if preamble else body[2:]) + b"\r\n--" + boundary.encode() + b"--\r\n"


def read(chunks, boundary: str = "b0") -> list[bytes]:
    parts: list[bytes] = []
    for kind, value in pieces(chunks, boundary):
        if isinstance(value, dict):
            assert value == {"content-type": "application/dicom"}
            parts.append(b"")
        elif isinstance(value, bytes):
            parts[-1] += value
        else:
            assert kind == "end"
    return parts


@given(
    st.lists(st.binary(max_size=60) | st.sampled_from([b"\r\n--b", b"\r\n", b"--b0", b"\r\n--b\r\n--b"]), max_size=4),
    st.integers(1, 40),
    st.booleans(),
)
def test_any_chunks(parts, size, preamble):
    whole = answer(parts, preamble=b"ignore me" if preamble else b"") if parts else b"--b0--\r\n"
    chunks = (whole[at : at + size] for at in range(0, len(whole), size))
    assert read(chunks) == parts


@pytest.mark.parametrize("missing", [3, 8, 12, 40])
def test_an_answer_that_stops_early_is_not_whole(missing):
    whole = answer([b"first part", b"second part"])
    with pytest.raises(Truncated):
        read([whole[:-missing]])


def test_memory_stays_flat():
    chunk = bytes(1 << 16)
    stream = itertools.chain([b"--b0\r\n\r\n"], itertools.repeat(chunk, 200), [b"\r\n--b0--"])
    longest = max(len(value) for _, value in pieces(stream, "b0") if isinstance(value, bytes))
    assert longest < 3 * len(chunk)


def test_headers_without_an_end_are_refused():
    with pytest.raises(Malformed, match="headers"):
        read(itertools.chain([b"--b0\r\n"], itertools.repeat(b"x: y\r\n", 10_000)))


@pytest.mark.parametrize(
    "content_type",
    ['multipart/related; type="application/dicom"; boundary="b0"', "Multipart/Related;boundary=b0; charset=x"],
)
def test_the_boundary_is_found(content_type):
    assert boundary_of(content_type) == "b0"


@pytest.mark.parametrize("content_type", ["text/html", "multipart/related", "application/json; boundary=b0"])
def test_other_answers_are_refused(content_type):
    with pytest.raises(Malformed):
        boundary_of(content_type)
