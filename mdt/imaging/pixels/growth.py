"""When a series that is still arriving is packed: soon, so that there is something to look at, and not too often."""


def worth_packing(before: int, after: int) -> bool:
    """Whether growing from `before` to `after` frames is worth a pack: the first ones, then each doubling."""
    return before < after and (before == 0 or before.bit_length() < after.bit_length())
