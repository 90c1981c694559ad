"""Whether a linked study is whole, kept on its link by the database itself, whatever program writes.

An agenda asks this of some thousand links at once, and to judge the series of each would grow with a region's record.
The rule is `completeness.Wholeness.complete`; these triggers ask it again whenever a series or a link comes or changes.
"""

from mdt.core import triggers
from mdt.core.triggers import Trigger

_WHOLE = (
    "COALESCE((SELECT MIN(CASE WHEN s.received > 0 AND s.received >= COALESCE(s.expected, 0) "
    "AND CAST(s.gaps AS VARCHAR) = '[]' THEN 1 ELSE 0 END) FROM series s WHERE s.study_id = {study}), 0) = 1"
)
_JUDGED = "received, expected, gaps, study_id"


def _judge(row: str) -> str:
    study, whole = f"{row}.study_id", _WHOLE.format(study=f"{row}.study_id")
    return f"UPDATE link SET whole = ({whole}) WHERE study_id = {study} AND whole <> ({whole});"  # noqa: S608 (ours)


def _judging(name: str, table: str, fires: str, *rows: str) -> Trigger:
    """Judges the studies of these rows again.

    In PostgreSQL the study's row is held first: else two that change a series of it each would both judge without the
    other.
    """
    hold = "PERFORM 1 FROM study WHERE id = {row}.study_id FOR NO KEY UPDATE; "
    return Trigger(
        name=name,
        table=table,
        fires=f"AFTER {fires}",
        sqlite=" ".join(map(_judge, rows)),
        postgresql="".join(hold.format(row=row) + _judge(row) + " " for row in rows) + "RETURN NULL;",
        tables=("link", "series"),
        columns=(("link", "whole"), ("series", "received")),
    )


triggers.register(
    [
        _judging("series_comes", "series", "INSERT", "NEW"),
        _judging("series_changes", "series", f"UPDATE OF {_JUDGED}", "OLD", "NEW"),
        _judging("series_goes", "series", "DELETE", "OLD"),
        _judging("link_comes", "link", "INSERT", "NEW"),
    ]
)
