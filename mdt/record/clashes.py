"""One Study Instance UID claimed for different people, or for and against one person: then it is nobody's here.

Pictures of two people must never come together under one study, so a clash links nothing until a trust corrects it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

STRONG = frozenset({"auto", "confirmed"})
OPEN = STRONG | {"confirm"}


@dataclass(frozen=True)
class Standing:
    """How one patient's link to the study at one trust stands by itself."""

    status: str
    why: str = ""


TWO_PEOPLE = (
    "the same Study Instance UID is used for another person at {trusts}; nothing is linked until that is corrected"
)
TWO_ANSWERS = "{trusts} holds the same study as another person's; nothing is linked until that is corrected"
GONE = "the trust no longer holds this study"

Patient = str
Trust = str
Standings = Mapping[tuple[Patient, Trust], Standing]


def settle(
    standings: Standings, *, strangers: Mapping[Patient, Collection[Trust]] | None = None
) -> dict[tuple[Patient, Trust], Standing]:
    """All links to one study, each as it may stand beside the others.

    `strangers` are, for each patient, those who sent objects of the study as somebody else's whom nobody here knows.
    """
    strangers = strangers or {}
    strong = _trusts_by_patient(standings, STRONG)
    against = _trusts_by_patient(standings, frozenset({"never"}))
    settled = dict(standings)
    for (patient, trust), standing in standings.items():
        if standing.status not in OPEN:
            continue
        others = {name for other, names in strong.items() if other != patient for name in names}
        others |= set(strangers.get(patient, ()))
        if others:
            settled[patient, trust] = Standing("never", TWO_PEOPLE.format(trusts=_listed(others)))
        elif against.get(patient):
            settled[patient, trust] = Standing("never", TWO_ANSWERS.format(trusts=_listed(against[patient])))
    return settled


def clash(alone: Standings, settled: Standings) -> bool:
    """Whether the study stands for two people: something that would be linked by itself is not beside the others."""
    return any(settled[key] != alone[key] for key in settled)


def _trusts_by_patient(standings: Standings, statuses: frozenset[str]) -> dict[Patient, set[Trust]]:
    found: dict[Patient, set[Trust]] = {}
    for (patient, trust), standing in standings.items():
        if standing.status in statuses:
            found.setdefault(patient, set()).add(trust)
    return found


def _listed(trusts: Collection[str]) -> str:
    return " and ".join(sorted(trusts))
