"""Names for files that arrive: counters, never what a sender says, and never the same twice in one folder."""

import itertools
import secrets
from collections.abc import Iterator
from pathlib import Path


def names(spool: Path) -> Iterator[Path]:
    """Fresh file names for one retrieval; the files of an earlier one may still lie there."""
    retrieval = secrets.token_hex(4)
    return (spool / f"{retrieval}-{number:06}.dcm" for number in itertools.count(1))
