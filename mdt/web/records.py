"""Two records of perhaps one person side by side: what each says, and in words whether they agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mdt.record import nhs_number
from mdt.record.models import Patient
from mdt.record.names import same_family, same_given
from mdt.trusts.source import ClaimedIdentity
from mdt.web import formats

AGREES, DIFFERS, NOT_GIVEN = "Agrees", "Differs", "Not given"


@dataclass(frozen=True)
class Line:
    """One identifier in both records."""

    label: str
    ours: str
    theirs: str
    verdict: str

    @property
    def differs(self) -> bool:
        return self.verdict == DIFFERS


def side_by_side(patient: Patient, claimed: ClaimedIdentity) -> Sequence[Line]:
    """The verified patient beside what the trust says. What a trust does not say is "Not given", never "Differs"."""
    numbers = [number for text in (claimed.patient_id, *(claimed.other_ids or ())) if (number := _nhs(text))]
    return [
        Line("NHS number", nhs_number.spaced(patient.nhs_number), *_number(patient.nhs_number, numbers)),
        _line("Family name", patient.family, claimed.family, same_family(patient.family, claimed.family)),
        _line("Given name", patient.given or "None", claimed.given, same_given(patient.given, claimed.given)),
        _born(patient.birth_date, claimed.birth_date),
        _line("Sex", formats.sex(patient.sex), claimed.sex and formats.sex(claimed.sex), claimed.sex == patient.sex),
        Line("Other numbers", "", ", ".join(_other_numbers(claimed)) or "None", ""),
    ]


def _line(label: str, ours: str, theirs: str | None, agree: bool) -> Line:
    if not theirs:
        return Line(label, ours, "Not given", NOT_GIVEN)
    return Line(label, ours, theirs, AGREES if agree else DIFFERS)


def _born(ours: date | None, theirs: date | None) -> Line:
    """What we do not know differs from nothing."""
    said = formats.banner_date(theirs) if theirs else None
    if ours is None:
        return Line("Date of birth", "Not known", said or "Not given", NOT_GIVEN)
    return _line("Date of birth", formats.banner_date(ours), said, theirs == ours)


def _number(ours: str, theirs: list[str]) -> tuple[str, str]:
    if not theirs:
        return "Not given", NOT_GIVEN
    said = ", ".join(nhs_number.spaced(number) for number in dict.fromkeys(theirs))
    return said, AGREES if set(theirs) == {ours} else DIFFERS


def _other_numbers(claimed: ClaimedIdentity) -> list[str]:
    written = [claimed.patient_id and _issued(claimed.patient_id, claimed.issuer), *(claimed.other_ids or ())]
    return [text for text in written if text and not _nhs(text)]


def _issued(number: str, issuer: str | None) -> str:
    return f"{number} ({issuer})" if issuer and not _nhs(number) else number


def _nhs(text: str | None) -> str | None:
    return nhs_number.find(text or "")
