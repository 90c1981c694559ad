"""The line to the mail server (RFC 5321): one message at a time, and what became of it in words."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Literal, Self

from mdt.config import Mail

Verdict = Literal["sent", "later", "never", "down"]
LONGEST_SAID = 300


@dataclass(frozen=True)
class Result:
    """`later` and `never` are about this message; `down`: the server takes nothing from us now."""

    verdict: Verdict
    said: str
    code: int | None = None


# Why a server takes nothing, the narrower error before the wider.
_SHUT: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "did not accept MDT_SMTP_USER and MDT_SMTP_PASSWORD"),
    (smtplib.SMTPNotSupportedError, "does not offer what MDT_SMTP_TLS and MDT_SMTP_USER ask for"),
    (smtplib.SMTPException, "broke off before it took anything"),
    (ssl.SSLError, "does not speak TLS in the way that MDT_SMTP_TLS says"),
    (TimeoutError, "did not answer in time"),
)


class Line:
    """Opened at the first message, closed at the end of the `with`."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                self._server.close()

    def send(self, letter: EmailMessage, to: str) -> Result:
        """Never raises what a network or a server can do to us."""
        try:
            server = self._server = self._server or self._open()
        except (OSError, smtplib.SMTPException) as error:
            return Result("down", self._why_shut(error), getattr(error, "smtp_code", None))
        try:
            server.send_message(letter, from_addr=self._mail.sender, to_addrs=[to])
        except (OSError, smtplib.SMTPException) as error:
            return self._became(error, to)
        return Result("sent", "The mail server took it.", 250)

    def _became(self, error: Exception, to: str) -> Result:
        match error:
            case smtplib.SMTPRecipientsRefused():
                return _refused("The mail server did not take the address", *error.recipients[to])
            case smtplib.SMTPSenderRefused():
                said = _words(error.smtp_code, error.smtp_error)
                return Result("down", f"The mail server does not take MDT_SMTP_FROM: {said}", error.smtp_code)
            case smtplib.SMTPResponseException():
                return _refused("The mail server did not take the message", error.smtp_code, error.smtp_error)
            case smtplib.SMTPNotSupportedError():
                return Result("never", "The mail server does not take addresses with such letters.")
            case _:
                return self._cut()

    def _open(self) -> smtplib.SMTP:
        mail = self._mail
        context = ssl.create_default_context()
        if mail.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=mail.patience, context=context)
        else:
            server = smtplib.SMTP(mail.host, mail.port, timeout=mail.patience)
        try:
            if mail.tls == "starttls":
                server.starttls(context=context)
            if mail.user:
                server.login(mail.user, mail.password)
        except BaseException:
            server.close()
            raise
        return server

    def _why_shut(self, error: Exception) -> str:
        where = f"{self._mail.host}, port {self._mail.port},"
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"{where} has a certificate that does not hold: {error.verify_message}."
        if isinstance(error, smtplib.SMTPResponseException) and not isinstance(error, smtplib.SMTPAuthenticationError):
            return f"{where} turned us away: {_words(error.smtp_code, error.smtp_error)}"
        known = next((says for of, says in _SHUT if isinstance(error, of)), None)
        reason = f"cannot be reached: {getattr(error, 'strerror', None) or error}"
        return f"{where} {known or reason}."

    def _cut(self) -> Result:
        """The next message gets a connection of its own; this one may have arrived."""
        if self._server is not None:
            self._server.close()
            self._server = None
        return Result("later", "The connection broke off before the mail server said whether it took the message.")


def _refused(what: str, code: int, said: bytes | str) -> Result:
    """A reply of 4yz may be better next time, one of 5yz is not (RFC 5321 4.2.1); 421 is the server's farewell."""
    verdict: Verdict = "down" if code == 421 else "never" if code >= 500 else "later"
    return Result(verdict, f"{what}: {_words(code, said)}", code)


def _words(code: int, said: bytes | str) -> str:
    """What the server said, on one line, without what could harm a page or a log."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    tidy = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return f"{code} {tidy}"[:LONGEST_SAID]
