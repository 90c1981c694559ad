"""The database itself refuses to change what was signed, whatever program asks."""

from mdt.core import triggers
from mdt.core.triggers import refusing

SIGNED = "a signed outcome never changes"
KEPT = "an outcome is never deleted"
LATE = "a signed outcome takes no more actions"
FIXED = "an action of a signed outcome never changes, only its status"

_IS_SIGNED = "(SELECT status FROM outcome WHERE id = {row}.outcome_id) = 'signed'"
_FIXED_COLUMNS = "id, outcome_id, position, text, owner, person_id, due"

_OF_BOTH = ("outcome", "action")

triggers.register(
    [
        refusing("outcome_signed", "outcome", "UPDATE", SIGNED, rows="OLD.status = 'signed'"),
        refusing("outcome_kept", "outcome", "DELETE", KEPT),
        refusing("action_late", "action", "INSERT", LATE, rows=_IS_SIGNED.format(row="NEW"), tables=_OF_BOTH),
        refusing(
            "action_fixed",
            "action",
            f"UPDATE OF {_FIXED_COLUMNS}",
            FIXED,
            rows=_IS_SIGNED.format(row="OLD"),
            tables=_OF_BOTH,
            columns=[("action", "person_id")],
        ),
        refusing("action_kept", "action", "DELETE", FIXED, rows=_IS_SIGNED.format(row="OLD"), tables=_OF_BOTH),
    ]
)
