"""Who was referred, by whom, with what; and how the coming meeting's list was sorted. Every day counts back.

A whole number where a day belongs is so many days before the day from which a referral is told: the meeting that has
discussed it, or today.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from mdt.demo.colorectal.agreed import ADJUVANT, POLYP

GASTRO, PENNINE = "ffion.prydderch@tameside.example", "desh.ramanathan@pennine.example"
NURSE, SURGEON = "bronagh.mcallister@stockport.example", "tomasz.wisniewski@tameside.example"
HERSELF = "Sister Bronagh McAllister"


@dataclass(frozen=True)
class Referred:
    """One referral: `sent` so many days ago; `says` what is on its form beside the question."""

    who: str
    by: str
    sent: int
    question: str
    says: Mapping[str, Any]


def _asked(
    who: str, by: str, sent: int, question: str, *, received: int | None = None, ps: str = "1", cfs: str = "3",
    kind: str = "urgent", views: str = "Wants to know the plan soon.", **more: Any,
) -> Referred:  # fmt: skip
    """With the minimum that the team asks for."""
    says = {
        "urgency": "next", "kind": kind, "received": sent + 14 if received is None else received, "ps": ps, "cfs": cfs,
        "aware": "yes", "views": views, "views_by": HERSELF,
    }  # fmt: skip
    if kind == "routine" and received is None:
        del says["received"]
    return Referred(who, by, sent, question, says | more)


def _study(days: int, trust: str, modality: str, part: str) -> dict[str, Any]:
    return {"date": days, "trust": trust, "modality": modality, "part": part}


def _specimen(days: int, number: str, trust: str, result: str) -> dict[str, Any]:
    return {"date": days, "number": number, "trust": trust, "result": result}


# By patient, told from the day of the meeting that discussed them.
BEFORE = {
    one.who: one
    for one in (
        _asked(
            "dennis", GASTRO, 8,
            "74M, rectal cancer at 7 cm. MRI: T3c, EMVI positive, margin 1 mm. CT clear. Neoadjuvant treatment first?",
            received=29, told=11, views="Would accept a stoma, would rather it were not for good.",
        ),
        _asked(
            "chinyere", PENNINE, 6,
            "62F, ascending colon cancer found after iron-deficiency anaemia. CT: T3 N0 M0. Right hemicolectomy?",
            received=24, told=8, cfs="2",
        ),
        _asked(
            "edna", GASTRO, 9,
            "83F, sigmoid cancer, T4a N2a on CT. Lives alone, COPD. Resection and then chemotherapy, or neither?",
            received=36, told=12, ps="2", cfs="5", comorbidity="2", views="Wants to stay at home with her dog.",
        ),
        _asked(
            "kazimierz", SURGEON, 5,
            "69M, rectosigmoid cancer with two liver lesions in segments 6 and 7. Can they be made resectable?",
            received=31, told=7, access="Polish interpreter",
        ),
        _asked(
            "norman", GASTRO, 6,
            "87M, thickened caecum on CT for weight loss; colonoscopy to the caecum normal. Is anything more needed?",
            received=20, ps="2", cfs="6", views="Would rather not have more tests.",
        ),
        _asked(
            "thomas", PENNINE, 6,
            "72M, low rectal cancer. MRI pelvis was done at Oldham before he moved. T and margin, please, and can the "
            "sphincter be kept?",
            received=26, told=8, views="Will not have a permanent bag if there is any other way.",
            imaging=[_study(16, "RW6", "MR", "Pelvis"), _study(15, "RMP", "CT", "Chest, abdomen and pelvis")],
        ),
        _asked(
            "sybil", GASTRO, 7,
            "70F, caecal cancer, T3 N1 on CT, no spread. Anaemic, transfused. Surgery within four weeks?",
            received=23, told=9, conditions="Type 2 diabetes, metformin",
        ),
        _asked(
            "gwenllian", PENNINE, 8,
            "58F, rectosigmoid cancer, nearly obstructing. Stent or straight to surgery?",
            received=27, told=9, views="Prefers letters in Welsh where that can be.", access="Welsh spoken at home",
        ),
        _asked(
            "aoife", NURSE, 6,
            "55F, squamous cell carcinoma of the anal margin, 3 cm, groins normal. Chemoradiotherapy?",
            received=22, told=8, views="Is most afraid of losing her job.",
        ),
        _asked(
            "stanley", GASTRO, 9,
            "76M, 18 mm pedunculated sigmoid polyp removed in one piece: adenocarcinoma, Haggitt 2, margin 3 mm.",
            received=40, told=14,
        ),
        _asked(
            "hansa", SURGEON, 7,
            "65F, right hemicolectomy three weeks ago: pT3 pN1b, 2 of 24 nodes, R0, MMR proficient.",
            kind="returned", reason="surgery",
        ),
        _asked(
            "leszek", SURGEON, 6,
            "67M, transverse colon cancer, T4b into the stomach wall? Neoadjuvant chemotherapy or resection?",
            received=25, told=8,
        ),
    )
}  # fmt: skip

# On the coming meeting's list, in the order in which they were listed; told from today.
LISTED = (
    _asked(
        "elwyn", GASTRO, 9,
        "77M, rectal cancer at 9 cm from the verge. MRI: T3c N1b, EMVI positive, margin clear by 4 mm. PS 1. Straight "
        "to surgery, or total neoadjuvant treatment?",
        received=58, told=33, views="Wants to be well for his grandson’s wedding at Easter.",
        imaging=[_study(13, "RMP", "MR", "Pelvis"), _study(15, "RMP", "CT", "Chest")],
        pathology=[_specimen(34, "T26-020418", "RMP", "Adenocarcinoma, MMR proficient")],
        key_worker="Sister Bronagh McAllister",
    ),
    _asked(
        "zbigniew", PENNINE, 8,
        "69M, obstructing caecal cancer, colonoscopy rebooked twice. CT: T4a N1, one enlarged para-aortic node. "
        "Resection now, or is the node beyond it?",
        received=71, told=45, ps="1", access="Polish interpreter; his daughter must not interpret",
        imaging=[_study(10, "RW6", "CT", "Chest, abdomen and pelvis")],
        pathology=[_specimen(12, "P26-11873", "RW6", "Adenocarcinoma, MMR awaited")],
    ),
    _asked(
        "margaret", GASTRO, 8,
        "68F, 22 mm pedunculated polyp of the sigmoid, removed in one piece. Adenocarcinoma, Haggitt 1, margin 4 mm, "
        "no lymphovascular invasion. CT clear.",
        received=26, told=10, ps="0", cfs="2",
        pathology=[_specimen(17, "T26-020977", "RMP", "Polyp cancer, Haggitt 1, R0")],
    ),
    _asked(
        "adetokunbo", SURGEON, 6,
        "63M, three weeks after laparoscopic right hemicolectomy: pT3 pN1a, R0, MMR proficient. Wound healed, PS 0.",
        kind="returned", reason="surgery", ps="0", cfs="2", views="Wants chemotherapy if it lowers the risk.",
    ),
    _asked(
        "zofia", GASTRO, 7,
        "66F, ulcerated lesion of the transverse colon. Two biopsies: high-grade dysplasia only. Repeat biopsy taken.",
        received=30, access="Polish interpreter",
        pathology=[_specimen(8, "T26-021544", "RMP", "To follow")],
    ),
    _asked(
        "llinos", SURGEON, 7,
        "56F, resected sigmoid cancer two years ago. CEA rising, CT: one 14 mm nodule in the left lower lobe, nothing "
        "else. Solitary lung metastasis: resection or ablation?",
        kind="returned", reason="recurrence", ps="0", cfs="1",
        imaging=[_study(9, "RWJ", "CT", "Chest"), _study(8, "RBV", "PT", "Whole body")],
    ),
    _asked(
        "anandamayee", NURSE, 5,
        "60F, seen for haemorrhoids, rigid sigmoidoscopy: 3 cm mass at 11 cm. Consultant upgrade. Biopsy confirms "
        "adenocarcinoma, MRI done. Stage and plan?",
        kind="routine", received=49, upgraded=24, views="Is a doctor herself; wants every number.",
        imaging=[_study(6, "RWJ", "MR", "Pelvis")],
    ),
    _asked(
        "jean", GASTRO, 3,
        "75F, CT colonography: 4 cm mass of the hepatic flexure. No histology yet, colonoscopy on Thursday.",
        received=27, ps="1", cfs="4",
    ),
    _asked(
        "suharto", PENNINE, 4,
        "67M, one name only, as in his passport. Sigmoid cancer found at screening. CT: T2 N0, no spread. Resection?",
        kind="screening", received=24, told=12, views="Wants his brother told as well.",
        access="Indonesian interpreter",
    ),
    _asked(
        "meron", NURSE, 4,
        "F, about 45, came from Eritrea in spring; no date of birth is known anywhere. Low rectal cancer on "
        "examination under anaesthesia. MRI is booked. Where should she be staged?",
        received=20, views="Is most afraid of a stoma.", access="Tigrinya interpreter, a woman",
    ),
)  # fmt: skip

# Refused, and let through by the chair all the same.
OVERRIDDEN = _asked(
    "harold", PENNINE, 6,
    "90M, obstructing rectosigmoid cancer, stented. CFS 7. Is anything beyond the stent in his interest?",
    received=12, ps="3", cfs="7", views="Has said that he does not want an operation.",
)  # fmt: skip
REFUSED_WHY = "Best supportive care is agreed with the family already; nothing to decide at a meeting."
OVERRIDDEN_WHY = "His daughter asks for a second opinion on surgery. He should be heard by the whole team."

LATE = (
    "winifred",
    "79F, perforated sigmoid cancer, Hartmann’s on Tuesday night. Margin involved on the frozen section. What next?",
    "Operated on after the list was locked; the family is seen the day after the meeting.",
)

WAITING = (
    _asked(
        "rupert", GASTRO, 2,
        "64M, tenesmus, 4 cm villous tumour of the rectum at 6 cm. Biopsy: adenoma with high-grade dysplasia. TEMS or "
        "resection?",
        received=19,
    ),
    _asked(
        "grazyna", PENNINE, 1,
        "61F, left colon cancer on CT for diverticulitis. Colonoscopy not possible beyond 40 cm. Stage and plan?",
        received=15, access="Polish interpreter",
    ),
)  # fmt: skip

# The same patients once more: one joins the other referral, one asks something else.
TWICE = _asked(
    "zbigniew", GASTRO, 6, "69M, seen in my clinic with a caecal mass; I understand that Oldham refers him too.",
    received=71,
)  # fmt: skip
APART = _asked(
    "anandamayee", PENNINE, 2,
    "60F. A 3 cm renal lesion on the staging CT, right lower pole. Does it change what you plan for the rectum?",
    kind="routine", received=49,
)  # fmt: skip
APART_WHY = "Another question, about the kidney; the colorectal referral stands."

DRAFT = Referred("ewa", GASTRO, 1, "57F, change of bowel habit, FIT 412. Colonoscopy: ", {"urgency": "next"})
LACKING = Referred(
    "barry", PENNINE, 4, "73M, sigmoid cancer on colonoscopy. CT requested.",
    {"urgency": "next", "kind": "urgent", "received": 16, "aware": "yes"},
)  # fmt: skip
RETURNED = _asked(
    "blessing", GASTRO, 5, "50F, rectal bleeding, CT colonography said to show a mass. Plan?", received=22,
)  # fmt: skip
RETURNED_WHY = "The CT colonography is at none of the trusts. Which hospital did it, and on which day?"
REFUSED = _asked(
    "kathleen", GASTRO, 6, "80F, diverticular stricture, biopsies benign twice. For discussion.", received=35, cfs="5",
)  # fmt: skip
BENIGN_WHY = "Benign on two biopsies and on CT: please discuss at the benign colorectal meeting on Wednesdays."
WITHDRAWN = _asked("peter", PENNINE, 7, "78M, mass of the splenic flexure on CT. Plan?", received=21)
WITHDRAWN_WHY = "He has moved to Leeds; referred there with his consent."


@dataclass(frozen=True)
class Sorted:
    """How a case on the list is sorted, and days taken off its clock, if any."""

    stream: str
    kind: str
    needs: str = ""
    standard: str = ""
    missing: str = ""
    owner: str = ""
    taken_off: tuple[str, int, str] | None = field(default=None)


SORTED = {
    "elwyn": Sorted("full", "new", needs="Clinical oncologist"),
    "zbigniew": Sorted("full", "new", needs="Colorectal surgeon, radiologist", taken_off=("62", 4, "Was abroad")),
    "margaret": Sorted("standard", "new", standard=POLYP),
    "adetokunbo": Sorted("standard", "results", standard=ADJUVANT),
    "zofia": Sorted("not-ready", "suspected", missing="Repeat biopsy T26-021544", owner="Dr Ravindra Iyengar"),
    "llinos": Sorted("full", "recurrence", needs="Thoracic surgeon, radiologist"),
    "anandamayee": Sorted("full", "new", needs="Radiologist"),
    "harold": Sorted("full", "new", needs="Nurse specialist"),
    "thomas": Sorted("full", "new", needs="Radiologist, clinical oncologist"),
    "suharto": Sorted("full", "new", needs="Colorectal surgeon"),
    "meron": Sorted("not-ready", "new", missing="MRI pelvis, booked for next week", owner="Sister Bronagh McAllister"),
}
OFFERED = ("llinos", "Solitary lung metastasis: is resection or ablation possible? Our meeting is on the same day.")
# Who has said that they come, and when they must leave by the clock in London; the second surgeon has not said yet.
COME: dict[str, time | None] = {
    "rosalind.thackeray@stockport.example": None,
    NURSE: None,
    "ravindra.iyengar@tameside.example": None,
    "eleni.papadopoulou@christie.example": time(9, 10),
}
DOES_NOT_COME = "hamish.drummond@tameside.example"  # the radiologist is away: the agenda says so
