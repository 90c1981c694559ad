"""Meeting dates as entries for a calendar (iCalendar, RFC 5545), published and not asked about (RFC 5546 3.2.1)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event

METHOD = "PUBLISH"
USUAL_LENGTH = 60  # minutes, where nobody has said


def entry(*, uid: str, starts_at: datetime, minutes: int | None, summary: str, place: str, path: str) -> dict[str, Any]:
    """What a message keeps of a date, as JSON; `path` is the page of ours about it."""
    said = {"uid": uid, "starts_at": starts_at.isoformat(), "minutes": minutes or USUAL_LENGTH}
    return said | {"summary": summary, "place": place, "path": path}


def document(dates: Sequence[dict[str, Any]], *, organiser: str, made_at: datetime, public_url: str) -> str:
    made = Calendar()
    made.add("prodid", "-//Cancer MDT//EN")
    made.add("version", "2.0")
    made.add("method", METHOD)
    for one in dates:
        # In UTC: a calendar reads a time with a bare offset as its own local time.
        starts, event = datetime.fromisoformat(one["starts_at"]).astimezone(UTC), Event()
        event.add("uid", one["uid"])
        event.add("dtstamp", made_at)
        event.add("dtstart", starts)
        event.add("dtend", starts + timedelta(minutes=one["minutes"]))
        event.add("summary", one["summary"])
        event.add("location", one["place"] or "Online")
        event.add("url", f"{public_url}{one['path']}")
        event.add("organizer", f"mailto:{organiser}")
        made.add_component(event)
    return bytes(made.to_ical()).decode()
