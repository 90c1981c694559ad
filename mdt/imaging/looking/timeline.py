"""The patient's studies as a list to read: who holds each, how much of it is here, and in words what is missing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.among import among
from mdt.imaging.looking import priors
from mdt.imaging.looking.priors import Prior, SeriesSaid, StudySaid
from mdt.imaging.standing import answers, board
from mdt.imaging.standing.board import Held
from mdt.imaging.standing.here import SeriesHere, of_series
from mdt.record import queries as record
from mdt.record.models import ARCHIVE, Holder, Study
from mdt.trusts.names import short
from mdt.trusts.queries import trust_names


@dataclass
class Here:
    """What of one study is here. Counts are of series and of objects; `expected` is what its holders say they have.

    `missing` and `oddities` (nothing is missing, but a reader should know) are in words.
    """

    series: int = 0
    expected: int = 0
    received: int = 0
    complete: bool = True
    missing: list[str] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)
    parts: list[SeriesHere] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One study on the timeline. `trusts` are the ODS codes of those that hold it for this patient.

    `archives` are those which hold it in their own archives; `discs` says what a disc was called that it came from, by
    the trust which imported it. `state` is complete, arriving or incomplete; of an incomplete one, `blame` says who did
    not send what.
    """

    study: Study
    trusts: tuple[str, ...]
    here: Here
    state: str
    blame: tuple[str, ...] = ()
    prior: Prior | None = None
    archives: tuple[str, ...] = ()
    discs: Mapping[str, str] = field(default_factory=dict)


def lines(session: Session, by: Actor, *, team_id: str, patient_id: str) -> list[Line]:
    """Newest first, for somebody who may see the patient through a team that lists them."""
    entries = record.timeline(session, by, team_id=team_id, patient_id=patient_id)
    here = of_studies(session, [entry.study.id for entry in entries])
    asking = answers.of_patients(session, [patient_id])[patient_id]
    names = {ods: short(name) for ods, name in trust_names(session).items()}
    before = priors.priors(said(entry.study, here[entry.study.id], entry.trusts, names) for entry in entries)
    found = []
    for entry in entries:
        study, archives = entry.study, entry.archives  # a disc sends nothing more
        mine = here[study.id]
        state = board.state(mine.complete, may_come=any(asking.may_send(ods) for ods in archives))
        blame = board.who_did_not_send(held(study, archives, mine), asking, names) if state == "incomplete" else ()
        prior = before.get(study.study_uid)
        found.append(Line(study, entry.trusts, mine, state, blame, prior, archives, entry.discs))
    return found


def of_studies(session: Session, study_ids: Collection[str], *, with_unreadable: bool = True) -> dict[str, Here]:
    """How much of each of these studies is here; `oddities` only with what cannot be read."""
    found = {study_id: Here() for study_id in study_ids}
    for study_id, parts in of_series(session, study_ids, with_unreadable=with_unreadable).items():
        for part in parts:
            _add(found[study_id], part)
    most = select(Holder.study_id, func.max(Holder.instances)).group_by(Holder.study_id)
    for study_id, instances in session.execute(most.where(among(Holder.study_id, study_ids))):
        if not found[study_id].series:
            found[study_id].expected, found[study_id].complete = instances or 0, False
    return found


def held(study: Study, trusts: Collection[str], here: Here) -> Held:
    """A study as the board's rule sees it; `trusts` are those that hold it for this patient."""
    archives_last = sorted(study.holders, key=lambda holder: holder.origin == ARCHIVE)
    counts = {holder.trust_ods: holder.instances for holder in archives_last if holder.trust_ods in trusts}
    return Held(study_name(study), here.complete, here.expected, here.received, tuple(here.missing), counts)


def study_name(study: Study) -> str:
    """E.g. "CT chest, 9 March 2026"."""
    day = study.study_date
    what = study.description or "/".join(study.modalities) or "A study without a description"
    return f"{what}, {day.day} {day:%B %Y}" if day else f"{what}, no date"


def said(study: Study, here: Here, trusts: Collection[str], names: dict[str, str]) -> StudySaid:
    """A study as the rule for priors sees it."""
    return StudySaid(
        study_uid=study.study_uid,
        day=study.study_date,
        time=study.study_time,
        description=study.description,
        modalities=tuple(study.modalities),
        trusts=tuple(names[ods] for ods in trusts),
        series=tuple(
            SeriesSaid(row.modality, row.body_part, row.protocol, row.description, row.laterality)
            for row in (part.series for part in here.parts)
        ),
    )


def _add(here: Here, part: SeriesHere) -> None:
    whole = part.whole
    here.series += 1
    here.expected += max(whole.expected or 0, whole.received)
    here.received += whole.received
    here.parts.append(part)
    if not whole.complete:
        here.complete = False
        here.missing.append(f"{part.name}: {', '.join(whole.missing)}")
    here.oddities += [f"{part.name}: {sentence}" for sentence in whole.oddities]
