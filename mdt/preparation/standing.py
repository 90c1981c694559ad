"""How far the cases of a meeting have come besides their images: read for all of them at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.clock import in_london
from mdt.imaging.looking.reported import with_reports
from mdt.imaging.looking.timeline import study_name
from mdt.meeting import policies, states
from mdt.meeting.models import Case, Meeting
from mdt.meeting.places import coming
from mdt.meeting.quorum import Somebody
from mdt.meeting.triage.queries import newest
from mdt.people.queries import members_of
from mdt.preparation import aspects, disciplines, reports, reviews
from mdt.preparation.aspects import Aspect, Lack
from mdt.record.clashes import STRONG
from mdt.record.models import Link, Study
from mdt.referral import gate, requirements
from mdt.referral import queries as referred
from mdt.referral.models import Referral, ReferralForm
from mdt.trusts.names import short
from mdt.trusts.queries import trust_names


@dataclass(frozen=True)
class Standing:
    """The cases of one meeting, each with its aspects; and the people its whole agenda waits for."""

    cases: Mapping[str, tuple[Aspect, ...]]
    people: Aspect

    def lacks(self, case_id: str) -> list[Lack]:
        return [lack for aspect in self.cases.get(case_id, ()) for lack in aspect.lacks]

    def missing(self, case_id: str) -> list[str]:
        """What is not ready, in words."""
        return [aspect.label.lower() for aspect in self.cases[case_id] if not aspect.is_ready]


def of_meeting(session: Session, meeting: Meeting, now: datetime) -> Standing:
    """What its cases that are still to be dealt with lack. The caller sees the meeting with its cases."""
    return of_cases(session, meeting, [case for case in meeting.cases if case.status in states.BEFORE], now)


def of_cases(session: Session, meeting: Meeting, cases: Sequence[Case], now: datetime) -> Standing:
    """The same of some of its cases; as many queries however many there are."""
    day = in_london(meeting.starts_at).date()
    studies = reviews.studies_of(session, {case.patient_id for case in cases})
    ids = {one.id for mine in studies.values() for one in mine}
    written, stated = with_reports(session, ids), reports.stated(session, [case.id for case in cases])
    trusts = {ods: short(name) for ods, name in trust_names(session).items()}
    names, owners = (
        {one.id: study_name(one) for mine in studies.values() for one in mine},
        _holders(session, ids, trusts),
    )
    done, papers = reviews.in_force(session, [case.id for case in cases]), _referrals(session, cases, now)
    team = [Somebody(one.id, one.name, one.specialty) for one in members_of(session, meeting.team_id, day)]
    comes = coming.said(session, meeting.id)
    triages = newest(session, [case.id for case in cases])
    held = policies.in_force(session, meeting.team_id, meeting.starts_at)
    found = {}
    for case in cases:
        mine: list[Study] = studies.get(case.patient_id, [])
        triage, paper = triages.get(case.id), papers.get(case.id)
        needs = list(triage.needs) if triage else []
        rows = paper.rows if paper else []
        needed = case.kind in aspects.NEEDS_TISSUE or disciplines.PATHOLOGY in map(disciplines.of_specialty, needs)
        seen = {study_id for case_id, study_id in done if case_id == case.id}
        words = {study_id: one.by_name for (case_id, study_id), one in stated.items() if case_id == case.id}
        found[case.id] = (
            aspects.reports(mine, written, words, owners, meets=day, names=names),
            aspects.reviews(mine, seen),
            aspects.pathology(rows, mine, written, trusts, needed=needed),
            *([aspects.referral(paper.author, paper.at_once, paper.missing)] if paper else []),
            *([aspects.people(aspects.needed_roles(needs), team, comes)] if needs else []),
        )
    return Standing(found, aspects.people(held.roles if held else [], team, comes))


@dataclass(frozen=True)
class _Paper:
    author: str
    at_once: bool
    missing: list[str]
    rows: list[dict[str, str]]


def _referrals(session: Session, cases: Sequence[Case], now: datetime) -> dict[str, _Paper]:
    """What each case was referred with, judged as it is now by the form it was sent under."""
    found = referred.of_cases(session, [case.id for case in cases])
    ids = {one.form_id for one in found.values() if one.form_id}
    forms = {one.id: one for one in session.scalars(select(ReferralForm).where(ReferralForm.id.in_(ids)))}
    today = in_london(now).date()
    return {case_id: _paper(one, forms.get(one.form_id or ""), today) for case_id, one in found.items()}


def _paper(one: Referral, form: ReferralForm | None, today: date) -> _Paper:
    asked = requirements.asked(form)
    lacks = gate.lacks(one.values, asked, today)
    labels = dict.fromkeys(asked[it.field][0].label if it.field in asked else it.sentence for it in lacks)
    return _Paper(one.author_name or "the team", one.at_once, list(labels), one.values.get("pathology") or [])


def _holders(session: Session, study_ids: Collection[str], trusts: Mapping[str, str]) -> dict[str, str]:
    """By study, the trusts that hold it, in words."""
    held: dict[str, list[str]] = defaultdict(list)
    linked = select(Link.study_id, Link.trust_ods).where(Link.study_id.in_(study_ids), Link.status.in_(STRONG))
    for study_id, ods in session.execute(linked.distinct().order_by(Link.trust_ods)):
        held[study_id].append(trusts[ods])
    return {study_id: " or ".join(names) for study_id, names in held.items()}
