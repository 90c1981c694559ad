"""What to ask an archive about one patient. Archives keep identifiers in different places, so each is asked in turn.

What comes back is only a candidate: the identity rule decides, on our side.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mdt.record import nhs_number
from mdt.record.identity import Known
from mdt.trusts.abilities import EVERY, Ability
from mdt.trusts.source import StudyQuery

_NOT_LETTERS = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Question:
    """A query, and which ability of an archive it asks for."""

    by: Ability
    query: StudyQuery


def questions(
    known: Known, local_numbers: Iterable[str] = (), abilities: Collection[Ability] = EVERY
) -> list[Question]:
    """The queries for one source, surest first; `local_numbers` are the patient's own numbers there, learnt before.

    Demographics come last, and what only they find is never linked without a person (see `record.identity`).
    """
    numbers = [known.nhs_number, nhs_number.spaced(known.nhs_number)]
    by_number = [StudyQuery(patient_id=number) for number in numbers]
    by_other = [StudyQuery(other_patient_id=number) for number in numbers]
    by_local = [StudyQuery(patient_id=number) for number in local_numbers]
    # Whatever the family name is there: people marry, and few share a birthday and an initial.
    given = _pattern(known.given.split()[0]) if known.given else ""
    initial = StudyQuery(patient_name=f"*^{given[:1].upper()}*", birth_date=known.birth_date)
    by_birth = [initial] if given and known.birth_date else []
    # For archives that ignore the date of birth, and for a record with a wrong one. Some of them mind the case.
    name = f"{_pattern(known.family)}*" + (f"^{given}*" if given else "")
    by_name = [StudyQuery(patient_name=one) for one in (name, name.upper(), name.title())]
    ways: dict[Ability, list[StudyQuery]] = {
        "patient-id": by_number,
        "other-ids": by_other,
        "local-number": by_local,
        "demographics": [*by_birth, *by_name],
    }
    asked = [Question(by, query) for by, queries in ways.items() if by in abilities for query in queries]
    once: dict[StudyQuery, Question] = {}
    for one in asked:
        once.setdefault(one.query, one)
    return list(once.values())


def _pattern(name: str) -> str:
    """A name with a wildcard for whatever is neither letter nor digit, which archives write or leave out."""
    return _NOT_LETTERS.sub("*", name.strip())
