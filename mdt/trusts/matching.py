"""Matching on our side, because archives ignore keys, mind the case, or compare letters byte by byte."""

import fnmatch
import re
import unicodedata
from collections.abc import Callable, Iterable

from mdt.trusts.source import FoundStudy, StudyAnswer, StudyQuery

MOST_STUDIES = 500
_EXACT = frozenset({"study UID", "patient ID", "other patient IDs", "date of birth"})  # not widened when asked

_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_APOSTROPHES = re.compile("['`´’‘ʼ]")
_LOST = re.compile("[?\ufffd]")
_SPACES = re.compile(r"[\s\-‐‑–]+")


def fold(name: str) -> str:
    """A name without case, accents, apostrophes, and with spaces for hyphens: "O'Connéll" is "oconnell"."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_UNDECOMPOSED))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPACES.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def name_for_peer(pattern: str) -> str:
    """The name key to send: wider than asked, so that no charset, accent or title makes a peer miss somebody.

    `*` rather than `?` stands for an unsure letter: some archives compare bytes, and one letter may be two of them.
    """
    sure = "".join(letter if re.fullmatch(r"[A-Za-z0-9?*]", letter) else "*" for letter in pattern.strip())
    return re.sub(r"\*+", "*", sure + "*")


def identifier_for_address(identifier: str) -> str:
    """An identifier as a key in an address, with `?` for whatever would have to be escaped there.

    Orthanc's DICOMweb does not undo the escapes in a key, and would find nobody.
    """
    return re.sub(r"[^A-Za-z0-9*?._-]", "?", identifier)


def same_identifier(one: str, other: str) -> bool:
    """Whether two identifiers differ at most in spaces, hyphens and case."""
    return _compact(one) == _compact(other) != ""


def filtered(
    query: StudyQuery, studies: Iterable[FoundStudy], remarks: Iterable[str] = (), *, was_asked: bool = True
) -> StudyAnswer:
    """The studies that match as far as their peer lets us see, each once, and the keys that nobody could check.

    A study is kept when no key contradicts it and at least one agrees: a peer that ignored every key would otherwise
    hand over its whole archive. `was_asked` is false where all there is was listed, to be matched here.
    """
    kept: dict[str, FoundStudy] = {}
    unseen: set[str] = set()
    ignored: set[str] = set()
    notes = list(remarks)
    for study in studies:
        verdicts = {key: check(study) for key, check in _checks(query).items()}
        unseen |= {key for key, verdict in verdicts.items() if verdict is None}
        ignored |= {key for key, verdict in verdicts.items() if verdict is False and key in _EXACT}
        if False in verdicts.values() or (verdicts and True not in verdicts.values()):
            continue
        if len(kept) == MOST_STUDIES and study.study_uid not in kept:
            notes.append(f"More than {MOST_STUDIES} studies match; only the first {MOST_STUDIES} are listed.")
            break
        kept.setdefault(study.study_uid, study)
    return StudyAnswer(
        studies=tuple(kept.values()),
        remarks=tuple(dict.fromkeys(notes)),
        ignored=tuple(sorted(ignored)) if was_asked else (),
        unsaid=tuple(sorted(unseen)),
    )


def remarks_on(answers: Iterable[StudyAnswer]) -> list[str]:
    """What several answers of one source could not do, each thing said once."""
    answers = list(answers)
    remarks = [remark for answer in answers for remark in answer.remarks]
    if ignored := dict.fromkeys(key for answer in answers for key in answer.ignored):
        remarks.append(
            f"It ignored or matched loosely what was asked of the {_listed(ignored)}; what does not match was left out."
        )
    if unsaid := dict.fromkeys(key for answer in answers for key in answer.unsaid):
        remarks.append(f"It does not say the {_listed(unsaid)}, which therefore could not be matched in its list.")
    return list(dict.fromkeys(remarks))


def _listed(keys: Iterable[str]) -> str:
    *others, last = keys
    return f"{', '.join(others)} and {last}" if others else last


def _checks(query: StudyQuery) -> dict[str, Callable[[FoundStudy], bool | None]]:
    """For each key asked, by its name in words: does it agree (None: the study does not say)."""
    checks: dict[str, Callable[[FoundStudy], bool | None]] = {}
    if query.study_uid is not None:
        checks["study UID"] = lambda s: s.study_uid == query.study_uid
    if query.patient_id is not None:
        checks["patient ID"] = lambda s: _agree(s.claimed.patient_id, query.patient_id)
    if query.other_patient_id is not None:
        checks["other patient IDs"] = lambda s: (
            any(same_identifier(other, query.other_patient_id or "") for other in s.claimed.other_ids or ())
            if s.claimed.says_other_ids
            else None
        )
    if query.patient_name is not None:
        checks["patient's name"] = lambda s: (
            None
            if s.claimed.family is None
            else _name_agrees(query.patient_name or "", s.claimed.family, s.claimed.given or "")
        )
    if query.birth_date is not None:
        checks["date of birth"] = lambda s: (
            s.claimed.birth_date == query.birth_date if s.claimed.says_birth_date else None
        )
    if query.sex is not None:
        checks["sex"] = lambda s: None if s.claimed.sex is None else s.claimed.sex == query.sex
    return checks


def _agree(said: str | None, asked: str | None) -> bool | None:
    return None if said is None else same_identifier(said, asked or "")


def _name_agrees(pattern: str, family: str, given: str) -> bool:
    """Some archives lose letters they cannot write and say "?": there, any letter of the pattern may stand."""
    if _LOST.search(family + given):
        pattern = "".join(letter if letter.isascii() else "?" for letter in pattern)
    parts = [fold(part) for part in pattern.split("^")]
    if not _fits(fold(family), parts[0]):
        # A pattern without components may mean the whole name ("*dorothy").
        return len(parts) == 1 and _fits(f"{fold(family)}^{fold(given)}", parts[0])
    return len(parts) == 1 or _fits(fold(given), parts[1])


def _fits(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))


def _compact(identifier: str) -> str:
    return re.sub(r"[\s\-]", "", identifier).casefold()
