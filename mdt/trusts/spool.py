"""Names for files that arrive: counters, never what a sender says, and never the same twice in one folder."""

import itertools
import secrets
from collections.abc import Iterator
from pathlib import Path


def names(spool: Path) -> Iterator[Path]:
    """Fresh file names for one retrieval, for any number of threads; an earlier one's files may still lie there."""
    retrieval = secrets.token_hex(4)
    return map(lambda number: spool / f"{retrieval}-{number:06}.dcm", itertools.count(1))  # noqa: C417 - a generator is not for several threads
