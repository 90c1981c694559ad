"""Which parts of the body an examination is of, and which side, told from the words radiographers write. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache

TORSO = ("neck", "chest", "abdomen", "pelvis")
SPINE = ("cervical spine", "thoracic spine", "lumbar spine")
PAIRED = frozenset({"breast", "shoulder", "arm", "hand", "hip", "leg", "knee", "foot"})

# In the order a reason names them.
REGIONS = ("head", *TORSO, *SPINE, "heart", "breast", "shoulder", "arm", "hand", "hip", "leg", "knee", "foot")

# Each takes its words out of the text, so that the neck of a femur is no neck: the longer sayings come first.
_SAYINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"vertex to (?:toes?|feet)", ("head", *TORSO, "hip", "leg", "knee", "foot")),
    (r"whole ?body|wholebody|(?:skull base|eyes?) to (?:mid[- ]?)?thighs?|half ?body|bone scan", TORSO),
    (r"whole spine|full spine", SPINE),
    (r"c[- ]?spine|cervical spine|cerv(?:ical)? sp", ("cervical spine",)),
    (r"(?:t|d)[- ]?spine|thoracic spine|dorsal spine", ("thoracic spine",)),
    (r"l[- ]?spine|lumb(?:ar|o)[- ]?(?:sacral )?spine|lumbosacral|l ?s spine", ("lumbar spine",)),
    (r"spine|spinal", SPINE),
    (r"neck of (?:the )?femur|femoral neck|n\.?o\.?f\.?\b|hips?", ("hip",)),
    (r"head of (?:the )?pancreas|pancrea\w*", ("abdomen",)),
    (r"ncap|n\.c\.a\.p", TORSO),
    (r"cap|tap|c\.a\.p|t\.a\.p", ("chest", "abdomen", "pelvis")),
    (r"head ?(?:and|&|/)? ?neck", ("head", "neck")),
    (r"kub|renal tract|urinary tract|urogra\w*|colonograph\w*|virtual colonoscopy|colon|bowel|abdo[- ]?pel\w*",
     ("abdomen", "pelvis")),
    (r"cardiac|heart|coronar\w*|myocard\w*|ctca|muga", ("heart",)),
    (r"oesophag\w*|esophag\w*|barium swallow", ("chest", "abdomen")),
    (r"chest|thorax|thoracic|lungs?|pulmonary|ctpa|hrct|cxr|mediastin\w*|pleura\w*|ribs?|bronch\w*|trachea\w*",
     ("chest",)),
    (r"abd(?:o(?:men|minal)?)?|axr|liver|hepat\w*|mrcp|biliary|gall ?bladder|kidneys?|renal|adrenals?|spleen|"
     r"stomach|gastric|duoden\w*|aaa", ("abdomen",)),
    (r"pelvi[sc]|prostate|rect(?:um|al)|bladder|uter(?:us|ine)|ovar\w*|cervix|gynae\w*|anal|anus|vulva\w*|penis|"
     r"scrot\w*|test(?:is|es|icular)|groins?", ("pelvis",)),
    (r"breasts?|mammo\w*|axilla\w*|tomosynthesis", ("breast",)),
    (r"neck|thyroid|parathyroid|laryn\w*|pharyn\w*|carotids?|parotid\w*|salivary|tongue", ("neck",)),
    (r"head|brain|skull|cranial|cranium|pituitary|orbits?|sinus(?:es)?|iams?|iac|facial|face|mandib\w*|opg|opt|"
     r"petrous|temporal", ("head",)),
    (r"shoulders?|clavicles?|scapulae?|acj", ("shoulder",)),
    (r"humer(?:us|i)|elbows?|forearms?|radius|ulna|upper limbs?|arms?", ("arm",)),
    (r"hands?|wrists?|fingers?|thumbs?|scaphoid", ("hand",)),
    (r"femurs?|femora|thighs?|tibia|fibula|tib[- ]?fib|calf|calves|lower limbs?|legs?", ("leg",)),
    (r"knees?|patell\w*", ("knee",)),
    (r"foot|feet|ankles?|toes?|heels?|calcane\w*", ("foot",)),
)  # fmt: skip
_PATTERNS = tuple((re.compile(rf"(?<![a-z])(?:{words})(?![a-z])"), regions) for words, regions in _SAYINGS)

# (0018,0015) Body Part Examined runs its words together: CHESTABDPELVIS, HEADNECK, LSPINE.
_RUN_TOGETHER = (
    ("WHOLEBODY", TORSO), ("CSPINE", ("cervical spine",)), ("TSPINE", ("thoracic spine",)),
    ("LSPINE", ("lumbar spine",)), ("LSSPINE", ("lumbar spine",)), ("NECK", ("neck",)), ("HEAD", ("head",)),
    ("CHEST", ("chest",)), ("THORAX", ("chest",)), ("ABD", ("abdomen",)), ("PELV", ("pelvis",)),
)  # fmt: skip

_LEFT, _RIGHT = re.compile(r"(?<![a-z])(?:left|lt)(?![a-z])"), re.compile(r"(?<![a-z])(?:right|rt)(?![a-z])")
_BOTH = re.compile(r"(?<![a-z])(?:bilat(?:eral)?|both|b/l)(?![a-z])")


@lru_cache(maxsize=5000)  # scanners use the same few hundred descriptions again and again
def of_text(text: str) -> frozenset[str]:
    """The regions a description names."""
    text, found = text.casefold().replace("_", " "), set[str]()
    for pattern, regions in _PATTERNS:
        text, times = pattern.subn(" ", text)
        if times:
            found.update(regions)
    return frozenset(found)


@lru_cache(maxsize=1000)
def of_body_part(code: str) -> frozenset[str]:
    """The regions of a Body Part Examined."""
    compact = re.sub(r"[^A-Z]", "", code.upper())
    found = {region for word, regions in _RUN_TOGETHER if word in compact for region in regions}
    return frozenset(found) if found else of_text(code)


def side_of_text(text: str) -> str:
    """L, R, B for both, or nothing."""
    text = text.casefold().replace("_", " ")
    left, right = bool(_LEFT.search(text)), bool(_RIGHT.search(text))
    if _BOTH.search(text) or (left and right):
        return "B"
    return "L" if left else "R" if right else ""


def together(sides: Iterable[str]) -> str:
    """The side of several: both when they differ."""
    said = {side for side in sides if side}
    return said.pop() if len(said) == 1 else "B" if said else ""


def in_words(regions: Iterable[str]) -> str:
    """E.g. "chest, abdomen and pelvis"; a body from the neck down is "whole body"."""
    named = [region for region in REGIONS if region in set(regions)]
    if set(TORSO) <= set(named):
        return "whole body"
    if set(SPINE) <= set(named):
        named = [*(region for region in named if region not in SPINE), "spine"]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
