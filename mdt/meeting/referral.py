"""What a referral must bring before its patient can be listed."""

from mdt.core.errors import Invalid

VERIFIED = "01"  # COSD CR1350: number present and verified
LONGEST_QUESTION = 1000
LONGEST_PLACE = 120


def require_verified(nhs_number: str, nhs_status: str) -> None:
    """Only a verified NHS number joins imaging across trusts, so only such a patient can be listed."""
    if not nhs_number or nhs_status != VERIFIED:
        raise Invalid("Only a patient with a verified NHS number can be listed; trace the number first.")


def question(text: str) -> str:
    """The clinical question, tidied; a case without one cannot be prepared for."""
    tidy = " ".join(text.split())
    if not tidy:
        raise Invalid("Enter the clinical question: what should the meeting decide?")
    if len(tidy) > LONGEST_QUESTION:
        raise Invalid(f"The clinical question must be {LONGEST_QUESTION} characters or fewer.")
    return tidy


def place(text: str) -> str:
    """Where a meeting sits, tidied; it may be empty."""
    tidy = " ".join(text.split())
    if len(tidy) > LONGEST_PLACE:
        raise Invalid(f"The place must be {LONGEST_PLACE} characters or fewer.")
    return tidy
