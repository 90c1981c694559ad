"""What a trust says when asked again for a study that stands for two people: corrected, gone, or still the same."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.record.findings import hold, holder_of, judge_links
from mdt.record.models import ARCHIVE, Study
from mdt.trusts.source import FoundStudy


def look_again(
    session: Session, *, by: Actor, trust_ods: str, study_uid: str, found: FoundStudy | None, now: datetime
) -> bool:
    """Keep what it says now of this very study (None: it holds it no more), and judge every link to it again.

    True when it no longer says what it did: objects that came before came under another claim.
    """
    study = session.scalar(select(Study).where(Study.study_uid == study_uid).with_for_update())
    if study is None:
        return False
    corrected = False
    if found is not None:
        _, corrected = hold(session, study, trust_ods, found, now)
    elif (holder := holder_of(session, study.id, trust_ods, ARCHIVE)) is not None and holder.gone_at is None:
        holder.gone_at, corrected = now, True
        audit.record(session, by, "holder.gone", f"study:{study.id}", detail={"trust": trust_ods}, now=now)
    judge_links(session, by=by, study_id=study.id, now=now)
    return corrected
