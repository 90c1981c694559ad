"""The code lists of an outcome: COSD v10 where it has one, our own where it has none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One answer: what is stored and sent, what the form shows, and how the read-back sentence says it."""

    code: str
    label: str
    said: str


RECOMMEND, INVESTIGATE, DEFER, STANDARD, REFER, NO_ACTION = (
    "recommend",
    "investigate",
    "defer",
    "standard",
    "refer",
    "no-action",
)

DECISIONS = (
    Code(RECOMMEND, "Recommend treatment", "recommend"),
    Code(INVESTIGATE, "Further investigation first", "further investigation first"),
    Code(DEFER, "Defer to a later meeting", "deferred to a later meeting"),
    Code(STANDARD, "Standard of care", "standard of care"),
    Code(REFER, "Refer to another MDT", "refer to another MDT"),
    Code(NO_ACTION, "No action needed", "no action needed"),
)

CURATIVE, NON_CURATIVE, NO_ACTIVE_INTENT, INTENT_UNKNOWN = "C", "Z", "X", "9"

INTENTS = (  # CR0460 Cancer Care Plan Intent
    Code(CURATIVE, "Curative", "curative intent"),
    Code(NON_CURATIVE, "Non-curative", "non-curative intent"),
    Code(NO_ACTIVE_INTENT, "No active treatment", "no active treatment intended"),
    Code(INTENT_UNKNOWN, "Not known", "intent not known"),
)

PALLIATIVE_CARE, NO_ACTIVE_TREATMENT, TREATMENT_UNKNOWN = "05", "11", "99"

TREATMENTS = (  # CR0470 Planned Cancer Treatment Type
    Code("01", "Surgery", "surgery"),
    Code("02", "External beam radiotherapy (not proton)", "external beam radiotherapy"),
    Code("03", "Chemotherapy", "chemotherapy"),
    Code("04", "Hormone therapy", "hormone therapy"),
    Code(PALLIATIVE_CARE, "Specialist palliative care", "specialist palliative care"),
    Code("06", "Brachytherapy", "brachytherapy"),
    Code("07", "Biological therapy", "biological therapy"),
    Code("10", "Other active treatment", "other active treatment"),
    Code(NO_ACTIVE_TREATMENT, "No active treatment", "no active treatment"),
    Code("12", "Bisphosphonates", "bisphosphonates"),
    Code("13", "Anti-cancer drug, other", "another anti-cancer drug"),
    Code("14", "Radiotherapy, other", "other radiotherapy"),
    Code(TREATMENT_UNKNOWN, "Not known", "treatment not known"),
)

NO_TREATMENT_REASONS = (  # CR0490 No Cancer Treatment Reason
    Code("01", "Patient declined treatment", "the patient declined treatment"),
    Code("02", "Unfit: poor performance status", "unfit: poor performance status"),
    Code("03", "Unfit: significant comorbidity", "unfit: significant comorbidity"),
    Code("04", "Unfit: advanced stage cancer", "unfit: advanced stage"),
    Code("05", "Unknown primary site", "unknown primary site"),
    Code("06", "Died before treatment", "died before treatment"),
    Code("07", "No active treatment available", "no active treatment is available"),
    Code("08", "Other", "another reason"),
    Code("10", "Monitoring only", "monitoring only"),
    Code("99", "Not known", "reason not known"),
)

DEFERRAL_REASONS = (
    Code("images", "Images missing", "images are missing"),
    Code("report", "Imaging report missing", "an imaging report is missing"),
    Code("pathology", "Pathology not ready", "pathology is not ready"),
    Code("clinical", "Clinical information missing", "clinical information is missing"),
    Code("specialist", "Specialist absent", "a needed specialist is absent"),
    Code("time", "Out of time", "the meeting ran out of time"),
    Code("patient", "Change in the patient's circumstances", "the patient's circumstances changed"),
)

VIEWS_KNOWN, VIEWS_NOT_KNOWN = "known", "not-known"

VIEWS = (
    Code(VIEWS_KNOWN, "Known", "the patient's views are known"),
    Code(VIEWS_NOT_KNOWN, "Not known", "the patient's views are not known"),
)

SEQUENTIAL, ALTERNATIVE = "sequential", "alternative"

RELATIONS = (  # how a planned treatment stands to the one before it
    Code(SEQUENTIAL, "then", "then"),
    Code(ALTERNATIVE, "or", "or"),
)


def labels(codes: tuple[Code, ...]) -> dict[str, str]:
    return {code.code: code.label for code in codes}
