"""Meeting dates as an entry for a calendar (iCalendar, RFC 5545; as an invitation, RFC 5546)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vCalAddress, vText

from mdt.people.models import Person

HELD, CANCELLED = "REQUEST", "CANCEL"
USUAL_LENGTH = 60  # minutes, where nobody has said


def entry(  # what a message keeps, as JSON
    *, uid: str, starts_at: datetime, minutes: int | None, summary: str, place: str, path: str, sequence: int,
    cancelled: bool, made_at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """`sequence` grows whenever the date changes, by which a calendar knows the newer of two."""
    return {
        "uid": uid,
        "starts_at": starts_at.isoformat(),
        "minutes": minutes or USUAL_LENGTH,
        "summary": summary,
        "place": place,
        "path": path,
        "sequence": sequence,
        "cancelled": cancelled,
        "made_at": made_at.isoformat(),
    }


def document(dates: Sequence[dict[str, Any]], *, organiser: str, guest: Person, public_url: str) -> bytes:
    """All of them are held, or all are cancelled: one method for the whole."""
    made = Calendar()
    made.add("prodid", "-//Cancer MDT//EN")
    made.add("version", "2.0")
    made.add("method", CANCELLED if dates[0]["cancelled"] else HELD)
    for one in dates:
        made.add_component(_event(one, organiser, guest, public_url))
    return bytes(made.to_ical())


def _event(one: dict[str, Any], organiser: str, guest: Person, public_url: str) -> Event:
    starts = datetime.fromisoformat(one["starts_at"])
    event = Event()
    event.add("uid", one["uid"])
    event.add("sequence", one["sequence"])
    event.add("dtstamp", datetime.fromisoformat(one["made_at"]))
    event.add("dtstart", starts)
    event.add("dtend", starts + timedelta(minutes=one["minutes"]))
    event.add("summary", one["summary"])
    event.add("status", "CANCELLED" if one["cancelled"] else "CONFIRMED")
    if one["place"]:
        event.add("location", one["place"])
    if one["path"]:
        event.add("url", f"{public_url}{one['path']}")
    host, invited = vCalAddress(f"MAILTO:{organiser}"), vCalAddress(f"MAILTO:{guest.email}")
    invited.params["CN"], invited.params["RSVP"] = vText(guest.name), vText("FALSE")
    event.add("organizer", host)
    event.add("attendee", invited)
    return event
