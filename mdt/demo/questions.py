"""What the referring clinicians of the demo ask, and on whose agenda."""

from mdt.demo.people import BRAIN, BREAST, LUNG

# Patients by team, in the order of the agenda: today's (or the next) meeting of the team.
ASKED: dict[str, tuple[tuple[str, str], ...]] = {
    LUNG: (
        (
            "maureen",
            "73F, ex-smoker 42 pack years, PS 1. Spiculated right upper lobe nodule, 22 mm, was 14 mm at Bolton"
            " six months ago. PET avid, one right hilar node equivocal. Biopsy: adenocarcinoma. FEV1 1.6 l (78 "
            "%), TLCO 64 %. Is the hilar node N1 disease, does she need EBUS first, and lobectomy or SABR?",
        ),
        (
            "sian",
            "60F, left hilar mass, EBUS station 7 positive: adenocarcinoma, EGFR awaited. Two weeks of "
            "word-finding difficulty, on dexamethasone 8 mg. MRI: solitary right frontal lesion. Solitary "
            "metastasis suitable for resection or SRS, and how does that change the plan for the chest?",
        ),
        (
            "mohammed",
            "69M, presented with dyspnoea and a left pleural effusion, PS 2, COPD. Left lower lobe mass 34 mm "
            "on CT. Pleural fluid cytology negative twice (60 ml, 150 ml). Thoracoscopy, or percutaneous biopsy"
            " of the mass? Please note another patient of the same name and date of birth.",
        ),
        (
            "przemyslaw",
            "65M, lung health check. 9 mm solid left upper lobe nodule, Brock risk 18 %, Herder not yet "
            "possible. Old chest film said to be at Oldham. Is there a prior that shows it? PET now or CT at "
            "three months?",
        ),
        (
            "chiamaka",
            "52F, never smoker, PS 0. 19 mm right lower lobe nodule with a subcarinal node of 14 mm short axis."
            " Please confirm that the Wigan CT is hers: the date of birth on it looks transposed. Staging EBUS "
            "before biopsy of the nodule?",
        ),
        (
            "geraldine",
            "77F, CFS 5, on apixaban. Left upper zone opacity on a chest film from Wigan, CT declined once "
            "because of claustrophobia. Is CT under light sedation worthwhile, or would the result not change "
            "what we offer?",
        ),
    ),
    BREAST: (
        (
            "oluwaseun",
            "55F, screen-detected left upper outer quadrant mass, M5 U5, 14 mm with microcalcification over 30 "
            "mm. Core: invasive NST grade 2 with DCIS, ER 8 HER2 negative. Axilla normal on ultrasound. Is "
            "breast conservation possible given the extent of calcification?",
        ),
        (
            "chau",
            "43F, palpable left lump, U4 at Bolton, 9 mm. Mammogram not yet done. Core biopsy now and mammogram after?",
        ),
    ),
    BRAIN: (
        (
            "malgorzata",
            "67F, first seizure, right-handed. Rim-enhancing left parietal lesion of 34 mm. No known primary. "
            "Abscess or high-grade glioma: would DWI and perfusion help before biopsy, and is resection "
            "feasible near the angular gyrus?",
        ),
    ),
}

# The lung team's meeting of next week.
NEXT_WEEK: tuple[tuple[str, str], ...] = (
    (
        "brid",
        "81F, PS 3, weight loss and haemoptysis. CT booked at Tameside for Thursday. If a mass is "
        "confirmed, is tissue wanted or is best supportive care the honest plan? No imaging anywhere yet "
        "that we can find.",
    ),
    (
        "nirmalaben",
        "76F, resected T1b N0 two years ago, surveillance CT booked. For surveillance plan after surgery.",
    ),
)  # fmt: skip
