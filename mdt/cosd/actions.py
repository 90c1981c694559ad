"""Say where a team's meetings are counted."""

import re
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound
from mdt.cosd.models import CosdSite
from mdt.people import permissions
from mdt.people.models import Team
from mdt.people.versions import NO_SUCH_TEAM


def set_site(session: Session, *, by: Actor, team_id: str, starts: date, site: str, now: datetime) -> CosdSite:
    """From a day on, also a past one: which site's code (CR3090) the sections of those meetings carry."""
    permissions.require(by, "policy.set", team_id)
    code = "".join(site.split()).upper()
    if not re.fullmatch(r"[A-Z0-9]{5,9}", code):
        raise Invalid("Enter the site’s ODS code: five to nine letters and digits. A trust’s own has only three.")
    if session.get(Team, team_id, with_for_update=True) is None:
        raise NotFound(NO_SUCH_TEAM)
    there = session.scalar(select(CosdSite).where(CosdSite.team_id == team_id, CosdSite.starts == starts))
    row = there or CosdSite(team_id=team_id, starts=starts)
    row.site, row.set_by, row.set_at = code, by.person_id, now
    session.add(row)
    session.flush()
    detail = {"site": code, "starts": starts.isoformat()}
    audit.record(session, by, "cosd.site", f"team:{team_id}", detail=detail, now=now)
    return row
