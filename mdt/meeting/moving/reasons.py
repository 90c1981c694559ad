"""Why a case goes to a later meeting, and how that is said. Pure rules.

The reasons of a deferral are those of the outcome's form; a test holds the two lists together.
"""

from typing import Any

from mdt.core.clock import in_london
from mdt.core.errors import Invalid

IMAGES, REPORT, PATHOLOGY, CLINICAL, SPECIALIST, TIME, PATIENT = DEFERRALS = (
    "images",
    "report",
    "pathology",
    "clinical",
    "specialist",
    "time",
    "patient",
)
NOT_RATIFIED, MOVED = "not-ratified", "moved"

LABELS = {
    IMAGES: "Images missing",
    REPORT: "Imaging report missing",
    PATHOLOGY: "Pathology not ready",
    CLINICAL: "Clinical information missing",
    SPECIALIST: "Specialist absent",
    TIME: "Out of time",
    PATIENT: "Change in the patient's circumstances",
    NOT_RATIFIED: "Standard of care not ratified",
    MOVED: "Moved to another meeting",
}
OF_IMAGING = frozenset({IMAGES, REPORT})
DELAYS = frozenset(
    {*DEFERRALS, NOT_RATIFIED}
)  # those after which somebody is discussed later than they might have been
LONGEST_STUDY, LONGEST_NOTE = 200, 500


def checked(reason: str, trust_ods: str, study: str, note: str) -> tuple[str, str | None, str, str]:
    """A deferral as it is kept; what imaging lacks names the trust that has it and the study."""
    if reason not in DEFERRALS:
        raise Invalid("Select why the case is deferred.")
    named, said = " ".join(study.split()), " ".join(note.split())
    if len(named) > LONGEST_STUDY or len(said) > LONGEST_NOTE:
        raise Invalid(f"A study has {LONGEST_STUDY} characters at most, a note {LONGEST_NOTE}.")
    if reason in OF_IMAGING and not (trust_ods and named):
        raise Invalid(f"{LABELS[reason]}: say which trust has it and which study it is.")
    if reason == SPECIALIST and not said:
        raise Invalid("Specialist absent: say in the note which specialist was needed.")
    return (reason, trust_ods, named, said) if reason in OF_IMAGING else (reason, None, "", said)


def why(carry: Any) -> str:
    """E.g. "images missing (CT chest, RWJ)"."""
    label = LABELS[carry.reason][0].lower() + LABELS[carry.reason][1:]
    about = ", ".join(part for part in (carry.study, carry.trust_ods) if part)
    return label + (f" ({about})" if about else "") + (f": {carry.note}" if carry.note else "")


def came(carry: Any) -> str:
    """On the list it came to."""
    day = f"{in_london(carry.case.meeting.starts_at):%d-%b-%Y}"
    times = "once" if carry.count == 1 else "twice" if carry.count == 2 else f"{carry.count} times"
    if carry.reason == MOVED:
        return f"Moved here from the meeting of {day}: {carry.note}"
    return f"Carried over {times}, last from {day}: {why(carry)}"


def went(carry: Any) -> str:
    """On the list it left."""
    if carry.dropped_at is not None:
        return f"Taken off the list: {carry.dropped_why}"
    if carry.to_case is None:
        return f"Waits for the team's next meeting: {why(carry)}"
    meeting = carry.to_case.meeting
    where = f"{in_london(meeting.starts_at):%d-%b-%Y}"
    return f"Goes to the meeting of {where}: {why(carry)}"


def offered(transfer: Any) -> str:
    """An offer to another team as it stands."""
    name = transfer.to_team.name
    match transfer.state:
        case "waiting":
            return f"Offered to {name}, which has not answered yet: {transfer.reason}"
        case "declined":
            return f"{name} declined: {transfer.decided_why}"
        case "accepted":
            return f"{name} accepted it, {transfer.decided_name}"
        case _:
            return f"The offer to {name} was taken back"


def accepted(transfer: Any) -> str:
    """On the list of the team that accepted it."""
    return f"From {transfer.case.meeting.team.name}: {transfer.reason}"
