"""Bytes that the nginx in front sends for us (`MDT_ACCEL`): we say who may have them, it reads the store (ADR 13).

Ranges, conditions and the ETag are then nginx's own, which it makes of a file that never changes.
"""

from pathlib import PurePosixPath

from mdt.bootstrap import House

HEADER = "X-Accel-Redirect"


def location(house: House, place: str | None) -> str | None:
    """What nginx is told of a file that lies at `place` in the store; None where we send it ourselves."""
    folder = house.store.folder
    if not house.settings.accel or folder is None or place is None:
        return None
    return house.settings.accel + PurePosixPath(place).relative_to(folder).as_posix()
