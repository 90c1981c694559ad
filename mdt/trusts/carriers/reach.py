"""Find the address behind a host name, within a deadline: the system's own look-up knows none."""

import queue
import socket
import threading

from mdt.trusts.errors import NoAnswer


def resolve(host: str, port: int, seconds: float) -> str:
    """The first IP address of `host`."""
    answers: queue.Queue[str | OSError] = queue.Queue()

    def look_up() -> None:
        try:
            answers.put(str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise NoAnswer("resolve", f"The look-up of the host name {host} took longer than {seconds:g} s.") from None
    if isinstance(answer, OSError):
        raise NoAnswer("resolve", f"The host name {host} is not known ({answer.strerror or answer}).")
    return answer


def reason(error: BaseException) -> str:
    """What the operating system said, without its number: "Connection refused"."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
