"""Which trusts there are, and whom to ask. Nothing here concerns a patient, so any code may read it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from mdt.trusts.models import Source, Trust


def trusts(session: Session) -> Sequence[Trust]:
    """Every trust, live or not, with its sources, by ODS code."""
    return session.scalars(select(Trust).options(selectinload(Trust.sources)).order_by(Trust.ods)).all()


def live_trusts(session: Session, *, on: date) -> Sequence[Trust]:
    """The trusts to be asked for imaging on that day, with their sources: from `live_from` until `live_until`."""
    return session.scalars(
        select(Trust).where(*_live(on)).options(selectinload(Trust.sources)).order_by(Trust.ods)
    ).all()


def _live(on: date) -> tuple[ColumnElement[bool], ...]:
    return Trust.live_from <= on, or_(Trust.live_until.is_(None), Trust.live_until >= on)


def sources(session: Session) -> Sequence[Source]:
    """Every source with its trust, in order."""
    return session.scalars(
        select(Source).options(selectinload(Source.trust)).order_by(Source.trust_ods, Source.position)
    ).all()


def trust_names(session: Session) -> dict[str, str]:
    """What every trust is called, past ones too, by ODS code."""
    return {ods: name for ods, name in session.execute(select(Trust.ods, Trust.name))}  # noqa: C416 - rows, by their types


def live_names(session: Session, *, on: date) -> dict[str, str]:
    """What the trusts that are to be asked on that day are called, by ODS code and in order of it."""
    rows = session.execute(select(Trust.ods, Trust.name).where(*_live(on)).order_by(Trust.ods))
    return {ods: name for ods, name in rows}  # noqa: C416 - rows, by their types


def senders(session: Session, *, on: date) -> dict[str, str]:
    """The AE titles that trusts which are live on that day send from, and the ODS code of each.

    One that two trusts share names neither, so that nothing is kept as the wrong one's.
    """
    return {ae: ods for ae, (ods, _) in pushers(session, on=on).items()}


def pushers(session: Session, *, on: date) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The same with the networks that each pushes from, where its source says so (`pushes_from`); else from anywhere.

    An AE title is a name that anybody may give; an address inside a private network is harder to take.
    """
    trusts_of: dict[str, set[str]] = {}
    networks: dict[str, list[str]] = {}
    for trust in live_trusts(session, on=on):
        for source in trust.sources:
            if source.kind == "dimse":
                ae = source.settings["ae"]
                trusts_of.setdefault(ae, set()).add(trust.ods)
                networks.setdefault(ae, []).extend(source.settings.get("pushes_from", ()))
    return {ae: (next(iter(found)), tuple(networks[ae])) for ae, found in trusts_of.items() if len(found) == 1}
