"""One folder is enough; nonsense is refused by name."""

from pathlib import Path

import pytest

from mdt.config import from_environment
from mdt.core.errors import Misconfigured


def test_a_data_folder_alone_is_enough(tmp_path: Path) -> None:
    settings = from_environment({"MDT_DATA": str(tmp_path / "d")})
    assert settings.database_url == f"sqlite:///{tmp_path}/d/mdt.db"
    assert settings.store_url == f"file://{tmp_path}/d/store"
    assert settings.redis_url is None
    assert not settings.secure_cookies


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    first = from_environment({"MDT_DATA": str(tmp_path)}).secret_key
    assert len(first) == 64
    assert from_environment({"MDT_DATA": str(tmp_path)}).secret_key == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"), [("MDT_DIMSE_PORT", "eleven"), ("MDT_DIMSE_PORT", "70000"), ("MDT_PUBLIC_URL", "ftp://x")]
)
def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        from_environment({"MDT_DATA": str(tmp_path), name: value})


def test_cookies_are_secure_behind_https(tmp_path: Path) -> None:
    assert from_environment({"MDT_DATA": str(tmp_path), "MDT_PUBLIC_URL": "https://mdt.example"}).secure_cookies


MAIL = {"MDT_SMTP_HOST": "post.example", "MDT_SMTP_FROM": "mdt@nhs.example"}


def test_a_mail_server_has_the_port_of_its_way_unless_one_is_said(tmp_path: Path) -> None:
    def mail(**said: str) -> object:
        found = from_environment({"MDT_DATA": str(tmp_path), **MAIL, **said}).mail
        return found and (found.tls, found.port)

    assert from_environment({"MDT_DATA": str(tmp_path)}).mail is None
    assert mail() == ("starttls", 587)
    assert mail(MDT_SMTP_TLS="tls") == ("tls", 465)
    assert mail(MDT_SMTP_TLS="none", MDT_SMTP_PORT="1025") == ("none", 1025)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"MDT_SMTP_HOST": ""}, "MDT_SMTP_HOST"),
        ({"MDT_SMTP_FROM": ""}, "MDT_SMTP_FROM"),
        ({"MDT_SMTP_FROM": "a@b\nBcc: c@d"}, "MDT_SMTP_FROM"),
        ({"MDT_SMTP_TLS": "ssl"}, "MDT_SMTP_TLS"),
        ({"MDT_SMTP_USER": "mdt"}, "MDT_SMTP_PASSWORD"),
        ({"MDT_SMTP_USER": "mdt", "MDT_SMTP_PASSWORD": "x", "MDT_SMTP_TLS": "none"}, "MDT_SMTP_TLS"),
        ({"MDT_SMTP_PORT": "smtp"}, "MDT_SMTP_PORT"),
    ],
)
def test_a_mail_server_set_by_half_is_refused_by_name(tmp_path: Path, changes: dict[str, str], names: str) -> None:
    with pytest.raises(Misconfigured, match=names):
        from_environment({"MDT_DATA": str(tmp_path), **MAIL, **changes})


def test_settings_that_are_shown_show_no_password(tmp_path: Path) -> None:
    secret = {"MDT_SMTP_USER": "mdt", "MDT_SMTP_PASSWORD": "open sesame", "MDT_SECRET_KEY": "kept to ourselves"}
    settings = from_environment({"MDT_DATA": str(tmp_path), **MAIL, **secret})
    assert "open sesame" not in repr(settings)
    assert "kept to ourselves" not in repr(settings)
