"""A proforma as JSON for the browser, made from the one source: fields, codes, bounds, rules, relations."""

from dataclasses import asdict
from typing import Any

from mdt.outcome import codes, form
from mdt.outcome.proforma import Proforma


def as_json(proforma: Proforma) -> dict[str, Any]:
    """Fields, codes, bounds and the rules of completeness."""
    return {
        "key": proforma.key,
        "title": proforma.title,
        "fields": [asdict(field) for field in proforma.fields],
        "relations": [asdict(code) for code in codes.RELATIONS],
        "rules": [asdict(rule) for rule in proforma.rules],
        "most_actions": form.MOST_ACTIONS,
        "longest_line": form.LONGEST_LINE,
        "longest_action": form.LONGEST_ACTION,
    }
