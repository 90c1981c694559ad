"""What people are written to about; and what of it nobody can switch off, because a patient would wait for it."""

from dataclasses import dataclass

from mdt.core.errors import Invalid


@dataclass(frozen=True)
class Kind:
    """`always` says why it cannot be switched off; empty where it can."""

    code: str
    label: str
    about: str
    always: str = ""


OVERDUE, TELL, SIGN, RETURNED = "overdue", "tell", "sign", "returned"
DIGEST = "digest"  # of several of them, once a day: each part of it has its own kind
DUE, CHECK, FOLLOW, LOCKING, DATES = "due", "check", "follow", "locking", "dates"

KINDS = {
    kind.code: kind
    for kind in (
        Kind(OVERDUE, "Overdue actions", "Actions of yours whose day is past.", "What a decision asked for is late."),
        Kind(
            TELL,
            "Patients not told yet",
            "You are to tell a patient, and two working days after the meeting are nearly over, or are.",
            "A patient waits to hear.",
        ),
        Kind(
            SIGN,
            "Outcomes to sign",
            "For chairs: outcomes of past meetings that are not signed.",
            "A decision that is not signed is not in force.",
        ),
        Kind(
            RETURNED,
            "Referrals returned or not listed",
            "A team cannot list a patient whom you referred, or will not.",
            "The patient is on no list.",
        ),
        Kind(DUE, "Actions due soon", "Actions of yours due today or on the next working day."),
        Kind(CHECK, "Outcomes to check", "What somebody else typed, where your team asks for a second person."),
        Kind(FOLLOW, "Was it done?", "For coordinators: decisions signed eight weeks ago that nobody has followed up."),
        Kind(LOCKING, "Lists about to close", "For coordinators and readers: what is missing before a cut-off."),
        Kind(DATES, "Meeting dates", "New dates of your teams, with an entry for your calendar."),
    )
}


def require(code: str) -> Kind:
    """The kind, or a refusal in words."""
    if code not in KINDS:
        raise Invalid("There is no such kind of reminder.")
    return KINDS[code]
