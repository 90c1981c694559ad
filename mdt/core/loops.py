"""File systems of fsspec that work asynchronously (S3 and its like), from greenlets.

fsspec refuses a call from the thread its event loop runs in. Under gevent all are one thread, so that it would refuse
every one; to wait for another greenlet's loop is safe there, because waiting lets that greenlet run.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import fsspec.asyn


def share_with_greenlets() -> None:
    """Make fsspec's calls wait as greenlets do, in a process that gevent has patched; elsewhere change nothing."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("threading"):
        fsspec.asyn.sync = _wait


def _wait(
    loop: asyncio.AbstractEventLoop,
    function: Callable[..., Coroutine[Any, Any, Any]],
    *args: Any,
    timeout: float | None = None,
    **kwargs: Any,
) -> Any:
    return asyncio.run_coroutine_threadsafe(function(*args, **kwargs), loop).result(timeout)
