"""How a person's name is written: as archives and registers keep it, often in capitals, made readable. Pure rules.

What somebody wrote with capitals and small letters is theirs and stays; only what is all of one case is set anew.
"""

import re

_SMALL = frozenset({"ab", "ap", "bin", "da", "de", "del", "den", "der", "di", "du", "ferch", "ter", "van", "von", "y"})
# Mac is a name's own beginning (Macey, Machin, Mackay) unless one of these, which write a capital, follows.
_AFTER_MAC = re.compile(
    "alister|allister|arthur|askill|aulay|bride|callum|cormick|donald|dougall|ewan|farlane|gregor|innes|intosh|intyre|"
    "iver|kinnon|lachlan|laren|lean|leod|millan|naughton|neil|phail|pherson|queen|rae|vicar"
)
_WORD = re.compile(r"[^\s\-‐‑–]+")
_VOWELS = frozenset("aeiouyáàâäéèêëíìîïóòôöúùûüŵŷ")


def readable(name: str) -> str:
    """`HARGREAVES` as Hargreaves, `MCDONALD-O'BRIEN` as McDonald-O'Brien, `VAN DER BERG` as Van der Berg."""
    plain = " ".join(name.replace("^", " ").split())
    if plain != plain.upper() and plain != plain.lower():
        return plain
    return _WORD.sub(lambda word: _word(word.group(), first=not word.start()), plain)


def in_full(family: str, given: str) -> str:
    """As in a letter: `Dorothy Hargreaves`."""
    return " ".join(part for part in (readable(given), readable(family)) if part)


def in_banner(family: str, given: str) -> str:
    """As an NHS patient banner has it, the family name in capitals: `HARGREAVES, Dorothy`."""
    capitals = " ".join(family.replace("^", " ").split()).upper()
    return ", ".join(part for part in (capitals, readable(given)) if part)


def _word(word: str, *, first: bool) -> str:
    small = word.lower()
    if small in _SMALL and not first:
        return small
    if len(small) <= 2 and word.isupper() and not _VOWELS & set(small):  # initials
        return word
    if small.startswith("mc") and len(small) > 3:
        return f"Mc{small[2:].capitalize()}"
    if small.startswith("mac") and _AFTER_MAC.fullmatch(small[3:]):
        return f"Mac{small[3:].capitalize()}"
    head, mark, tail = re.fullmatch(r"(\w?)(['’]?)(.*)", small, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{head.upper()}{mark}{tail.capitalize()}" if mark else small.capitalize()
