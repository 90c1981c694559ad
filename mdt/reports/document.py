"""A report as a document: its rows for a spreadsheet, and a tagged PDF with its plots."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from mdt.core import typeset
from mdt.core.clock import in_london
from mdt.reports.queries import Report
from mdt.reports.telling import sections

HEADS = ("Team", "First day", "Last day", "Section", "Table", "Figure", "Number", "Share")
_TEMPLATE = Path(__file__).parent / "report.typ"


def rows(report: Report) -> Iterator[tuple[str, ...]]:
    """One line for each figure."""
    whose = (report.team.name, report.period.first.isoformat(), report.period.last.isoformat())
    for section in sections(report):
        for table in section.tables:
            for row in table.rows:
                yield (*whose, section.title, table.caption, row.label, row.number, row.share)


def pdf(report: Report, *, now: datetime) -> bytes:
    made = in_london(now)
    document = {
        "team": report.team.name,
        "period": f"{_long(report.period.first)} to {_long(report.period.last)}",
        "made": f"{_long(made)} at {made:%H:%M}",
        "sections": [
            {
                "title": section.title,
                "lead": section.lead,
                "notes": section.notes,
                "chart": {"svg": section.chart.svg, "says": section.chart.says, "width": section.chart.width}
                if section.chart
                else None,
                "tables": [
                    {
                        "caption": table.caption,
                        "heads": table.heads,
                        "rows": [(row.label, row.number, row.share) for row in table.rows],
                    }
                    for table in section.tables
                ],
            }
            for section in sections(report)
        ],
    }
    return typeset.pdf(_TEMPLATE, document, now=now)


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
