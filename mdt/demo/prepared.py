"""What the demo's people show and think before their meetings: scenes by patient, opinions by member."""

from dataclasses import dataclass

from mdt.demo.people import BREAST, LUNG

RADIOLOGIST = "ayesha.siddiqui@manchester.example"
CUT_OFF = {LUNG: 16, BREAST: 4}  # working hours: two days, half a day
GRADES = (
    ("0", "No difference"),
    ("1", "Difference without significance"),
    ("2", "Significant, plan unchanged"),
    ("3", "Significant, plan changed"),
)
LUNG_WINDOW, SOFT_WINDOW = {"lower": -1350, "upper": 150}, {"lower": -160, "upper": 240}


Shown = tuple[str, str, float, dict[str, int] | None]  # study says, modality, place, window


@dataclass(frozen=True)
class Scene:
    """Series of these modalities, newest study first, each at a place between its first image (0) and its last (1)."""

    caption: str
    shown: tuple[Shown, ...]


# By NHS number.
SCENES: dict[str, tuple[Scene, ...]] = {
    "9994128736": (  # Maureen Entwistle
        Scene(
            "Right upper lobe nodule, now and in May",
            (
                ("CT chest and upper abdomen", "CT", 0.3, LUNG_WINDOW),
                ("CT chest", "CT", 0.3, LUNG_WINDOW),
            ),
        ),
        Scene("Right hilum: is this node involved?", (("CT chest and upper abdomen", "CT", 0.45, SOFT_WINDOW),)),
        Scene("PET: nodule and hilum", (("PET-CT", "PT", 0.25, None), ("PET-CT", "CT", 0.25, SOFT_WINDOW))),
    ),
    "9997329155": (Scene("Left lower lobe mass and the effusion", (("CT chest", "CT", 0.6, SOFT_WINDOW),)),),
}

OPINIONS: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "9994128736": (  # Maureen Entwistle
        (
            "ravindra.iyengar@tameside.example",
            "pathology",
            {
                "findings": "Adenocarcinoma, acinar predominant; enough tissue for molecular testing.",
                "markers": "TTF-1 positive. EGFR, ALK, ROS1 and PD-L1 awaited, sent to Manchester on Friday.",
            },
        ),
        (
            "eleni.papadopoulou@christie.example",
            "oncology",
            {"fitness": "PS 1.", "findings": "Curative.", "proposal": "SABR if she declines surgery or TLCO falls."},
        ),
        (
            "joyce.appiah@manchester.example",
            "nursing",
            {
                "wishes": "Wants to be home for her daughter’s wedding on 12 December.",
                "proposal": "Clinic with family.",
            },
        ),
    ),
    "9991802649": (  # Siân Prŷs-Llywelyn
        (
            "eleni.papadopoulou@christie.example",
            "oncology",
            {"findings": "Depends on EGFR.", "proposal": "Brain first, then systemic treatment by EGFR."},
        ),
    ),
}
