"""Whether what is on a disc may be this case's patient's, by the rule of every gather; and both records in words."""

from datetime import date

from mdt.record import nhs_number
from mdt.record.identity import Known, judge
from mdt.record.written import in_banner
from mdt.trusts.source import ClaimedIdentity


def not_this_patients(known: Known, claimed: ClaimedIdentity) -> str | None:
    """Why an object is refused, with both records named; None where it is the patient's, or a person must decide."""
    verdict = judge(known, claimed)
    if verdict is not None and verdict.link != "never":
        return None
    ours = _words(known.family, known.given, known.birth_date, known.nhs_number)
    if not (claimed.family or claimed.given or claimed.birth_date or _number(claimed)):
        return f"It does not say whose it is; this case is of {ours}."
    theirs = _words(claimed.family or "", claimed.given or "", claimed.birth_date, _number(claimed))
    return f"It is not this patient’s: it says {theirs}; this case is of {ours}."


def _words(family: str, given: str, born: date | None, number: str) -> str:
    name = in_banner(family, given) or "no name"
    day = f"born {born:%d-%b-%Y}" if born else "no date of birth"
    return f"{name}, {day}, {f'NHS number {nhs_number.spaced(number)}' if number else 'no NHS number'}"


def _number(claimed: ClaimedIdentity) -> str:
    texts = (claimed.patient_id or "", *(claimed.other_ids or ()))
    return next((number for text in texts if (number := nhs_number.find(text))), "")
