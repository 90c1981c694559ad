"""The database itself refuses to change or delete a version of a standard of care, a sorting, or a ratification."""

from mdt.core import triggers
from mdt.core.triggers import refusing

FIXED = {
    "standard_version": "a version of a standard of care never changes",
    "case_triage": "a sorting is never changed, only followed by another",
    "ratification": "a ratification never changes",
    "pathway_change": "what was changed in a pathway stays as it was noted",
}

triggers.register(
    [
        refusing(f"{table}_fixed_{fires.lower()}", table, fires, says)
        for table, says in FIXED.items()
        for fires in ("UPDATE", "DELETE")
    ]
)
