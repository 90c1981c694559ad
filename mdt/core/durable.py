"""Making what was written last through a power cut."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Let the disk have a file, or a folder's list of names, before this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
