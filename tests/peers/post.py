"""A real SMTP server on loopback (aiosmtpd): keeps what it takes, and misbehaves as it is told."""

import asyncio
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.peers.programs import free_port

USER, PASSWORD = "mdt", "open sesame 9"


@dataclass
class Catcher:
    """`faults` are used up, one for each message that comes: a reply to RCPT or DATA, "cut", "cut after" or "slow"."""

    port: int = 0
    kept: list[EmailMessage] = field(default_factory=list)
    at_rcpt: deque[str] = field(default_factory=deque)
    at_data: deque[str] = field(default_factory=deque)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        fault = self.at_rcpt.popleft() if self.at_rcpt else ""
        if fault:
            return fault
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        fault = self.at_data.popleft() if self.at_data else ""
        if fault in ("", "cut after"):
            self.kept.append(BytesParser(policy=default).parsebytes(envelope.content))
        if fault.startswith("cut"):
            server.transport.abort()
        elif fault == "slow":
            await asyncio.sleep(2)
        elif fault:
            return fault
        return "250 OK"


@contextmanager
def catching(*, port: int = 0, tls: ssl.SSLContext | None = None, login: bool = False) -> Iterator[Catcher]:
    """With `tls` it offers STARTTLS; with `login` it wants USER and PASSWORD."""
    catcher = Catcher(port or free_port())

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, said: Any) -> AuthResult:
        right = isinstance(said, LoginPassword) and said == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=right)

    controller = Controller(
        catcher,
        hostname="127.0.0.1",
        port=catcher.port,
        tls_context=tls,
        authenticator=known if login else None,
        auth_required=login,
        auth_require_tls=login,
    )
    controller.start()
    try:
        yield catcher
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """One that 127.0.0.1 has given itself, for the server; and the file by which a client may trust it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, secret = folder / "post.pem", folder / "post.key"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, secret)
    return context, trusted
