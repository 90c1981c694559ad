"""Whether an object belongs to the study it came with: what is written on it must not contradict the link."""

from collections.abc import Iterator

from mdt.record import nhs_number
from mdt.record.identity import Known, judge
from mdt.record.names import is_garbled, same_family
from mdt.trusts.source import ClaimedIdentity

# How a refusal begins for what is somebody else's, so that such refusals can be told from others.
CAME_WITH = "It came with a study of"
PART_OF = "It is part of a study"


def contradiction(known: Known, claimed: ClaimedIdentity, written: ClaimedIdentity) -> str | None:
    """What is wrong about the identity `written` on an object, or None.

    `claimed` is what the trust said in its answer and the link was decided on, so a difference that was seen and
    accepted then is accepted now. What the object does not say contradicts nothing.
    """
    verdict = judge(known, written)
    if verdict is not None and verdict.link == "auto":
        return None
    if verdict is not None and verdict.link == "never":
        return f"it belongs to {verdict.why}"
    differing = [what for what, differs in _differences(known, claimed, written) if differs]
    return f"the {differing[0]} written on it is another one" if differing else None


def departure(claimed: ClaimedIdentity, written: ClaimedIdentity) -> str | None:
    """What of the identity `written` on an object is another than the one its study is held under, or None.

    For studies of people nobody here knows. What one side does not say departs from nothing.
    """
    ours, theirs = _numbers(claimed), _numbers(written)
    both_born = None not in (claimed.birth_date, written.birth_date)
    same_day, opposite = claimed.birth_date == written.birth_date, {claimed.sex, written.sex} == {"F", "M"}
    if ours and theirs and not ours & theirs:
        return "the NHS number written on it is another one"
    if both_born and not same_day:
        return "the date of birth written on it is another one"
    if opposite:
        return "the sex written on it is another one"
    if ours & theirs and both_born:
        return None  # a name changes by marriage
    names = (claimed.family or "", written.family or "")
    if all(names) and not any(map(is_garbled, names)) and not same_family(*names):
        return "the family name written on it is another one"
    return None


def _differences(known: Known, claimed: ClaimedIdentity, written: ClaimedIdentity) -> Iterator[tuple[str, bool]]:
    yield "NHS number", bool(_numbers(written) - _numbers(claimed) - {known.nhs_number})
    yield "date of birth", written.birth_date not in (None, known.birth_date, claimed.birth_date)
    families = (known.family, claimed.family)
    yield "family name", bool(written.family) and not any(same_family(name, written.family) for name in families)
    decided = {"M", "F"} >= {known.sex, written.sex}
    yield "sex", decided and written.sex not in (known.sex, claimed.sex)


def _numbers(identity: ClaimedIdentity) -> set[str]:
    texts = (identity.patient_id or "", *(identity.other_ids or ()))
    return {number for text in texts if (number := nhs_number.find(text))}
