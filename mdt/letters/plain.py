"""A decision in plain English, from its codes: what a patient reads. Pure."""

from typing import Any

from mdt.outcome import codes
from mdt.outcome.form import is_empty

_TREATMENTS = {  # COSD CR0470
    "01": "an operation",
    "02": "radiotherapy (treatment with X-rays from outside the body)",
    "03": "chemotherapy (medicines that kill cancer cells)",
    "04": "hormone therapy (medicines that lower or block hormones)",
    "05": "care from the palliative care team, who help with symptoms and how you feel",
    "06": "brachytherapy (radiotherapy from inside the body)",
    "07": "biological therapy (medicines that help the body act against the cancer)",
    "10": "another active treatment, which your team will explain",
    "12": "bisphosphonates (medicines that protect the bones)",
    "13": "a cancer medicine, which your team will explain",
    "14": "another kind of radiotherapy, which your team will explain",
}
_AIMS = {  # COSD CR0460
    codes.CURATIVE: "The aim of this treatment is to cure the cancer.",
    codes.NON_CURATIVE: "The aim of this treatment is to control the cancer and help with symptoms, not to cure it.",
}
_NOT_TREATED = {  # COSD CR0490
    "01": "This is what you told us you would prefer.",
    "10": "We will watch the cancer closely with regular checks, and talk to you about treatment if anything changes.",
}
_DECISIONS = {
    codes.INVESTIGATE: "We need more tests before we can recommend a treatment.",
    codes.DEFER: "We could not decide yet, and will talk about your care again at a later meeting.",
    codes.REFER: "We would like another team of specialists to give their advice.",
    codes.TABLED: "Your case was noted at the meeting and was not discussed.",
    codes.NO_ACTION: "No treatment or further test is needed at this time.",
}
_WAITING_FOR = {
    "images": "We are waiting for scans.",
    "report": "We are waiting for the report of a scan.",
    "pathology": "We are waiting for laboratory results.",
    "clinical": "We need some more information from the people who care for you.",
    "specialist": "A specialist whose advice we need could not be there.",
    "time": "There was not enough time in the meeting.",
}


def recommendation(form: dict[str, Any]) -> str:
    """What the meeting decided, in a few short sentences; empty while nothing is."""
    decision = form.get("decision")
    if decision in _DECISIONS:
        waiting = _WAITING_FOR.get(form.get("deferral_reason") or "", "") if decision == codes.DEFER else ""
        return " ".join(filter(None, [_DECISIONS[decision], waiting]))
    plan = [treatment for treatment in form.get("treatments") or [] if treatment["code"] in _TREATMENTS]
    none = any(one["code"] == codes.NO_ACTIVE_TREATMENT for one in form.get("treatments") or [])
    if not plan and not none:
        return ""
    said = _plan(plan)
    without = "We do not recommend treatment against the cancer itself."
    opening = f"{without} We recommend {said}." if none and said else without if none else f"We recommend {said}."
    reason = _NOT_TREATED.get(form.get("no_treatment_reason") or "", "")
    return " ".join(filter(None, [opening, _AIMS.get(form.get("intent") or "", ""), reason]))


def wishes(form: dict[str, Any]) -> str:
    """What the meeting was told that the patient wants, or that it did not know."""
    if form.get("views_known") == codes.VIEWS_NOT_KNOWN:
        return "We did not know your own wishes when we met. Please tell us what matters to you."
    return "" if is_empty(form.get("views")) else "We took into account what you have told us matters to you."


def _plan(plan: list[dict[str, str]]) -> str:
    text = ""
    for treatment in plan:
        joins = " or " if treatment["relation"] == codes.ALTERNATIVE else ", and after that "
        text += (joins if text else "") + _TREATMENTS[treatment["code"]]
    return text
