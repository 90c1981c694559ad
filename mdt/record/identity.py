"""Whose study is it? One rule: from what we know of a patient and what a trust claims, to a link and a sentence.

A link is automatic only when the verified NHS number matches and a second and a third identifier agree: the date of
birth, and the family name or the sex. A number alone, or demographics alone, go to a person. An invalid number links
nothing. What we do not know ourselves agrees with nothing: without our date of birth no link is automatic.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from mdt.record import nhs_number
from mdt.record.names import is_garbled, may_be, same_family, same_given
from mdt.trusts.source import ClaimedIdentity

LinkStatus = Literal["auto", "confirm", "never"]

VERIFIED = "01"  # COSD CR1350: number present and verified
# Who may have issued a Patient ID for it to be read as an NHS number other than ours; nobody named counts too.
_NHS_ISSUERS = frozenset({"", "nhs", "nhsnumber", "nhsno", "england", "2.16.840.1.113883.2.1.4.1"})


@dataclass(frozen=True)
class Known:
    """What we know of the patient; `nhs_status` is a COSD CR1350 code."""

    nhs_number: str
    family: str
    given: str
    birth_date: date | None
    sex: str
    nhs_status: str = VERIFIED


@dataclass(frozen=True)
class Verdict:
    """How a study is linked and, unless it simply is, why."""

    link: LinkStatus
    why: str = ""


def judge(known: Known, claimed: ClaimedIdentity) -> Verdict | None:
    """The rule. None: nothing says that this study has to do with this patient."""
    numbers = _numbers(known, claimed)
    born = _born_agrees(known, claimed)
    family = same_family(known.family, claimed.family)
    sex = _sex_agrees(known, claimed)
    if known.nhs_number in numbers:
        return _number_matches(known, claimed, others=len(numbers) > 1, born=born, family=family, sex=sex)
    if not (family and _given_agrees(known, claimed) and born):
        return None
    if numbers:
        return Verdict("never", "another person: same name and date of birth, different NHS number")
    return Verdict("confirm", _demographics_only(claimed, sex))


def is_plausible(known: Known, claimed: ClaimedIdentity) -> bool:
    """Whether an answer that says too little is worth looking into: what it does say points to this patient."""
    if known.nhs_number in _numbers(known, claimed):
        return True
    born = _born_agrees(known, claimed)
    family = same_family(known.family, claimed.family) or may_be(known.family, claimed.family)
    given = _given_agrees(known, claimed) or may_be(known.given, claimed.given)
    return given and (born or family)


def is_incomplete(known: Known, claimed: ClaimedIdentity) -> bool:
    """Whether the peer could not tell something that `judge` would need, so that a header must be looked at."""
    numbered = bool(_numbers(known, claimed))
    garbled = is_garbled(claimed.family) or is_garbled(claimed.given)
    return garbled or not claimed.says_birth_date or (not claimed.says_other_ids and not numbered)


def _number_matches(
    known: Known, claimed: ClaimedIdentity, *, others: bool, born: bool, family: bool, sex: bool | None
) -> Verdict:
    if known.nhs_status != VERIFIED:
        return Verdict("confirm", "NHS number matches, but ours is not verified")
    if others:
        return Verdict("confirm", "NHS number matches, but a second, different NHS number is recorded with it")
    if None in (known.birth_date, claimed.birth_date):
        lacks = "no date of birth is given" if known.birth_date else "we do not know the date of birth"
        return Verdict("confirm", f"NHS number matches, {lacks}")
    if not born:
        return Verdict("confirm", "NHS number matches, date of birth does not")
    if not (family or sex):
        return Verdict("confirm", "NHS number and date of birth match, neither family name nor sex does")
    return Verdict("auto")


def _demographics_only(claimed: ClaimedIdentity, sex: bool | None) -> str:
    agree = {
        True: "name, date of birth and sex agree",
        None: "name and date of birth agree, sex is not given",
        False: "name and date of birth agree, sex does not",
    }[sex]
    if any(_looks_like_a_number(text) for text in _identifiers(claimed)):
        return f"the NHS number given is not valid: {agree}"
    if not claimed.says_other_ids:
        return f"{agree}, but whether it has an NHS number could not be learnt"
    return f"local number only: {agree}, no NHS number"


def _born_agrees(known: Known, claimed: ClaimedIdentity) -> bool:
    """Two that do not say it do not agree."""
    return known.birth_date is not None and claimed.birth_date == known.birth_date


def _given_agrees(known: Known, claimed: ClaimedIdentity) -> bool:
    """Somebody of one name has no given name there either."""
    return same_given(known.given, claimed.given) or not (known.given or claimed.given)


def _sex_agrees(known: Known, claimed: ClaimedIdentity) -> bool | None:
    """None when one side does not say M or F."""
    if known.sex not in ("M", "F") or claimed.sex not in ("M", "F"):
        return None
    return known.sex == claimed.sex


def _numbers(known: Known, claimed: ClaimedIdentity) -> set[str]:
    """The valid NHS numbers claimed. A Patient ID issued by a hospital counts only when it is the patient's own number:
    a local number of ten digits passes the check once in eleven."""
    numbers = {number for text in claimed.other_ids or () if (number := nhs_number.find(text))}
    number = nhs_number.find(claimed.patient_id or "")
    if number and (number == known.nhs_number or _issued_by_nhs(claimed.issuer)):
        numbers.add(number)
    return numbers


def _issued_by_nhs(issuer: str | None) -> bool:
    return (issuer or "").casefold().replace(" ", "").replace("_", "").replace("-", "") in _NHS_ISSUERS


def _identifiers(claimed: ClaimedIdentity) -> tuple[str, ...]:
    """What was written where an NHS number would stand."""
    own = (claimed.patient_id,) if claimed.patient_id and _issued_by_nhs(claimed.issuer) else ()
    return (*own, *(claimed.other_ids or ()))


def _looks_like_a_number(text: str) -> bool:
    digits = text.replace(" ", "").replace("-", "")
    return len(digits) == 10 and digits.isdigit() and not nhs_number.is_valid(digits)
