"""What becomes of a message, and when it is tried again. Pure rules."""

from datetime import datetime, timedelta

WAITING, SENDING, SENT = "waiting", "sending", "sent"
FAILED, LATE, DROPPED = "failed", "late", "dropped"

LABELS = {
    WAITING: "Waiting",
    SENDING: "Being sent",
    SENT: "Sent",
    FAILED: "Failed",
    LATE: "Out of date",
    DROPPED: "Not sent",
}
OPEN = (WAITING, SENDING)
UNSENT = (FAILED, LATE, DROPPED)

# A server that greylists wants to be asked again after minutes; one that is full, after hours (RFC 5321 4.5.4.1).
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480))
GIVE_UP_AFTER = timedelta(days=5)
LOST_AFTER = timedelta(minutes=10)  # longer than any server may take over one message


def next_try(attempts: int, first: datetime, now: datetime) -> datetime | None:
    """When to try after so many attempts, of which `first` was the first; None: it has been tried long enough."""
    if now - first >= GIVE_UP_AFTER:
        return None
    return now + PAUSES[min(attempts, len(PAUSES)) - 1]
