"""Reading trusts."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.trusts.models import Trust


def trust_names(session: Session) -> dict[str, str]:
    """What every trust is called, past ones too, by ODS code."""
    return {trust.ods: trust.name for trust in session.scalars(select(Trust))}
