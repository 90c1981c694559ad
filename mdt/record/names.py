"""Comparing names as different archives write them: case, accents, punctuation and double barrels do not matter."""

import re
import unicodedata

# Letters that Unicode does not decompose into a base letter and an accent.
_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"})
_PARTICLES = frozenset({"al", "bin", "da", "de", "del", "den", "der", "di", "du", "el", "la", "le", "van", "von"})
_MARKS = "?\ufffd"
_ANY_MARK = re.compile(f"[{re.escape(_MARKS)}]+")
_BETWEEN_PARTS = re.compile(r"[\s\-‐‑–—]+")


def plain(name: str) -> str:
    """Casefolded, without accents or apostrophes; parts separated by one space. `WIŚNIEWSKI` is `wisniewski`."""
    decomposed = unicodedata.normalize("NFKD", name)
    decomposed = unicodedata.normalize("NFKD", decomposed.casefold().translate(_PLAIN))
    parts = ("".join(letter for letter in part if letter.isalnum()) for part in _BETWEEN_PARTS.split(decomposed))
    return " ".join(part for part in parts if part)


def same_family(one: str | None, other: str | None) -> bool:
    """Whether two family names agree. `OKAFOR-BROWN` agrees with `Okafor Brown`, `OKAFORBROWN` and `OKAFOR`."""
    first, second = plain(one or ""), plain(other or "")
    if not first or not second:
        return False
    if first.replace(" ", "") == second.replace(" ", ""):
        return True
    parts, others = set(first.split()), set(second.split())
    return (parts <= others or others <= parts) and bool((parts & others) - _PARTICLES)


def same_given(one: str | None, other: str | None) -> bool:
    """Whether the first given names agree; an initial agrees with the name it begins."""
    firsts = [plain(name or "").split()[:1] for name in (one, other)]
    if not firsts[0] or not firsts[1]:
        return False
    shorter, longer = sorted((firsts[0][0], firsts[1][0]), key=len)
    return shorter == longer or (len(shorter) == 1 and longer.startswith(shorter))


def is_garbled(name: str | None) -> bool:
    """Whether an archive could not write every letter, and put a mark in its place."""
    return any(mark in (name or "") for mark in _MARKS)


def may_be(name: str, garbled: str | None) -> bool:
    """Whether a garbled name may be this one: a mark stands for up to two bytes of one letter."""
    readable = re.split(_ANY_MARK, garbled or "")
    pattern = ".{0,2}".join(re.escape(plain(part).replace(" ", "")) for part in readable)
    return is_garbled(garbled) and re.fullmatch(pattern, plain(name).replace(" ", "")) is not None
