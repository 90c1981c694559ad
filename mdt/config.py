"""Every setting, from the environment, typed. The product refuses to start half-set."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from mdt.core.errors import Misconfigured

Tls = Literal["starttls", "tls", "none"]
_MAIL_PORTS: dict[str, int] = {"starttls": 587, "tls": 465, "none": 25}  # RFC 6409, RFC 8314, RFC 5321


@dataclass(frozen=True)
class Mail:
    """The mail server that takes our messages, and as whom we send them."""

    host: str
    port: int
    tls: Tls
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)  # so that no log that shows settings shows it
    patience: float = 30.0  # seconds of silence


@dataclass(frozen=True)
class Settings:
    """What the environment said. `data` alone is enough: the rest has its place in that folder."""

    data: Path
    database_url: str
    store_url: str
    redis_url: str | None
    secret_key: str = field(repr=False)
    public_url: str
    ae_title: str
    dimse_host: str
    dimse_port: int
    demo_control: Path | None
    proxies: int = 0  # how many reverse proxies of ours stand in front and say who asked
    dicomweb_origins: tuple[str, ...] = ()  # whose pages may read /dicomweb with a token; none unless said
    receiver_port: int = 0  # where trusts push to; 0: nowhere
    largest_object: int = 4 << 30  # bytes of one object that comes unasked
    largest_import: int = 16 << 30  # bytes of one disc, as it comes and unpacked
    accel: str = ""  # the nginx location that sends what the store holds, e.g. `/-/store/`; none: we do
    sign_in: Path | None = None  # who else vouches for people (mdt/people/providers.py); nobody unless said
    disk_reserve: int = 2 << 30  # bytes of disk that are kept free: what comes unasked is then refused for now
    mail: Mail | None = None  # none: messages are kept, and shown as not sent

    @property
    def imports(self) -> Path:
        """Where what people bring on discs lies until the worker has looked at it."""
        return self.data / "imports"

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")


def from_environment(env: Mapping[str, str] | None = None) -> Settings:
    """Read the `MDT_*` variables; raises Misconfigured with a sentence naming the variable."""
    env = os.environ if env is None else env
    data = Path(env.get("MDT_DATA", "data")).absolute()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    public_url = env.get("MDT_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
    if urlsplit(public_url).scheme not in ("http", "https"):
        raise Misconfigured("MDT_PUBLIC_URL must be an http or https address")
    control = env.get("MDT_DEMO_CONTROL")
    return Settings(
        data=data,
        database_url=env.get("MDT_DATABASE_URL", f"sqlite:///{data / 'mdt.db'}"),
        store_url=env.get("MDT_STORE", (data / "store").as_uri()),
        redis_url=env.get("MDT_REDIS_URL") or None,
        secret_key=env.get("MDT_SECRET_KEY") or _kept_secret(data / "secret.key"),
        public_url=public_url,
        ae_title=env.get("MDT_AE_TITLE", "MDT"),
        dimse_host=env.get("MDT_DIMSE_HOST", "127.0.0.1"),
        dimse_port=_port(env, "MDT_DIMSE_PORT", 0),
        demo_control=Path(control) if control else None,
        proxies=_count(env, "MDT_PROXIES"),
        dicomweb_origins=_origins(env, "MDT_DICOMWEB_ORIGINS"),
        receiver_port=_port(env, "MDT_RECEIVER_PORT", 0),
        largest_object=_count(env, "MDT_LARGEST_OBJECT_MB", 4096) << 20,
        largest_import=_count(env, "MDT_LARGEST_IMPORT_MB", 16384) << 20,
        disk_reserve=_count(env, "MDT_DISK_RESERVE_MB", 2048) << 20,
        accel=_accel(env, "MDT_ACCEL"),
        sign_in=Path(env["MDT_SIGN_IN"]) if env.get("MDT_SIGN_IN") else None,
        mail=_mail(env),
    )


def _mail(env: Mapping[str, str]) -> Mail | None:
    """`MDT_SMTP_HOST` and `MDT_SMTP_FROM` belong together; a password never goes out in clear to another machine."""
    host, sender = env.get("MDT_SMTP_HOST", "").strip(), env.get("MDT_SMTP_FROM", "").strip()
    user, tls = env.get("MDT_SMTP_USER", ""), env.get("MDT_SMTP_TLS", "starttls")
    if not host:
        if sender or user:
            raise Misconfigured("MDT_SMTP_HOST must name the mail server, or nothing else of MDT_SMTP_ be set")
        return None
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", sender):
        raise Misconfigured("MDT_SMTP_FROM must be the address that messages are sent from")
    if tls not in get_args(Tls):
        raise Misconfigured(f"MDT_SMTP_TLS must be one of {', '.join(get_args(Tls))}, not {tls!r}")
    if user and not env.get("MDT_SMTP_PASSWORD"):
        raise Misconfigured("MDT_SMTP_PASSWORD must be set, because MDT_SMTP_USER is")
    if user and tls == "none" and host not in ("localhost", "127.0.0.1", "::1"):
        raise Misconfigured("MDT_SMTP_TLS must not be none where MDT_SMTP_USER is set: the password would go in clear")
    return Mail(
        host=host,
        port=_port(env, "MDT_SMTP_PORT", _MAIL_PORTS[tls]),
        tls=tls,  # type: ignore[arg-type]
        sender=sender,
        user=user,
        password=env.get("MDT_SMTP_PASSWORD", ""),
    )


def _accel(env: Mapping[str, str], name: str) -> str:
    """An internal location of the nginx in front, e.g. `/-/store/`; it reads the folder that the store is in."""
    said = env.get(name, "").strip()
    if said and not re.fullmatch(r"/(?:[\w.-]+/)+", said):
        raise Misconfigured(f"{name} must be an nginx location such as /-/store/, not {said!r}")
    if said and urlsplit(env.get("MDT_STORE", "file:")).scheme not in ("", "file"):
        raise Misconfigured(f"{name} needs the store in a folder that nginx can read, and MDT_STORE is none")
    return said


def _count(env: Mapping[str, str], name: str, default: int = 0) -> int:
    text = env.get(name, str(default))
    if not text.isdigit():
        raise Misconfigured(f"{name} must be a number, not {text!r}")
    return int(text)


def _origins(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Origins with commas between them, e.g. `https://viewer.example,http://127.0.0.1:3000`."""
    said = tuple(part.strip().rstrip("/") for part in env.get(name, "").split(",") if part.strip())
    for origin in said:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
            raise Misconfigured(f"{name} must list origins such as https://viewer.example, not {origin!r}")
    return said


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdigit() or int(text) > 65535:
        raise Misconfigured(f"{name} must be a port number, not {text!r}")
    return int(text)


def _kept_secret(path: Path) -> str:
    """The secret made at first start. Two processes may race to make it: the first one wins, whole."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
