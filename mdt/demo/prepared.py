"""What the demo's people show, measure and think before meetings: scenes and lesions by patient, opinions by member."""

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
                ("CT chest and upper abdomen", "CT", 0.22, LUNG_WINDOW),
                ("CT chest", "CT", 0.203, LUNG_WINDOW),
            ),
        ),
        Scene("Right hilum: is this node involved?", (("CT chest and upper abdomen", "CT", 0.45, SOFT_WINDOW),)),
        Scene("PET: nodule and hilum", (("PET-CT", "PT", 0.307, None), ("PET-CT", "CT", 0.307, SOFT_WINDOW))),
    ),
    "9997329155": (Scene("Left lower lobe mass and the effusion", (("CT chest", "CT", 0.6, SOFT_WINDOW),)),),
}

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Followed:
    """A lesion measured on one image, in the patient's millimetres; `lesion` as a mark has it."""

    on: Shown
    tool: str
    points: tuple[Point, ...]
    lesion: dict[str, object]


_NODULE = {"name": "RUL nodule", "role": "target", "organ": "lung", "node": False, "state": "measured"}
_NODE = {"name": "Right hilar node", "role": "non-target", "organ": "lymph node", "node": True, "state": "measured"}
_NOW, _BEFORE = "CT chest and upper abdomen", "CT chest"

# By NHS number: the nodule was 14 mm in May and is 22 mm now; the node has hardly changed.
FOLLOWED: dict[str, tuple[Followed, ...]] = {
    "9994128736": (  # Maureen Entwistle
        Followed(
            (_BEFORE, "CT", 0.203, None),
            "Bidirectional",
            ((-64.8, -16.7, 93.0), (-51.2, -13.3, 93.0), (-56.5, -20.8, 93.0), (-59.5, -9.2, 93.0)),
            _NODULE,
        ),
        Followed((_BEFORE, "CT", 0.447, None), "Length", ((-32.0, -7.5, 18.0), (-32.0, 5.5, 18.0)), _NODE),
        Followed(
            (_NOW, "CT", 0.22, None),
            "Bidirectional",
            ((-72.7, -14.7, 88.0), (-51.3, -9.3, 88.0), (-59.8, -20.7, 88.0), (-64.2, -3.3, 88.0)),
            _NODULE,
        ),
        Followed((_NOW, "CT", 0.463, None), "Length", ((-36.0, -5.0, 13.0), (-36.0, 9.0, 13.0)), _NODE),
    ),
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
