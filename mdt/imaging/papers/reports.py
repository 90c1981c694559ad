"""A structured report (PS3.3 A.35) as a plain page for people: its content tree with the standard's codes.

Containers are headings, neighbouring measurements are tables, everything else is a line of a list. Nothing is left out
and nothing is concluded. The page has no scripts and no links.
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes, moments, references
from mdt.imaging.papers.report_values import Numbers, code, concept, measured, value
from mdt.record.written import in_banner
from mdt.trusts import listing
from mdt.trusts.attributes import attributes as texts

_DEEPEST = 40
_LOWEST_HEADING = 6
_MOST_IMAGES = 200
_TEMPLATES = {
    "1500": "Measurement report",
    "2000": "Basic diagnostic imaging report",
    "2010": "Key object selection",
    "4000": "Mammography CAD",
    "4100": "Chest CAD",
    "5000": "OB-GYN ultrasound",
    "5100": "Vascular ultrasound",
    "5200": "Echocardiography",
    "10001": "Projection X-ray radiation dose",
    "10011": "CT radiation dose",
    "10021": "Radiopharmaceutical radiation dose",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 Arial, sans-serif; margin: 1.5rem 2rem; max-width: 60rem; color: #212b32; background: #fff }}
h1 {{ font-size: 1.6rem; margin: 0.5rem 0 }} h2 {{ font-size: 1.3rem }} h3 {{ font-size: 1.15rem }}
h4, h5, h6 {{ font-size: 1rem }}
h2, h3, h4, h5, h6 {{ margin: 1.25rem 0 0.25rem; line-height: 1.3 }}
section section {{ border-left: 3px solid #d8dde0; padding-left: 0.9rem; margin-left: 0.1rem }}
ul {{ padding-left: 1.25rem; margin: 0.25rem 0 }} li {{ margin: 0.25rem 0 }}
dfn {{ font-style: normal; font-weight: bold }}
.code, .uid {{ color: #4c6272; font-size: 0.8125rem; font-weight: normal }}
.uid {{ overflow-wrap: anywhere }}
dl {{ display: grid; grid-template-columns: fit-content(45%) 1fr; gap: 0.1rem 1rem; margin: 0.5rem 0 1rem }}
dt {{ font-weight: bold }} dd {{ margin: 0 }}
table {{ border-collapse: collapse; margin: 0.5rem 0 }} caption {{ text-align: left; font-weight: bold }}
th, td {{ text-align: left; vertical-align: top; padding: 0.25rem 1rem 0.25rem 0; border-bottom: 1px solid #d8dde0 }}
td.number {{ white-space: nowrap; font-variant-numeric: tabular-nums }}
.warning {{ border-left: 6px solid #ffb81c; padding: 0.25rem 0.75rem; background: #fff9e6 }}
</style></head><body><p>{whose}</p><h1>{heading}</h1>{warning}{facts}{body}</body></html>
"""


def page(dataset: Dataset) -> str:
    """The whole page. All text from the report is escaped."""
    numbers: Numbers = {one["sop"]: index + 1 for index, one in enumerate(images(dataset))}
    content = attributes.items(dataset, "ContentSequence")
    shown = [item for item in content if not _is_context(item)]
    return _PAGE.format(
        title=concept(dataset, plain=True) or "Structured report",
        heading=concept(dataset) or "Structured report",
        whose=escape(_whose(dataset)),
        warning=_warning(dataset),
        facts=_facts(dataset, [item for item in content if _is_context(item)], numbers),
        body=_content(shown, numbers, 0) or "<p>This report has no content.</p>",
    )


def images(dataset: Dataset) -> list[dict[str, Any]]:
    """`series`, `sop` and `frame` of each image the report refers to, once, in the order it does."""
    places = references.evidence(dataset)
    found: dict[str, dict[str, Any]] = {}
    waiting = [dataset]
    while waiting and len(found) < _MOST_IMAGES:
        item = waiting.pop(0)
        if attributes.text(item, "ValueType") == "IMAGE":
            for one in references.images(item, "ReferencedSOPSequence"):
                place = places.get(one["sop"], {}).get("series", "")
                frame = one["frames"][0] if one["frames"] else 1
                found.setdefault(one["sop"], {"series": place, "sop": one["sop"], "frame": frame})
        waiting[:0] = attributes.items(item, "ContentSequence")
    return list(found.values())


def _whose(dataset: Dataset) -> str:
    """The patient as the report itself names them, and the day it was written."""
    said = texts(dataset, [*listing.IDENTITY, "ContentDate"])
    identity = listing.identity(said, whole=True)
    written = listing.day(listing.text(said, "ContentDate"))
    facts = [
        in_banner(identity.family or "", identity.given or "") or "No name",
        f"born {_day(identity.birth_date)}" if identity.birth_date else "",
        f"patient ID {identity.patient_id}" if identity.patient_id else "",
        f"written {_day(written)}" if written else "",
    ]
    return "; ".join(fact for fact in facts if fact)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _warning(dataset: Dataset) -> str:
    """What a reader must know before believing it."""
    said = []
    if attributes.text(dataset, "CompletionFlag") == "PARTIAL":
        why = attributes.text(dataset, "CompletionFlagDescription")
        said.append(f"This report is partial{f': {why}' if why else ''}.")
    if attributes.text(dataset, "PreliminaryFlag") == "PRELIMINARY":
        said.append("This report is preliminary.")
    if attributes.text(dataset, "VerificationFlag") == "UNVERIFIED":
        said.append("Nobody has verified this report.")
    return f'<p class="warning">{escape(" ".join(said))}</p>' if said else ""


