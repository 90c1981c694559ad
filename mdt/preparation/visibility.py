"""Whose opinion before the meeting somebody may read. Pure."""


def may_read(*, own: bool, takes_part: bool, hidden_until_opened: bool, case_was_opened: bool) -> bool:
    """One's own always. Another's: whoever takes part, at once or, if the team wants that, once the case is opened."""
    if own:
        return True
    return takes_part and (case_was_opened or not hidden_until_opened)
