"""What to ask an archive about one patient. Archives keep identifiers in different places, so each is asked in turn.

What comes back is only a candidate: the identity rule decides, on our side.
"""

import re
from collections.abc import Iterable

from mdt.record import nhs_number
from mdt.record.identity import Known
from mdt.trusts.source import StudyQuery

_LETTERS_APART = re.compile(r"[\s\-]+")
_NOT_LETTERS = re.compile(r"[^\w]+")
_SHORTEST_PART = 3  # a shorter part of a name ("de", "O") would bring half the archive


def questions(known: Known, local_numbers: Iterable[str] = ()) -> list[StudyQuery]:
    """The queries for one trust, surest first; `local_numbers` are the patient's own numbers there, learnt before."""
    asked = [known.nhs_number, nhs_number.spaced(known.nhs_number)]
    by_number = [StudyQuery(patient_id=number) for number in asked]
    by_other = [StudyQuery(other_patient_id=number) for number in asked]
    by_local = [StudyQuery(patient_id=number) for number in local_numbers]
    initial = _pattern(known.given)[:1]
    by_birth = [
        StudyQuery(patient_name=f"*{part}*^{initial}*", birth_date=known.birth_date) for part in _parts(known.family)
    ]
    # For archives that ignore the date of birth, and for a record with a wrong one.
    given = _pattern(known.given.split()[0])
    by_name = [StudyQuery(patient_name=f"{_pattern(known.family)}*^{given}*")]
    return list(dict.fromkeys([*by_number, *by_other, *by_local, *by_birth, *by_name]))


def _parts(family: str) -> list[str]:
    """A double-barrelled name by each of its parts: another archive may know only one of them."""
    parts = [_pattern(part) for part in _LETTERS_APART.split(family.strip())]
    long = [part for part in parts if len(part) >= _SHORTEST_PART]
    return long or [_pattern(family)]


def _pattern(name: str) -> str:
    """A name with a wildcard for whatever is neither letter nor digit, which archives write or leave out."""
    return _NOT_LETTERS.sub("*", name.strip()).upper()
