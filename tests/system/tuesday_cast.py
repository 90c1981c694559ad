"""Who is there on the Tuesday, all invented: people, patients, and what is decided for most of them."""

from datetime import date
from typing import Any

TRUSTS = {"RM3": "Salford Royal", "RMC": "Bolton", "R0A": "Manchester University"}
TEAM = "Salford and Bolton Colorectal MDT"

# Who is who: name, specialty, trust, and the role in the team. Whoever refers has none in any.
PEOPLE = {
    "chair": ("Miss Rhiannon Probert", "Colorectal surgeon", "RM3", "chair"),
    "coordinator": ("Gareth Lomas", "MDT coordinator", "RM3", "coordinator"),
    "deputy": ("Shanice Boateng", "MDT coordinator", "RMC", "coordinator"),
    "nurse": ("Sister Bernadette Quaye", "Colorectal nurse specialist", "RM3", "member"),
    "radiologist": ("Dr Yusuf Demir", "Radiologist", "RM3", "presenter"),
    "pathologist": ("Dr Inês Carvalho", "Histopathologist", "RMC", "member"),
    "oncologist": ("Dr Tom Ackroyd", "Clinical oncologist", "R0A", "member"),
    "student": ("Ed Farrow", "Medical student", "RM3", "observer"),
    "referrer": ("Dr Siôned Bevan", "Gastroenterologist", "RMC", ""),
}

QUORUM = [
    {"name": "Surgeon", "count": 1, "specialties": ["surgeon"]},
    {"name": "Radiologist", "count": 1, "specialties": ["radiologist"]},
    {"name": "Pathologist", "count": 1, "specialties": ["histopathologist"]},
    {"name": "Oncologist", "count": 1, "specialties": ["oncologist"]},
    {"name": "Nurse specialist", "count": 1, "specialties": ["nurse specialist"]},
]

# Patients whose referrals are listed when the story begins, in the order of the agenda; each by the family name.
LISTED = (
    "Ainsworth", "Bamber", "Chadwick", "Dziedzic", "Eckersley", "Fairhurst", "Grimshaw", "Hollinrake", "Iqbal",
    "Jagielski", "Kershaw", "Llywelyn", "Mistry", "Nuttall", "Ogden", "Pilkington", "Quigley", "Ramsbottom",
    "Sadowska", "Turton", "Unsworth", "Vasquez",
)  # fmt: skip
KNOWN = ("Żurawska", "Wolstenholme")  # the record has them; a story refers one, and asks for the other late
UNKNOWN = ("Prydderch-Jones",)  # nobody has them yet
ON_A_STANDARD = ("Ramsbottom", "Sadowska", "Turton", "Unsworth", "Vasquez")
PROMOTED = "Vasquez"
# Who a story is told about; nobody else's story touches them.
USUAL, BESIDE, MOVED_ON, NEXT, QUORATE = "Ainsworth", "Bamber", "Chadwick", "Dziedzic", "Eckersley"
AMENDED, IMAGES = "Fairhurst", "Hollinrake"
NOT_REACHED = "Quigley"

QUESTION = "Cancer of the colon on colonoscopy. Resectable, and is anything to be done first?"
REFERRED: dict[str, Any] = {
    "question": QUESTION, "reason": "new", "urgency": "next", "kind": "urgent", "received": "2026-11-03", "ps": "1",
    "cfs": "3", "aware": "yes", "clinician": "Mr Adeyemi", "views": "Wants to be treated near home.",
}  # fmt: skip


def born(number: int) -> date:
    return date(1940 + number, 1 + number % 12, 1 + number)


def decided(owner: str, teller: str) -> dict[str, Any]:
    """What the team decides for whoever nothing else is told about."""
    action = {"id": "aaaaaaaa-0001", "text": "Staging CT of the chest", "owner": owner, "due": "2026-12-01"}
    return {
        "decision": "investigate",
        "rationale": "The chest has not been imaged.",
        "views_known": "not-known",
        "responsible": owner,
        "actions": [action],
        "tell_who": teller,
        "tell_by": "2026-11-26",
    }
