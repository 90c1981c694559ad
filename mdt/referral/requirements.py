"""What a team's referral form asks for, in versions with dates."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid
from mdt.people import permissions, versions
from mdt.referral import fields
from mdt.referral.fields import Field
from mdt.referral.models import ReferralForm

Asked = dict[str, tuple[Field, str]]  # by name, in the order of the form: the field, and how much it is needed

MOST_OWN, LONGEST_OWN = 12, 120


def usual() -> dict[str, str]:
    """What is needed where a team has said nothing: the minimum data set."""
    return {field.name: field.need for field in fields.FIELDS}


def asked(form: ReferralForm | None) -> Asked:
    """The fields of a version; of none, the usual ones. A field that came into being since is as it usually is."""
    needs = usual() | (dict(form.needs) if form else {})
    known: Asked = {
        field.name: (field, needs[field.name]) for field in fields.FIELDS if needs[field.name] != fields.OFF
    }
    for own in form.own if form else []:
        if own["need"] == fields.OFF:
            continue
        known[own["name"]] = Field(own["name"], own["label"], fields.LONG, "own", own["need"]), own["need"]
    return known


def in_force(session: Session, team_id: str, at: datetime) -> ReferralForm | None:
    """The version that holds on the day of a moment, by the calendar in London."""
    return versions.on(session, ReferralForm, team_id, in_london(at).date())


def set_form(
    session: Session,
    *,
    by: Actor,
    team_id: str,
    starts: date,
    needs: Mapping[str, str],
    own: Sequence[tuple[str, str]],
    now: datetime,
) -> ReferralForm:
    """A new version from `starts` on; `own` are the team's own questions with their needs, in order.

    What was sent under an earlier one is judged by that one.
    """
    permissions.require(by, "policy.set", team_id)
    whole = usual() | dict(needs)
    if unknown := set(whole) - set(fields.BY_NAME):
        raise Invalid(f"A referral has no field called {min(unknown)[:40]!r}.")
    if any(need not in fields.NEEDS for need in whole.values()) or any(need not in fields.NEEDS for _, need in own):
        raise Invalid("Say of each field whether it is required, asked or left out.")
    if any(whole[name] != fields.REQUIRED for name in fields.ALWAYS):
        raise Invalid("The clinical question is always required: no meeting can prepare a case without one.")
    questions = [(" ".join(label.split()), need) for label, need in own if label.strip()]
    if len(questions) > MOST_OWN or any(len(label) > LONGEST_OWN for label, _ in questions):
        raise Invalid(f"At most {MOST_OWN} questions of your own, each of {LONGEST_OWN} characters or fewer.")
    if len({label.casefold() for label, _ in questions}) < len(questions):
        raise Invalid("Two of your own questions are the same.")
    form = versions.begin(
        session,
        ReferralForm,
        by=by,
        team_id=team_id,
        starts=starts,
        past="A form begins today or later: what was sent before was sent under the one of its day.",
        now=now,
        needs=whole,
        own=_named(versions.history(session, ReferralForm, team_id), questions),
    )
    detail = {
        "form": form.id,
        "starts": starts.isoformat(),
        "required": sum(n == fields.REQUIRED for n in whole.values()),
    }
    audit.record(session, by, "referral-form.set", f"team:{team_id}", detail=detail, now=now)
    return form


def _named(earlier: Sequence[ReferralForm], questions: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """A question that is asked again keeps its name, so that its answers stay with it; no name is used for another."""
    names = {own["label"].casefold(): own["name"] for form in reversed(earlier) for own in form.own}
    last = max((int(name.removeprefix("own_")) for name in names.values()), default=0)
    named = []
    for label, need in questions:
        if label.casefold() not in names:
            last += 1
            names[label.casefold()] = f"own_{last}"
        named.append({"name": names[label.casefold()], "label": label, "need": need})
    return named
