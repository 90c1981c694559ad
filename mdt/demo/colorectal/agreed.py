"""What the team has agreed, as its own people would have typed it: standards of care, its form, its letters."""

from dataclasses import dataclass

from mdt.referral.fields import ASKED, REQUIRED

CUT_OFF = 16  # working hours: two days
MINUTES = 60  # the room is booked for
SITE = "RWJ09"  # Stepping Hill Hospital, COSD CR3090

# Beyond the usual minimum: without the patient's own views nobody is listed.
NEEDS = {"views": REQUIRED, "views_by": REQUIRED, "key_worker": ASKED}
OWN_QUESTIONS = (("CEA, with its date", ASKED), ("Colonoscopy complete to the caecum? If not, why?", ASKED))

# The team's own questions on the outcome form, as `web.proformas` keeps them.
OWN_FIELDS = (
    {
        "name": "own_stoma_discussed",
        "schema": {
            "title": "Stoma discussed",
            "type": "string",
            "oneOf": [{"const": "Yes", "title": "Yes"}, {"const": "No", "title": "No"}],
            "x-told": "Stoma discussed: {}",
        },
    },
)


@dataclass(frozen=True)
class Standard:
    """One standard of care; `approved` and `review` in days before and after the team began to use it."""

    name: str
    criteria: str
    intent: str
    treatments: tuple[str, ...]
    approved_by: str
    action: str
    no_treatment_reason: str = ""
    approved: int = 30
    review: int = 335


POLYP, ADJUVANT, SURVEILLANCE = "polyp", "adjuvant", "surveillance"
STANDARDS = {
    POLYP: Standard(
        "Polyp cancer, completely removed",
        "Pedunculated, Haggitt 1 to 3, or sessile and removed in one piece.\n"
        "Margin of 1 mm or more, well or moderately differentiated, no lymphovascular invasion.\n"
        "Colonoscopy complete, CT without spread. The endoscopic removal was the treatment.",
        "C",
        ("10",),
        "Greater Manchester colorectal pathway board",
        "Book colonoscopy at one year and send the surveillance plan",
    ),
    ADJUVANT: Standard(
        "Stage III colon cancer after resection, fit for chemotherapy",
        "R0 resection, pN1 or pN2, MMR proficient, performance status 0 or 1, under 75 years.\n"
        "Wound healed. No contraindication to oxaliplatin.",
        "C",
        ("03",),
        "Greater Manchester colorectal pathway board",
        "Oncology clinic: consent and start of adjuvant chemotherapy",
    ),
    SURVEILLANCE: Standard(
        "Surveillance after curative resection, nothing found",
        "CT of chest, abdomen and pelvis and CEA at the agreed interval, both without recurrence.",
        "X",
        ("11",),
        "Miss Rosalind Thackeray-Nwosu for the team",
        "Letter to the patient and next surveillance booked",
        no_treatment_reason="10",
        approved=200,
        review=100,  # it is overdue for its review by now
    ),
}

# A team's own letter to the GP: shorter than the product's, with whom to ring.
LETTER_TO_GP = """# Colorectal meeting of {meeting_day}: {patient}

{amended}

Dear Doctor,

Re: **{patient}**, born {born}, NHS number {nhs}

We discussed your patient. The question was: {question}

# What we recommend

{decision}

Reasons: {rationale}

What the patient wants: {views}

# What happens next

{actions}

{tell_who} tells the patient by {tell_by}. Please do not tell them before.

Questions: the colorectal nurse specialists, Stepping Hill Hospital. The responsible clinician is {responsible}.

Signed by {signed_by} on {signed_on}.
"""
