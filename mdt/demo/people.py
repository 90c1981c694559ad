"""The invented staff and teams of the demo region: who signs in, and what they are where."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PASSWORD = "pennine-lantern-42"  # noqa: S105 - printed at the start of every demo; it opens nothing else


@dataclass(frozen=True)
class DemoTeam:
    """A team that meets; `mdt_type` is its COSD CR3190 code."""

    key: str
    name: str
    mdt_type: str
    host_ods: str
    place: str


@dataclass(frozen=True)
class Staff:
    """Somebody who can sign in; `roles` by team. Without any they look after the product, or only refer."""

    email: str
    name: str
    specialty: str
    ods: str
    roles: dict[str, str] = field(default_factory=dict)
    administrator: bool = False

    def is_there_as(self, teams: Mapping[str, str]) -> str:
        """In words, with the names of the teams by key."""
        held = ", ".join(f"{role} of {teams[key]}" for key, role in self.roles.items())
        return held or ("administrator" if self.administrator else "refers to any team")


LUNG, BREAST, BRAIN, COLORECTAL = "lung", "breast", "brain", "colorectal"

TEAMS = (
    DemoTeam(LUNG, "Greater Manchester Lung MDT", "0801", "R0A", "Education Centre, Wythenshawe, and online"),
    DemoTeam(BREAST, "South Manchester Breast MDT", "0101", "RWJ", "Seminar room 2, Stepping Hill, and online"),
    DemoTeam(BRAIN, "Salford Neuro-oncology MDT", "0201", "RM3", "Neurosciences, Salford, and online"),
    DemoTeam(
        COLORECTAL,
        "Stockport and Tameside Colorectal MDT",
        "0301",
        "RWJ",
        "Oak House seminar room, Stepping Hill, and online",
    ),
)

STAFF = (
    Staff("harriet.ormerod@manchester.example", "Miss Harriet Ormerod", "Thoracic surgeon", "R0A", {LUNG: "chair"}),
    Staff(
        "callum.braithwaite@manchester.example", "Callum Braithwaite", "MDT coordinator", "R0A", {LUNG: "coordinator"}
    ),
    Staff(
        "ayesha.siddiqui@manchester.example",
        "Dr Ayesha Rahman-Siddiqui",
        "Radiologist",
        "R0A",
        {LUNG: "presenter", BREAST: "member"},
    ),
    Staff(
        "ravindra.iyengar@tameside.example",
        "Dr Ravindra Iyengar",
        "Pathologist",
        "RMP",
        {LUNG: "member", BREAST: "member", COLORECTAL: "member"},
    ),
    Staff(
        "eleni.papadopoulou@christie.example",
        "Dr Eleni Papadopoulou",
        "Clinical oncologist",
        "RBV",
        {LUNG: "member", COLORECTAL: "member"},
    ),
    Staff(
        "joyce.appiah@manchester.example",
        "Sister Joyce Appiah",
        "Lung cancer nurse specialist",
        "R0A",
        {LUNG: "member"},
    ),
    Staff("owain.gruffydd@bolton.example", "Dr Owain Gruffydd", "Respiratory physician", "RMC", {LUNG: "member"}),
    Staff(
        "zainab.choudhury@manchester.example", "Dr Zainab Choudhury", "Radiology registrar", "R0A", {LUNG: "observer"}
    ),
    Staff("kwabena.osei@stockport.example", "Mr Kwabena Osei-Bonsu", "Breast surgeon", "RWJ", {BREAST: "chair"}),
    Staff("niamh.fitzsimons@stockport.example", "Niamh Fitzsimons", "MDT coordinator", "RWJ", {BREAST: "coordinator"}),
    Staff("tobias.hale@salford.example", "Mr Tobias Nyström-Hale", "Neurosurgeon", "RM3", {BRAIN: "chair"}),
    Staff("marta.kowalczyk@salford.example", "Marta Kowalczyk-Dunne", "MDT coordinator", "RM3", {BRAIN: "coordinator"}),
    Staff(
        "rosalind.thackeray@stockport.example",
        "Miss Rosalind Thackeray-Nwosu",
        "Colorectal surgeon",
        "RWJ",
        {COLORECTAL: "chair"},
    ),
    Staff(
        "agnieszka.blaszczyk@stockport.example",
        "Agnieszka Błaszczyk",
        "MDT coordinator",
        "RWJ",
        {COLORECTAL: "coordinator"},
    ),
    Staff(
        "bronagh.mcallister@stockport.example",
        "Sister Bronagh McAllister",
        "Colorectal nurse specialist",
        "RWJ",
        {COLORECTAL: "member"},
    ),
    Staff(
        "hamish.drummond@tameside.example",
        "Dr Hamish Drummond",
        "Gastrointestinal radiologist",
        "RMP",
        {COLORECTAL: "presenter"},
    ),
    Staff(
        "tomasz.wisniewski@tameside.example",
        "Mr Tomasz Wiśniewski-Hart",
        "Colorectal surgeon",
        "RMP",
        {COLORECTAL: "member"},
    ),
    Staff(
        "padraig.lomax@stockport.example",
        "Pádraig Lomax",
        "Cancer services manager",
        "RWJ",
        {BREAST: "manager", COLORECTAL: "manager"},
    ),
    # Who only refers: in no team.
    Staff("ffion.prydderch@tameside.example", "Dr Ffion Prydderch", "Gastroenterologist", "RMP"),
    Staff("desh.ramanathan@pennine.example", "Mr Desh Ramanathan", "General surgeon", "RW6"),
    Staff("desmond.hibbert@manchester.example", "Desmond Hibbert", "Platform administrator", "R0A", administrator=True),
)
