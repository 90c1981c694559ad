"""What a letter can be filled with: everything comes from the signed outcome and the case, nothing is typed again."""

from dataclasses import dataclass
from datetime import date

from mdt.core.words import long_date
from mdt.letters import plain
from mdt.letters.markup import Values
from mdt.meeting.models import Case
from mdt.outcome.actions import TELL
from mdt.outcome.form import is_empty
from mdt.outcome.models import Outcome
from mdt.outcome.proforma import Proforma
from mdt.outcome.sentence import sentence
from mdt.record.nhs_number import spaced
from mdt.record.written import in_full

NAMES = {
    "patient": "The patient’s name",
    "nhs": "NHS number",
    "born": "Date of birth",
    "team": "The team",
    "meeting_day": "The day of the meeting",
    "question": "The question that was asked",
    "decision": "What was decided, as the chair read it back",
    "plain_decision": "What was decided, in plain English",
    "rationale": "The reasons",
    "views": "What the patient wants, as it was written",
    "plain_views": "What the patient wants, in plain English",
    "responsible": "The responsible clinician",
    "tell_who": "Who tells the patient",
    "tell_by": "By when the patient is told",
    "actions": "What is to be done, by whom and by when: a list, if alone on its line",
    "signed_by": "Who signed the outcome",
    "signed_on": "The day it was signed",
    "amended": "Of an amendment: that it replaces an earlier letter, and why",
}


@dataclass(frozen=True)
class Subject:
    """A signed outcome and the case it belongs to."""

    case: Case
    outcome: Outcome
    proforma: Proforma

    def values(self) -> Values:
        """By the names of NAMES; empty where the outcome says nothing."""
        case, form = self.case, self.outcome.form
        signed = self.outcome.signed_at
        patient = case.patient
        return {
            "patient": in_full(patient.family, patient.given),
            "nhs": spaced(patient.nhs_number),
            "born": long_date(patient.birth_date) if patient.birth_date else "on a day that is not known",
            "team": case.meeting.team.name,
            "meeting_day": long_date(case.meeting.starts_at),
            "question": case.clinical_question,
            "decision": sentence(self.proforma, form),
            "plain_decision": plain.recommendation(form),
            "rationale": _line(form.get("rationale")),
            "views": _line(form.get("views")),
            "plain_views": plain.wishes(form),
            "responsible": _line(form.get("responsible")),
            "tell_who": _line(form.get("tell_who")),
            "tell_by": long_date(date.fromisoformat(form["tell_by"])) if form.get("tell_by") else "",
            "actions": tuple(
                f"{action.text.rstrip('.')}: {action.owner}, by {long_date(action.due)}"
                for action in self.outcome.actions
                if action.kind != TELL
            ),
            "signed_by": self.outcome.signed_name,
            "signed_on": long_date(signed) if signed else "",
            "amended": f"This replaces our earlier letter. What changed: {_line(self.outcome.reason)}"
            if self.outcome.version > 1
            else "",
        }


def _line(text: str | None) -> str:
    return "" if text is None or is_empty(text) else " ".join(text.split())
