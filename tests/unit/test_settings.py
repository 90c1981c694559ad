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
