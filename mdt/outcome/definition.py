"""The form as JSON for the browser, made from the one Python source: fields, codes, bounds, rules, relations."""

import json
from dataclasses import asdict
from functools import cache

from mdt.outcome import codes, form
from mdt.outcome.completeness import RULES


@cache
def as_json() -> bytes:
    """Fields, codes, bounds and the rules of completeness."""
    definition = {
        "fields": [asdict(field) for field in form.FIELDS],
        "relations": [asdict(code) for code in codes.RELATIONS],
        "rules": [asdict(rule) for rule in RULES],
        "most_actions": form.MOST_ACTIONS,
        "longest_line": form.LONGEST_LINE,
        "longest_action": form.LONGEST_ACTION,
    }
    return json.dumps(definition, separators=(",", ":"), ensure_ascii=False).encode()
