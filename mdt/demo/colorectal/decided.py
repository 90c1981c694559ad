"""What the team's past meetings decided, as it was typed, and what became of it. Days are working days after each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mdt.demo.colorectal.agreed import ADJUVANT, POLYP

CHAIR_NAME, ONCOLOGIST, NURSE = "Miss Rosalind Thackeray-Nwosu", "Dr Eleni Papadopoulou", "Sister Bronagh McAllister"
SECOND_SURGEON, PATHOLOGIST = "Mr Tomasz Wiśniewski-Hart", "Dr Ravindra Iyengar"


@dataclass(frozen=True)
class Then:
    """What happened so many working days after the meeting: `act` names it, `says` what it needs."""

    day: int
    act: str
    says: Mapping[str, Any]


@dataclass(frozen=True)
class Decided:
    """One case as it was discussed, `minutes` long, and what followed. Unchecked, it is neither checked nor signed."""

    who: str
    minutes: int
    form: Mapping[str, Any]
    after: tuple[Then, ...] = ()
    is_signed: bool = True


def _then(day: int, act: str, **says: Any) -> Then:
    return Then(day, act, says)


def _to_do(*listed: tuple[str, str, int]) -> list[dict[str, Any]]:
    """What, who, and by when."""
    return [
        {"id": f"00000000-{number:04d}", "text": text, "owner": owner, "due": due}
        for number, (text, owner, due) in enumerate(listed, start=1)
    ]


def _staged(site: str, stage: str, mmr: str = "proficient", **more: Any) -> dict[str, Any]:
    ct, cn, cm = stage.split()
    return {"site": site, "mmr": mmr, "staged": "yes", "ct": ct, "cn": cn, "cm": cm, "edition": "8"} | more


def _plan(
    intent: str, treatments: list[str], rationale: str, actions: list[dict[str, Any]], *, tumour: dict[str, Any],
    ps: str = "1", cfs: str = "3", views: str, responsible: str = CHAIR_NAME, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """A recommendation of treatment, in the order of the form."""
    return {
        "ps": ps, "cfs": cfs, **tumour, "decision": "recommend", "intent": intent,
        "treatments": [{"code": code, "relation": "sequential"} for code in treatments], "rationale": rationale,
        "trial": "none", "dissent": "none", "views_known": "known", "views": views, "views_by": NURSE,
        "responsible": responsible, "actions": actions, "tell_who": NURSE, "tell_how": "visit", "tell_by": 2,
    } | more  # fmt: skip


LONG_AGO = (
    Decided(
        "dennis", 7,
        _plan(
            "C", ["02", "03", "01"],
            "Threatened margin and EMVI: total neoadjuvant treatment, then restage at eight to twelve weeks.",
            _to_do(
                ("Refer for long-course chemoradiotherapy", ONCOLOGIST, 3),
                ("Stoma nurse appointment", NURSE, 10),
            ),
            tumour=_staged("rectum", "T3c N1b M0", height_mm=70, crm="threatened", crm_mm=1, emvi="yes"),
            views="Would accept a stoma, would rather it were not for good.", own_stoma_discussed="Yes",
        ),
        (
            _then(1, "told"), _then(1, "letter", kind="gp", to="Dr A. Chowdhury", sent=1), _then(3, "done", action=0),
            _then(8, "done", action=1), _then(13, "started"),
        ),
    ),
    Decided(
        "chinyere", 4,
        _plan(
            "C", ["01"], "Resectable, fit, no spread.", _to_do(("Laparoscopic right hemicolectomy", CHAIR_NAME, 15)),
            tumour=_staged("right", "T3 N0 M0"), ps="0", cfs="2", views="Wants surgery soon.",
        ),
        (
            _then(2, "told"), _then(2, "letter", kind="gp", to="Dr M. Featherstone", sent=2), _then(12, "started"),
            _then(12, "done", action=0), _then(40, "followed", answer="done"),
        ),
    ),
    Decided(
        "edna", 6,
        _plan(
            "C", ["01", "03"], "Obstructing soon; resection with a stoma if she is fit at the anaesthetic clinic.",
            _to_do(("High-risk anaesthetic clinic", SECOND_SURGEON, 5)),
            tumour=_staged("left", "T4a N2a M0"), ps="2", cfs="5", comorbidity="COPD, FEV1 48 %",
            views="Wants to stay at home with her dog.", responsible=SECOND_SURGEON, own_stoma_discussed="Yes",
        ),
        (
            _then(1, "told"), _then(1, "letter", kind="gp", to="Dr S. Lingard", sent=3), _then(4, "done", action=0),
            _then(18, "started"),
            _then(40, "followed", answer="changed", reason="comorbidity", note="Stent and capecitabine instead."),
        ),
    ),
    Decided(
        "kazimierz", 8,
        _plan(
            "C", ["03", "01"], "Liver lesions may become resectable: chemotherapy first, then the liver meeting.",
            _to_do(
                ("Refer to the hepatobiliary meeting with the MRI of the liver", SECOND_SURGEON, 4),
                ("Line for chemotherapy", ONCOLOGIST, 8),
            ),
            tumour=_staged("rectosigmoid", "T3 N1a M1a", liver="convertible"),
            views="Wants everything that is possible.", responsible=ONCOLOGIST,
        ),
        (_then(2, "told"), _then(2, "letter", kind="gp", to="Dr P. Bright", sent=4), _then(7, "done", action=1)),
    ),
)  # fmt: skip

BEFORE = (
    Decided(
        "norman", 3,
        {
            "ps": "2", "cfs": "6", "decision": "no-action", "rationale": "No tumour on colonoscopy.",
            "trial": "none", "dissent": "none", "views_known": "known", "views": "Would rather not have more tests.",
            "views_by": NURSE, "responsible": SECOND_SURGEON,
            "actions": _to_do(("Letter of discharge", SECOND_SURGEON, 5)),
            "tell_who": SECOND_SURGEON, "tell_how": "telephone", "tell_by": 2,
        },
        (_then(2, "told"), _then(2, "letter", kind="gp", to="Dr J. Tattersall", sent=2), _then(3, "done", action=0)),
    ),
)  # fmt: skip
# Deferred there, and not come to at the last meeting: carried over twice by now.
DEFERRED = ("thomas", "RW6", "MRI pelvis", "Asked for at Oldham on the morning of the meeting.")

LAST = (
    Decided(
        "sybil", 5,
        _plan(
            "C", ["01"], "Resectable and anaemic: surgery within four weeks.",
            _to_do(("Book right hemicolectomy", CHAIR_NAME, 1), ("Iron infusion before surgery", NURSE, 4)),
            tumour=_staged("right", "T3 N1 M0", mmr="awaited"), comorbidity="Type 2 diabetes",
            views="Wants to be at home by Christmas.",
        ),
        (
            _then(1, "told"), _then(1, "letter", kind="gp", to="Dr N. Kulkarni", sent=1), _then(1, "done", action=0),
            _then(1, "letter", kind="patient", to="Mrs Sybil Hollingworth", sent=2),
            _then(
                3, "amended", reason="MMR came back as deficient: genetics are asked.",
                form={
                    "mmr": "deficient",
                    "actions": _to_do(
                        ("Book right hemicolectomy", CHAIR_NAME, 1), ("Iron infusion before surgery", NURSE, 4),
                        ("Refer to clinical genetics", CHAIR_NAME, 8),
                    ),
                },
            ),
            _then(3, "told"), _then(3, "letter", kind="gp", to="Dr N. Kulkarni"),
        ),
    ),
    Decided(
        "gwenllian", 6,
        _plan(
            "C", ["01", "03"], "Nearly obstructing, resectable: surgery without a stent.",
            _to_do(("Admit for surgery", SECOND_SURGEON, 1), ("Letter in Welsh", NURSE, 2)),
            tumour=_staged("rectosigmoid", "T4a N1b M0", emergency="obstructed"),
            views="Prefers letters in Welsh where that can be.", responsible=SECOND_SURGEON,
            own_stoma_discussed="Yes",
        ),
        (_then(3, "told"), _then(3, "cancelled", action=1, note="She would rather not wait for it.")),
    ),
    Decided(
        "aoife", 4,
        _plan(
            "C", ["02", "03"], "Anal margin, T2 N0: chemoradiotherapy keeps the sphincter.",
            _to_do(("Clinic at The Christie", ONCOLOGIST, 3)),
            tumour=_staged("anus", "T2 N0 M0"), ps="0", cfs="2", views="Is most afraid of losing her job.",
            responsible=ONCOLOGIST, tell_who=ONCOLOGIST,
        ),
        (_then(2, "letter", kind="gp", to="Dr E. Vaughan-Rees"),),
    ),
    Decided(
        "leszek", 7,
        _plan(
            "C", ["03", "01"], "T4b into the stomach on CT: chemotherapy first, then en bloc resection if it shrinks.",
            _to_do(("Staging laparoscopy", CHAIR_NAME, 5)),
            tumour=_staged("transverse", "T4b N1 M0"), views="Wants to keep working as long as he can.",
            dissent="recorded", dissent_who=SECOND_SURGEON, dissent_what="Would resect at once: he is losing weight.",
        ),
        is_signed=False,
    ),
)  # fmt: skip
ON_STANDARD = {"stanley": POLYP, "hansa": ADJUVANT}  # ratified at the last meeting, not discussed

KINDS = {"norman": "benign", "hansa": "results", "aoife": "new"}  # the others are new diagnoses too
