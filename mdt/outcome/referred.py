"""What a referral says, in the words of the outcome's form: fitness, views, side, stage. Pure rules.

Nobody has agreed to any of it yet: it is suggested to whoever types, and read back to whoever ratifies.
"""

import re
from collections.abc import Mapping
from typing import Any

from mdt.outcome import codes
from mdt.outcome import form as forms
from mdt.outcome.proforma import Proforma
from mdt.referral.fields import BY_NAME

UNKNOWN = "9"  # CR0510: not recorded
NOBODY_ASKED = frozenset({"not known", "unknown", "not asked", "not yet known"})

# A clinical T, N or M, with how it was found before it or nothing: "T3a", "cN1", "mrT2". Where any was found in a
# specimen ("pT3 N1") it is no clinical stage, and none is read.
_OF_A_SPECIMEN = re.compile(r"(?i)(?<![a-z0-9])y?p[tnm]([x0-4]|is)")
_TNM = re.compile(r"(?i)(?<![a-z0-9])(?:c|mr|r|i)?([tnm])([x0-4][a-d]?[12]?(?:mi|sm[123])?|is|a)(?![a-z0-9])")
_TOGETHER = re.compile(r"(?i)(?<=[0-9a-dx])(?=[nm][x0-4])")  # "T3N1M0" is written apart


def said(values: Mapping[str, Any], question: str, proforma: Proforma) -> dict[str, Any]:
    """By field of the proforma; only what it can take as it is. `question` is the case's own."""
    told = {**_discussion(values, question), **_fitness(values), **_views(values), **_people(values)}
    told |= {"side": values.get("laterality"), **_stage(str(values.get("stage") or ""), proforma)}
    return {
        name: value
        for name, value in told.items()
        if name in proforma.by_name and not forms.is_empty(value) and forms.fits(proforma, name, value)
    }


def _discussion(values: Mapping[str, Any], question: str) -> dict[str, Any]:
    parts = [values.get("history") or "", f"Asked: {question}" if question else ""]
    return {"summary": "\n".join(part for part in parts if part)}


def _fitness(values: Mapping[str, Any]) -> dict[str, Any]:
    grade = values.get("comorbidity") or UNKNOWN
    known = "" if grade == UNKNOWN else f"ACE-27: {dict(BY_NAME['comorbidity'].options)[grade].lower()}"
    conditions = " ".join(str(values.get("conditions") or "").split())
    whole = "; ".join(part for part in (known, conditions) if part)
    longest = forms.LONGEST_LINE
    return {
        "ps": values.get("ps"),
        "cfs": values.get("cfs"),
        "comorbidity": whole if len(whole) <= longest or not known else known,
    }


def _views(values: Mapping[str, Any]) -> dict[str, Any]:
    views = str(values.get("views") or "").strip()
    if not views:
        return {}
    if views.rstrip(".").casefold() in NOBODY_ASKED:
        return {"views_known": codes.VIEWS_NOT_KNOWN}
    return {"views_known": codes.VIEWS_KNOWN, "views": views, "views_by": values.get("views_by")}


def _people(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"responsible": values.get("clinician"), "tell_who": values.get("key_worker")}


def _stage(written: str, proforma: Proforma) -> dict[str, Any]:
    """Each letter that the site's form has, where it was written once; FIGO where it is all that was written."""
    if _OF_A_SPECIMEN.search(written):
        return {}
    found: dict[str, set[str]] = {}
    for letter, rest in _TNM.findall(_TOGETHER.sub(" ", written)):
        found.setdefault(f"c{letter.lower()}", set()).add(f"{letter}{rest}".casefold())
    stage = {name: _code(proforma, name, *each) for name, each in found.items() if len(each) == 1}
    figo = _code(proforma, "figo", re.sub(r"(?i)\b(figo|stage)\b", "", written).strip().casefold())
    told = {name: code for name, code in {**stage, "figo": figo}.items() if code}
    return {**told, "staged": "yes"} if "ct" in told else told


def _code(proforma: Proforma, name: str, written: str) -> str | None:
    """The field's code that is spelt so, in any case of letters."""
    field = proforma.by_name.get(name)
    return next((one.code for one in field.codes if one.code.casefold() == written), None) if field else None
