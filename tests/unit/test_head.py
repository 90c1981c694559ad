"""The head of a request is read in one way, or not at all."""

import io

import pytest

from mdt.web.head import LONGEST, MOST, Head


def read(*lines: str) -> Head:
    return Head(io.BytesIO("".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")))


def test_fields_are_found_whatever_their_case() -> None:
    head = read("Host: mdt.example", "RANGE:bytes=0-9  ", "Content-Type: text/plain", "X-Empty:")
    assert head.status == ""
    assert (head.get("range"), head.getheader("Host"), head.typeheader) == ("bytes=0-9", "mdt.example", "text/plain")
    assert dict(head.for_environ()) == {"HTTP_HOST": "mdt.example", "HTTP_RANGE": "bytes=0-9", "HTTP_X_EMPTY": ""}


def test_what_is_said_several_times_is_joined() -> None:
    head = read("Accept: text/html", "Cookie: a=1", "accept: */*", "cookie: b=2")
    assert (head.get("accept"), head.get("cookie")) == ("text/html,*/*", "a=1; b=2")


def test_a_name_with_an_underscore_passes_for_no_other() -> None:
    assert dict(read("X_Forwarded_For: 10.0.0.1").for_environ()) == {}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["Host : a"], "malformed"),
        (["Host: a", " folded"], "malformed"),
        (["no colon"], "malformed"),
        ([": nameless"], "malformed"),
        (["X: a\x00b"], "malformed"),
        (["X: a\rContent-Length: 5"], "malformed"),
        (["Host: a", "Host: b"], "host twice"),
        (["Content-Length: 5", "Content-Length: 6"], "content-length twice"),
        (["Content-Length: 5", "Transfer-Encoding: chunked"], "measured twice"),
        (["Content-Length: +5"], "of no length"),
        (["Content-Length: 1_0"], "of no length"),
        (["Content-Length: 5, 5"], "of no length"),
        (["Transfer-Encoding: gzip, chunked"], "of unknown coding"),
        (["X: " + "a" * LONGEST], "too long"),
        ([f"X-{n}: a" for n in range(MOST + 1)], "too many"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(lines: list[str], why: str) -> None:
    assert read(*lines).status == why


def test_a_head_that_ends_early_is_refused() -> None:
    assert Head(io.BytesIO(b"Host: a\r\n")).status == "cut short"
