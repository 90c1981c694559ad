"""The invented patients of the demo region, their studies, and who holds what under which identity.

Every NHS number is in the range kept for tests (999) with a valid check digit. The traps are those real archives set.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Says = Literal["usual", "local only", "wrong birth date"]
Link = Literal["auto", "confirm", "never"]


@dataclass(frozen=True)
class Invented:
    """Somebody who never was."""

    key: str
    family: str
    given: str
    prefix: str
    born: date
    sex: str
    nhs: str

    @property
    def pn(self) -> str:
        return f"{self.family}^{self.given}^^{self.prefix}".rstrip("^")


@dataclass(frozen=True)
class Copy:
    """A study at one trust: how that trust knows the patient, and which instances never reached it."""

    ods: str
    says: Says = "usual"
    link: Link = "auto"
    why: str = ""
    only_first: int | None = None  # it holds no more than this many
    missing: tuple[int, ...] = ()  # InstanceNumbers that are not there


@dataclass(frozen=True)
class Imaged:
    """One study of one patient, made once however many trusts hold it. `of` is whose name it truly carries."""

    key: str
    of: str
    days_ago: int
    time: str
    description: str
    body_part: str
    copies: tuple[Copy, ...]
    looked_at_for: str = ""  # when a look-alike's study must not be linked to this patient


PATIENTS = (
    Invented("maureen", "ENTWISTLE", "Maureen Patricia", "Mrs", date(1953, 8, 2), "F", "9994128736"),
    Invented("sian", "PRŶS-LLYWELYN", "Siân Angharad", "Ms", date(1966, 3, 1), "F", "9991802649"),
    Invented("mohammed", "KHAN", "Mohammed", "Mr", date(1957, 1, 1), "M", "9997329155"),
    Invented("mohammed2", "KHAN", "Mohammed", "Mr", date(1957, 1, 1), "M", "9992650486"),
    Invented("przemyslaw", "WOJCIECHOWSKI", "Przemysław Stanisław", "Mr", date(1961, 11, 18), "M", "9999036171"),
    Invented("chiamaka", "OKONKWO-FITZGERALD", "Chiamaka Oluchukwu", "Dr", date(1974, 6, 9), "F", "9995183927"),
    Invented(
        "geraldine", "FEATHERSTONEHAUGH-CHOLMONDELEY", "Geraldine Wilhelmina", "Lady",
        date(1948, 12, 25), "F", "9996471209",
    ),
    Invented("oluwaseun", "ADÉBÁYỌ̀-CLARKE", "Olúwaṣeun Grace", "Mrs", date(1971, 4, 27), "F", "9998715369"),
    Invented("chau", "NGUYỄN", "Thị Minh Châu", "Ms", date(1983, 10, 30), "F", "9993567892"),
    Invented("malgorzata", "SZCZEPAŃSKA", "Małgorzata", "Mrs", date(1959, 2, 14), "F", "9992940514"),
    Invented("brid", "O'SHAUGHNESSY", "Bríd", "Mrs", date(1945, 5, 8), "F", "9994607383"),
    Invented("nirmalaben", "PATEL", "Nirmalaben Chhaganbhai", "Mrs", date(1950, 9, 17), "F", "9991258965"),
    # Of the colorectal team, the two whose chests were scanned.
    Invented("elwyn", "GWYNEDD-PUW", "Elwŷn Iorwerth", "Mr", date(1949, 3, 1), "M", "9999139779"),
    Invented("llinos", "RHYDDERCH", "Llinos Haf", "Ms", date(1970, 1, 16), "F", "9992019301"),
)  # fmt: skip

STUDIES = (
    Imaged("maureen-ct", "maureen", 12, "101532", "CT chest and upper abdomen with contrast", "CHEST", (Copy("R0A"),)),
    Imaged("maureen-ct-prior", "maureen", 191, "144805", "CT chest", "CHEST", (Copy("RMC"),)),
    Imaged("maureen-cxr", "maureen", 26, "091140", "XR chest", "CHEST", (Copy("RMC"),)),
    Imaged(
        "maureen-petct", "maureen", 6, "131020", "PET-CT FDG whole body", "WHOLEBODY",
        (
            Copy("RBV"),
            Copy("R0A", why="the same study, sent on to a second trust: one study, two holders", only_first=60),
        ),
    ),
    Imaged("maureen-pathology", "maureen", 4, "162500", "CT guided lung biopsy report", "", (Copy("RMP"),)),
    Imaged("sian-mr", "sian", 8, "111215", "MRI brain with contrast", "BRAIN", (Copy("RM3"),)),
    Imaged(
        "sian-mr-prior", "sian", 143, "153302", "MRI brain", "BRAIN",
        (
            Copy(
                "RW6", why="instances 12 to 15 never reached this PACS: slices missing from the middle",
                missing=(12, 13, 14, 15),
            ),
        ),
    ),
    Imaged("sian-ct", "sian", 30, "094410", "CT chest with contrast", "CHEST", (Copy("RM3"),)),
    Imaged("mohammed-ct", "mohammed", 9, "173015", "CT chest with contrast", "CHEST", (Copy("RM3"),)),
    Imaged("mohammed-cxr", "mohammed", 15, "083211", "XR chest", "CHEST", (Copy("RMP"),)),
    Imaged(
        "mohammed2-cxr", "mohammed2", 71, "120500", "XR chest", "CHEST",
        (Copy("RWJ", link="never", why="another person: same name and date of birth, different NHS number"),),
        looked_at_for="mohammed",
    ),
    Imaged("przemyslaw-ct", "przemyslaw", 17, "102230", "CT lung health check low dose", "CHEST", (Copy("RRF"),)),
    Imaged(
        "przemyslaw-cxr", "przemyslaw", 402, "115030", "XR chest", "CHEST",
        (
            Copy(
                "RW6", says="local only", link="confirm",
                why="local number only: name, date of birth and sex agree, no NHS number",
            ),
        ),
    ),
    Imaged(
        "chiamaka-ct", "chiamaka", 11, "134420", "CT chest with contrast", "CHEST",
        (
            Copy(
                "RRF", says="wrong birth date", link="confirm",
                why="NHS number matches, date of birth does not",
            ),
        ),
    ),
    Imaged("chiamaka-cxr", "chiamaka", 20, "101010", "XR chest", "CHEST", (Copy("RWJ"),)),
    Imaged("geraldine-cxr", "geraldine", 13, "143000", "XR chest", "CHEST", (Copy("RRF"),)),
    Imaged("oluwaseun-mg", "oluwaseun", 14, "093000", "Mammogram bilateral", "BREAST", (Copy("RWJ"),)),
    Imaged("oluwaseun-mg-prior", "oluwaseun", 1106, "101500", "Mammogram screening", "BREAST", (Copy("RM3"),)),
    Imaged("oluwaseun-us", "oluwaseun", 14, "110500", "US breast left", "BREAST", (Copy("R0A"),)),
    Imaged("oluwaseun-pathology", "oluwaseun", 7, "151500", "Core biopsy report", "", (Copy("RMP"),)),
    Imaged("chau-us", "chau", 5, "140000", "US breast left", "BREAST", (Copy("RMC"),)),
    Imaged("malgorzata-mr", "malgorzata", 3, "090500", "MRI brain with contrast", "BRAIN", (Copy("RM3"),)),
    Imaged("elwyn-ct", "elwyn", 15, "093540", "CT chest with contrast", "CHEST", (Copy("RMP"),)),
    Imaged("llinos-ct", "llinos", 9, "142210", "CT chest with contrast", "CHEST", (Copy("RWJ"),)),
)  # fmt: skip


def patient(key: str) -> Invented:
    return next(one for one in PATIENTS if one.key == key)
