"""How far a referral has come, as steps with their days: for whoever wrote it, who may see no more of its case."""

from dataclasses import dataclass
from datetime import datetime

from mdt.meeting import states as cases
from mdt.meeting.models import Case
from mdt.meeting.triage import streams
from mdt.referral import states
from mdt.referral.models import Referral

DONE, NOW, AHEAD = "done", "now", "ahead"


@dataclass(frozen=True)
class Step:
    """One step: `state` says whether it lies behind, is where it stands, or lies ahead; `at` when it came."""

    label: str
    state: str
    at: datetime | None = None
    note: str = ""


def steps(referral: Referral, case: Case | None) -> list[Step]:
    """From draft to signed outcome. `case` is the one its patient has by now (`queries.current_case`)."""
    at = {step.state: step.at for step in referral.steps}
    last = referral.steps[-1] if referral.steps else None
    shown = [Step("Draft", DONE, referral.begun_at)]
    if referral.state == states.DRAFT:
        return [Step("Draft", NOW, referral.begun_at), *_ahead("Sent", "Listed", "Discussed", "Outcome signed")]
    if referral.sent_at is not None:
        shown.append(Step("Sent", DONE, referral.sent_at))
    if referral.state == states.SENT:
        shown[-1] = Step("Sent", NOW, at.get(states.SENT), "The team has it")
        return [*shown, *_ahead("Listed", "Discussed", "Outcome signed")]
    if referral.state != states.ACCEPTED or case is None:
        label = states.LABELS[referral.state]
        shown.append(Step(label, NOW, last.at if last else None, last.reason if last else ""))
        return (
            [*shown, *_ahead("Listed", "Discussed", "Outcome signed")] if referral.state == states.RETURNED else shown
        )
    return [*shown, *_listed(case, at.get(states.ACCEPTED))]


def _listed(case: Case, at: datetime | None) -> list[Step]:
    meets = f"For {case.meeting.starts_at:%d-%b-%Y}"
    if case.status in cases.BEFORE or case.status == cases.LIVE:
        return [Step("Listed", NOW, at, meets), *_ahead("Discussed", "Outcome signed")]
    if case.status in cases.ASIDE:
        return [Step("Listed", DONE, at, meets), Step(cases.LABELS[case.status], NOW)]
    on_standard = case.stream == streams.STANDARD
    spoken = "Standard of care" if on_standard else "Discussed"
    discussed = Step(spoken, DONE, case.meeting.starts_at)
    if case.decided_at is not None:
        return [Step("Listed", DONE, at, meets), discussed, Step("Outcome signed", NOW, case.decided_at)]
    if on_standard:
        return [Step("Listed", DONE, at, meets), Step(spoken, NOW, case.meeting.starts_at, "Ratified by the chair")]
    return [
        Step("Listed", DONE, at, meets),
        Step(spoken, NOW, case.meeting.starts_at, "The outcome is not signed yet"),
        *_ahead("Outcome signed"),
    ]


def _ahead(*labels: str) -> list[Step]:
    return [Step(label, AHEAD) for label in labels]
