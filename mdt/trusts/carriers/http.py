"""HTTP as DICOMweb needs it: phases by name, bounded answers, no redirects, no proxies from the environment."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlencode

import httpx

from mdt.trusts.carriers.reach import reason, resolve
from mdt.trusts.deadlines import Deadlines
from mdt.trusts.errors import NoAnswer, Phase, Refused, SourceError

logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, and a search has names in its address

_MOST_BYTES = 64 << 20  # of a listing
_LONGEST_LISTING = 4  # times the query deadline: an answer that drips is given up
Params = Sequence[tuple[str, str]]

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class Http:
    """One server. `last_headers` are those of the newest answer read whole."""

    def __init__(self, url: str, auth: httpx.Auth | None, deadlines: Deadlines) -> None:
        self.last_headers = httpx.Headers()
        self._deadlines = deadlines
        self._base = url.rstrip("/")
        self._client = httpx.Client(auth=auth, follow_redirects=False, trust_env=False, verify=True)

    def read(self, path: str, params: Params, *, accept: str) -> bytes:
        """A whole answer, for listings; empty for 204."""
        body = bytearray()
        latest = time.monotonic() + self._deadlines.query * _LONGEST_LISTING
        with self._answer("query", path, params, accept) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise Refused("query", f"The source's answer is larger than {_MOST_BYTES >> 20} MB.")
                if time.monotonic() > latest:
                    raise NoAnswer("query", "The source's answer came too slowly to wait for.")
            self.last_headers = response.headers
        return bytes(body)

    @contextmanager
    def stream(self, path: str, *, accept: str) -> Iterator[tuple[str, Iterator[bytes]]]:
        """An answer's Content-Type and its bytes as they come, for objects."""
        with self._answer("transfer", path, [], accept) as response:
            yield response.headers.get("content-type", ""), response.iter_raw()

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def _answer(self, phase: Phase, path: str, params: Params, accept: str) -> Iterator[httpx.Response]:
        silence = self._deadlines.query if phase == "query" else self._deadlines.transfer
        timeout = httpx.Timeout(silence, connect=self._deadlines.connect)
        headers = {"Accept": accept, "Accept-Encoding": "gzip" if phase == "query" else "identity"}
        try:
            # Wildcards as they are: Orthanc (1.10, with its DICOMweb plugin 1.7) does not decode what is escaped.
            url = httpx.URL(f"{self._base}/{path}", query=urlencode(params, safe="*?").encode())
            resolve(url.host, url.port or 443, self._deadlines.resolve)
            with self._client.stream("GET", url, headers=headers, timeout=timeout) as response:
                _must_be_good(phase, response)
                yield response
        except httpx.HTTPError as error:
            raise _in_words(phase, error, silence, self._deadlines) from None
        except httpx.InvalidURL as error:
            raise Refused("resolve", f"The source's address is not one: {error}.") from None


def _must_be_good(phase: Phase, response: httpx.Response) -> None:
    status = response.status_code
    if status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.PARTIAL_CONTENT):
        return
    words = f"{status} {response.reason_phrase}".strip()
    if response.is_redirect:
        raise Refused(phase, f"The source sent us elsewhere ({words}), and redirects are not followed.")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise Refused("associate", f"The source does not let us in ({words}).")
    if status in _AGAIN:
        raise NoAnswer(phase, f"The source could not answer now ({words}).")
    raise Refused(phase, f"The source refused ({words}).")


def _in_words(phase: Phase, error: httpx.HTTPError, silence: float, deadlines: Deadlines) -> SourceError:
    match error:
        case httpx.ConnectTimeout():
            return NoAnswer("connect", f"Nobody answered within {deadlines.connect:g} s.")
        case httpx.ConnectError():
            return NoAnswer("connect", f"No connection ({reason(error)}).")
        case httpx.TimeoutException():
            return NoAnswer(phase, f"The source fell silent for {silence:g} s.")
        case httpx.UnsupportedProtocol():
            return Refused("resolve", "The source's address must begin with http:// or https://.")
    return NoAnswer(phase, f"The connection broke ({type(error).__name__}).")
