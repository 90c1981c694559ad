"""Where a team's meetings are counted."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdt.core.db import Base, id_column


class CosdSite(Base):
    """From a day on: the ODS code of the site (not the trust) where a team meets, COSD CR3090."""

    __tablename__ = "cosd_site"
    __table_args__ = (UniqueConstraint("team_id", "starts"),)

    id: Mapped[str] = id_column()
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    starts: Mapped[date]
    site: Mapped[str] = mapped_column(String(9))
    set_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
