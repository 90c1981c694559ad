"""What a report is made of, whether it is shown, printed or opened as a spreadsheet."""

from dataclasses import dataclass

from mdt.reports.charts import Chart


@dataclass(frozen=True)
class Row:
    """`number` leads to the cases of the figure `key`, where there is one."""

    label: str
    number: str
    share: str = ""
    key: str = ""

    @property
    def leads(self) -> bool:
        return bool(self.key) and self.number not in ("0", "")


@dataclass(frozen=True)
class Table:
    caption: str
    heads: tuple[str, str, str]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    """`lead` is the figure in a sentence; `note` says how it is counted, or what is missing."""

    anchor: str
    title: str
    lead: str
    tables: tuple[Table, ...]
    chart: Chart | None = None
    notes: tuple[str, ...] = ()
