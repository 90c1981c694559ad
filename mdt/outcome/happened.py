"""What the room's log knows of a case: which series, slides and documents were shown, and what was drawn."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.models import Series
from mdt.live.models import Event, ShownView
from mdt.meeting import queries as meetings
from mdt.outcome import checklist, queries
from mdt.outcome.checklist import DOCUMENTS, SLIDES, Item, Shown


def checklist_of(session: Session, by: Actor, case_id: str) -> list[Item]:
    """A case's checklist as it stands."""
    case = meetings.case(session, by, case_id)
    newest = queries.newest(session, by, case.id)
    return checklist.of(newest.form if newest else {}, shown(session, case.meeting_id, case.id))


def shown(session: Session, meeting_id: str, case_id: str) -> Shown:
    """From the presenter's views as they were kept (a team may keep none), and from the marks of the meeting."""
    kept = select(ShownView.view).where(ShownView.meeting_id == meeting_id, ShownView.case_id == case_id)
    uids = {pane["series"] for view in session.scalars(kept) for pane in view["panes"] if pane}
    known = select(Series.series_uid, Series.modality).where(Series.series_uid.in_(uids))
    modalities = {uid: str(modality) for uid, modality in session.execute(known)}
    marks = select(func.count()).where(
        Event.meeting_id == meeting_id, Event.case_id == case_id, Event.kind == "mark.put"
    )
    slides = sum(modalities.get(uid) in SLIDES for uid in uids)
    documents = sum(modalities.get(uid) in DOCUMENTS for uid in uids)
    return Shown(len(uids) - slides - documents, slides, documents, session.scalar(marks) or 0)
