"""Asking one trust what it holds for a patient: many questions, one list of candidates, and what it could not say."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from mdt.imaging.gathering.questions import questions
from mdt.record.identity import Known, Verdict, is_incomplete, is_plausible, judge
from mdt.record.names import is_garbled
from mdt.trusts.abilities import EVERY, WORDS, Ability, in_words, lacking
from mdt.trusts.errors import Refused, SourceError
from mdt.trusts.matching import remarks_on
from mdt.trusts.source import ClaimedIdentity, FoundStudy, ImagingSource, RefusedFile, StudyAnswer

MOST_PEEKS = 40


@dataclass(frozen=True)
class Candidate:
    """A study that has to do with the patient, the rule's verdict on it, and which of the trust's sources holds it."""

    study: FoundStudy
    verdict: Verdict
    source: ImagingSource


@dataclass(frozen=True)
class Asked:
    """All that one trust answered."""

    candidates: tuple[Candidate, ...]
    remarks: tuple[str, ...]
    refusals: tuple[RefusedFile, ...]


def ask(
    source: ImagingSource, known: Known, local_numbers: Iterable[str], abilities: Collection[Ability] = EVERY
) -> Asked:
    """Ask one source every question it can answer; raises Refused or NoAnswer with its phase when it answers none."""
    asked = questions(known, local_numbers, abilities)
    if not asked:
        raise Refused("query", f"It can be asked only by {in_words(abilities)}, and none is known there.")
    found: dict[str, FoundStudy] = {}
    answers: list[StudyAnswer] = []
    remarks: list[str] = []
    refusals: dict[str, RefusedFile] = {}
    refused: dict[Ability, Refused] = {}
    if unasked := lacking(abilities):
        remarks.append(f"It cannot be searched by {in_words(unasked)}: what it files only so is not found.")
    for question in asked:
        try:
            answer = source.find_studies(question.query)
        except Refused as refusal:
            if refusal.phase != "query":
                raise
            refused.setdefault(question.by, refusal)
            continue
        answers.append(answer)
        refusals |= {one.name: one for one in answer.refusals}
        for study in answer.studies:
            there = found.get(study.study_uid)
            if there is None or _says(study.claimed) > _says(there.claimed):
                found[study.study_uid] = study
    if not answers:
        raise next(iter(refused.values()))
    remarks += remarks_on(answers)
    remarks += [f"It refused to be asked by {WORDS[by]}: {why}" for by, why in refused.items()]
    studies, unsaid = _looked_into(source, known, found)
    judged = ((study, judge(known, study.claimed)) for study in studies)
    return Asked(
        candidates=tuple(Candidate(study, verdict, source) for study, verdict in judged if verdict),
        remarks=(*remarks, *unsaid),
        refusals=tuple(refusals.values()),
    )


def together(answers: Iterable[Asked]) -> Asked:
    """What the several sources of one trust hold, each study once."""
    answers = list(answers)
    studies: dict[str, Candidate] = {}
    for answer in answers:
        for candidate in answer.candidates:
            studies.setdefault(candidate.study.study_uid, candidate)
    return Asked(
        candidates=tuple(studies.values()),
        remarks=tuple(dict.fromkeys(remark for answer in answers for remark in answer.remarks)),
        refusals=tuple(refusal for answer in answers for refusal in answer.refusals),
    )


def _looked_into(
    source: ImagingSource, known: Known, found: Mapping[str, FoundStudy]
) -> tuple[list[FoundStudy], list[str]]:
    """Where an answer says too little to decide, look at what is written on one object of the study."""
    newest_first = sorted(
        found.values(), key=lambda s: (s.date.isoformat() if s.date else "", s.study_uid), reverse=True
    )
    studies, remarks, peeks = [], [], 0
    for study in newest_first:
        if not (is_incomplete(known, study.claimed) and is_plausible(known, study.claimed)):
            studies.append(study)
            continue
        peeks += 1
        if peeks > MOST_PEEKS:
            remarks.append(
                f"More than {MOST_PEEKS} studies of this name do not say whose they are; not all were opened."
            )
            break
        try:
            written = source.peek(study.study_uid)
        except SourceError as error:
            remarks.append(f"A study does not say whose it is, and could not be looked into: {error}")
            studies.append(study)
            continue
        studies.append(replace(study, claimed=_completed(study.claimed, written)))
    return studies, remarks


def _completed(answered: ClaimedIdentity, written: ClaimedIdentity) -> ClaimedIdentity:
    """The answer, with what it could not say taken from the object."""
    completed = answered
    if not answered.says_birth_date:
        completed = replace(completed, birth_date=written.birth_date, says_birth_date=written.says_birth_date)
    if not answered.says_other_ids:
        completed = replace(completed, other_ids=written.other_ids, says_other_ids=written.says_other_ids)
    if is_garbled(answered.family) or is_garbled(answered.given):
        completed = replace(completed, family=written.family, given=written.given)
    if not answered.issuer:
        completed = replace(completed, issuer=written.issuer)
    if not answered.sex:
        completed = replace(completed, sex=written.sex)
    return completed


def _says(claimed: ClaimedIdentity) -> int:
    """How much an answer says, to keep the fuller of two."""
    return claimed.says_birth_date + claimed.says_other_ids
