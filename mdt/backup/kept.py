"""What a copy consists of, and how it is read again: nothing is believed that its checksum does not confirm."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from mdt.core.errors import Invalid

HEAD, FILES = "backup.json", "files.txt"
STORES = ("imaging", "papers")


@dataclass(frozen=True)
class Head:
    """`backup.json`. `database` is a file beside it; `lacking`: files that were damaged or gone when it was taken.

    `key` tells whether a secret key is the one that sealed what is in the database; nobody gets back to it from here.
    """

    taken_at: str
    dialect: str
    database: str
    database_sha256: str
    files_sha256: str
    files: int
    bytes: int
    lacking: int
    key: str

    def write(self, folder: Path) -> None:
        draft = folder / f"{HEAD}.new"
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n")
        draft.replace(folder / HEAD)

    @classmethod
    def read(cls, folder: Path) -> Self:
        try:
            return cls(**json.loads((folder / HEAD).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise Invalid(f"{folder} holds no whole backup: {HEAD} cannot be read ({error}).") from None


def fingerprint(secret_key: str) -> str:
    """Slow on purpose (RFC 7914), since somebody may have chosen a key that can be guessed."""
    return hashlib.scrypt(secret_key.encode(), salt=b"backup", n=1 << 14, r=8, p=1, dklen=32).hex()


def newest(folder: Path) -> Path:
    """The whole copy that was taken last; copies are named by when."""
    whole = sorted(place.parent for place in folder.glob(f"*/{HEAD}"))
    if not whole:
        raise Invalid(f"{folder} holds no whole backup.")
    return whole[-1]


def checked(copy: Path) -> Head:
    """The head of a copy whose database and list are what they were; raises Invalid with what is not."""
    head = Head.read(copy)
    for name, expected in ((head.database, head.database_sha256), (FILES, head.files_sha256)):
        if digest(copy / name) != expected:
            raise Invalid(f"{copy / name} is damaged: it is not what was written. Nothing was restored.")
    return head


def files(copy: Path) -> Iterator[tuple[str, str, int]]:
    """Of each file its store, its SHA-256 and its size."""
    with (copy / FILES).open() as lines:
        for line in lines:
            store, sha256, size = line.split()
            yield store, sha256, int(size)


def digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
