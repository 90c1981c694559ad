"""Who wrote something and when, as other people's objects say it."""

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes
from mdt.record.written import readable
from mdt.trusts import listing


def written(dataset: Dataset, of: str) -> str | None:
    """Local date and time, `2026-11-24T14:03` or `2026-11-24`, of e.g. `Content` or `PresentationCreation`."""
    day = listing.day(attributes.text(dataset, f"{of}Date"))
    if day is None:
        return None
    digits = attributes.text(dataset, f"{of}Time").replace(":", "")
    hour, minute = digits[:2], digits[2:4]
    clock = f"{hour}:{minute}" if len(digits) >= 4 and digits[:4].isdigit() and hour < "24" and minute < "60" else ""
    return f"{day.isoformat()}T{clock}" if clock else day.isoformat()


def person(name: str) -> str:
    """A PN as a person writes it: `Adeyemi, Ruth` of `ADEYEMI^Ruth`; the first of its forms."""
    return ", ".join(readable(part) for part in listing.split_name(name) if part)[:120]
