"""What a case needs besides its images before it can be discussed, and what of that is missing. Pure rules.

Each thing that is missing has its sentence and its owner: whoever is to bring it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from mdt.core.words import counted
from mdt.meeting.quorum import Somebody, fills
from mdt.preparation import disciplines

REPORTS, REVIEWS, PATHOLOGY, REFERRAL, PEOPLE = ("reports", "reviews", "pathology", "referral", "people")
LABELS = {
    REPORTS: "Imaging reports",
    REVIEWS: "Review",
    PATHOLOGY: "Pathology",
    REFERRAL: "Referral",
    PEOPLE: "People",
}
NEEDS_TISSUE = frozenset({"results"})  # kinds of question that nobody answers without pathology
REPORT_EXPECTED = timedelta(days=365)  # before the meeting: of an older study the report is history
MOST_NAMED = 3
_OF_TISSUE = ("patholog", "histolog", "cytolog", "biops")


@dataclass(frozen=True)
class Lack:
    """One thing that is missing. `code` stays the same as long as it is the same thing."""

    code: str
    sentence: str
    owner: str


@dataclass(frozen=True)
class Aspect:
    """One side of a case: what there is of it, in a few words, and what is missing."""

    name: str
    said: str
    lacks: tuple[Lack, ...] = ()

    @property
    def label(self) -> str:
        return LABELS[self.name]

    @property
    def is_ready(self) -> bool:
        return not self.lacks


class StudySeen(Protocol):
    """What is asked of a study."""

    id: str
    study_date: date | None
    description: str
    accession: str
    modalities: list[str]


def of_tissue(study: StudySeen) -> bool:
    """Whether a study of papers is a pathologist's report."""
    said = study.description.casefold()
    return disciplines.reader_of(study.modalities) is None and any(word in said for word in _OF_TISSUE)


def reports(
    studies: Sequence[StudySeen],
    written: Collection[str],
    stated: Mapping[str, str],
    owners: Mapping[str, str],
    *,
    meets: date,
    names: Mapping[str, str],
) -> Aspect:
    """Is each study reported? `written`: those with a report here; `stated`: who says so of others, by the study's id.

    A paper of its own with the same accession number is the study's report too.
    """
    expected = [
        one
        for one in studies
        if disciplines.reader_of(one.modalities) == disciplines.RADIOLOGY
        and (one.study_date is None or meets - one.study_date <= REPORT_EXPECTED)
    ]
    papers = {one.accession for one in studies if disciplines.reader_of(one.modalities) is None and one.id in written}
    lacking = [
        one
        for one in expected
        if one.id not in written and one.id not in stated and not (one.accession and one.accession in papers)
    ]
    if not expected:
        return Aspect(REPORTS, "No study of the last year")
    said = f"{len(expected) - len(lacking)} of {counted(len(expected), 'study', 'studies')} of the last year reported"
    return Aspect(
        REPORTS,
        said,
        tuple(Lack(f"report {one.id}", f"No report of {names[one.id]}", owners[one.id]) for one in lacking),
    )


def reviews(studies: Sequence[StudySeen], done: Collection[str]) -> Aspect:
    """Has a radiologist, and of slides a pathologist, looked through everything?"""
    lacks, every, left = [], 0, 0
    for discipline, reader in disciplines.READERS.items():
        mine = [one for one in studies if disciplines.reader_of(one.modalities) == discipline]
        waits = sum(one.id not in done for one in mine)
        every, left = every + len(mine), left + waits
        if waits:
            sentence = f"{waits} of {counted(len(mine), 'study', 'studies')} not looked through"
            lacks.append(Lack(f"review {discipline}", sentence, f"a {reader}"))
    said = f"{every - left} of {counted(every, 'study', 'studies')}" if every else "Nothing to look through yet"
    return Aspect(REVIEWS, said, tuple(lacks))


def pathology(
    rows: Sequence[Mapping[str, str]],
    studies: Sequence[StudySeen],
    written: Collection[str],
    trusts: Mapping[str, str],
    *,
    needed: bool,
) -> Aspect:
    """Specimens by the referral's lines, slides and papers by what is here. `needed`: the question asks for it."""
    slides = sum(disciplines.reader_of(one.modalities) == disciplines.PATHOLOGY for one in studies)
    papers = sum(of_tissue(one) and one.id in written for one in studies)
    here = [counted(papers, "report")] if papers else []
    here += [counted(slides, "study of slides", "studies of slides")] if slides else []
    lacks = []
    for row in rows:
        number, trust = row.get("number", ""), trusts.get(row.get("trust", ""), "")
        called = f"specimen {number}" if number else "a specimen without a number"
        if row.get("result"):
            here.append(f"{called}: {row['result']}")
        elif not papers:
            lacks.append(Lack(f"pathology {number}", f"No result of {called}", trust or "the laboratory"))
        if not number or not row.get("date"):
            what = "date" if number else "number"
            lacks.append(Lack(f"specimen {number} {what}", f"The {what} of {called} is missing", "whoever referred"))
    if not rows and not here and needed:
        lacks.append(Lack("pathology", "No specimen is named and no pathology is here", "whoever referred"))
    return Aspect(PATHOLOGY, _sentence(here) or "None named", tuple(lacks))


def referral(author: str, at_once: bool, missing: Sequence[str]) -> Aspect:
    """Is what the team's form asks for there? `missing`: the labels of what is not."""
    said = f"Listed at once by {author}" if at_once else f"From {author}"
    if not missing:
        return Aspect(REFERRAL, f"{said}, complete")
    named = ", ".join(map(_small, missing[:MOST_NAMED]))
    more = len(missing) - MOST_NAMED
    sentence = f"Not said: {named}" + (f" and {more} more" if more > 0 else "")
    return Aspect(REFERRAL, said, (Lack("referral", sentence, author),))


def people(roles: Sequence[dict[str, Any]], team: Sequence[Somebody], comes: Mapping[str, bool]) -> Aspect:
    """Who of the roles has said that they come. `comes`: what somebody of the team said, by their id."""
    lacks, sure = [], []
    for role in roles:
        mine = [one for one in team if fills(one.specialty, role)]
        coming = [one.name for one in mine if comes.get(one.person)]
        open_ = [one.name for one in mine if one.person not in comes]
        called = role["name"]
        if len(coming) >= role["count"]:
            sure.append(f"{called}: {', '.join(coming)}")
        elif open_:
            lacks.append(Lack(f"people {called}", f"No {_small(called)} has said that they come", _either(open_)))
        elif mine:
            lacks.append(Lack(f"people {called}", f"No {_small(called)} comes", "the chair"))
        else:
            lacks.append(Lack(f"people {called}", f"The team has no {_small(called)}", "the chair"))
    return Aspect(PEOPLE, _sentence(sure) or ("Nobody has said yet" if roles else "Nobody in particular"), tuple(lacks))


def needed_roles(needs: Sequence[str]) -> list[dict[str, Any]]:
    """What a case asks for by triage, as roles."""
    return [{"name": need, "count": 1, "specialties": [need]} for need in needs]


def _either(names: Sequence[str]) -> str:
    named = list(names[:MOST_NAMED])
    return " or ".join(named) if len(names) <= MOST_NAMED else f"{', '.join(named)} or another"


def _small(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _sentence(parts: Sequence[str]) -> str:
    said = "; ".join(parts)
    return said[:1].upper() + said[1:]