def _facts(dataset: Dataset, context: Sequence[Dataset], numbers: Numbers) -> str:
    """Completeness, who verified and who observed, and by which template it was written."""
    found: list[tuple[str, str]] = []
    if flag := attributes.text(dataset, "CompletionFlag"):
        found.append(("Completeness", escape(flag.capitalize())))
    for one in attributes.items(dataset, "VerifyingObserverSequence"):
        when = attributes.text(one, "VerificationDateTime")
        day = listing.day(when[:8])
        parts = [
            moments.person(attributes.text(one, "VerifyingObserverName")),
            attributes.text(one, "VerifyingOrganization"),
            _day(day) if day else "",
        ]
        found.append(("Verified by", escape(", ".join(part for part in parts if part))))
    for one in attributes.items(dataset, "AuthorObserverSequence"):
        who = moments.person(attributes.text(one, "PersonName")) or attributes.text(one, "StationName")
        found.append(("Author", escape(who or attributes.text(one, "ManufacturerModelName"))))
    template = attributes.first(dataset, "ContentTemplateSequence")
    if template is not None and (number := attributes.text(template, "TemplateIdentifier")):
        named = _TEMPLATES.get(number, "Template")
        found.append(("Written as", f'{named} <span class="code">(TID {escape(number)})</span>'))
    for item in context:
        found.append((concept(item) or "Context", value(item, numbers) + _modifiers(item, numbers)))
        for child in attributes.items(item, "ContentSequence"):
            if _is_context(child):
                found.append((concept(child), value(child, numbers)))
    rows = "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in found if said)
    return f"<dl>{rows}</dl>" if rows else ""


def _is_context(item: Dataset) -> bool:
    return attributes.text(item, "RelationshipType") in ("HAS OBS CONTEXT", "HAS ACQ CONTEXT", "HAS CONCEPT MOD")


def _is_modifier(item: Dataset) -> bool:
    return attributes.text(item, "RelationshipType") == "HAS CONCEPT MOD"


def _content(items: Sequence[Dataset], numbers: Numbers, depth: int) -> str:
    """Containers as sections, runs of plain measurements as tables, the rest as lists."""
    if depth > _DEEPEST:
        return "<p>It goes deeper than is shown here.</p>"
    parts: list[str] = []
    lines: list[str] = []
    run: list[Dataset] = []

    def close(*, list_too: bool) -> None:
        if len(run) > 1:
            if lines:
                parts.append(f"<ul>{''.join(lines)}</ul>")
                lines.clear()
            parts.append(_table(run, numbers))
        else:
            lines.extend(_line(item, numbers, depth) for item in run)
        run.clear()
        if list_too and lines:
            parts.append(f"<ul>{''.join(lines)}</ul>")
            lines.clear()

    for item in items:
        if _is_plain_number(item):
            run.append(item)
        elif attributes.text(item, "ValueType") == "CONTAINER":
            close(list_too=True)
            parts.append(_section(item, numbers, depth))
        else:
            close(list_too=False)
            lines.append(_line(item, numbers, depth))
    close(list_too=True)
    return "".join(parts)


def _is_plain_number(item: Dataset) -> bool:
    children = attributes.items(item, "ContentSequence")
    return attributes.text(item, "ValueType") == "NUM" and all(_is_modifier(child) for child in children)


def _table(items: Sequence[Dataset], numbers: Numbers) -> str:
    rows = "".join(
        f'<tr><th scope="row">{concept(item)}{_modifiers(item, numbers)}</th>'
        f'<td class="number">{measured(item)}</td></tr>'
        for item in items
    )
    head = '<tr><th scope="col">Measurement</th><th scope="col">Value</th></tr>'
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _section(item: Dataset, numbers: Numbers, depth: int) -> str:
    children = [child for child in attributes.items(item, "ContentSequence") if not _is_modifier(child)]
    level = min(depth + 2, _LOWEST_HEADING)
    heading = concept(item) or "Without a heading"
    body = _content(children, numbers, depth + 1) or "<p>Nothing is said here.</p>"
    return f"<section><h{level}>{heading}{_modifiers(item, numbers)}</h{level}>{body}</section>"


def _line(item: Dataset, numbers: Numbers, depth: int) -> str:
    name, said = concept(item), value(item, numbers)
    children = [child for child in attributes.items(item, "ContentSequence") if not _is_modifier(child)]
    by_reference = attributes.numbers(item, "ReferencedContentItemIdentifier")
    if by_reference:
        said = f"see item {'.'.join(str(int(number)) for number in by_reference)} of this report"
    text = ": ".join(part for part in (f"<dfn>{name}</dfn>" if name else "", said) if part)
    inner = _content(children, numbers, depth + 1) if children else ""
    return f"<li>{text}{_modifiers(item, numbers)}{inner}</li>" if text or inner else ""


def _modifiers(item: Dataset, numbers: Numbers) -> str:
    """What narrows a concept, e.g. "Finding site: lung", on the line of what it narrows."""
    said = [
        f"{concept(child, plain=True)}: {_modifier(child, numbers)}"
        for child in attributes.items(item, "ContentSequence")
        if _is_modifier(child)
    ]
    return f'<br><span class="code">{"; ".join(said)}</span>' if said else ""


def _modifier(child: Dataset, numbers: Numbers) -> str:
    coded = attributes.first(child, "ConceptCodeSequence")
    return code(coded) if coded is not None else value(child, numbers)
