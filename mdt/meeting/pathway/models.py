"""A pathway's row, every change that was made to it, and the days its tracking list took off a clock."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column
from mdt.meeting.pathway.clock import Adjustment, Dates, Kind, Standard


class Pathway(Base):
    """One cancer pathway of a patient, its dates each in a column of its own; `pathway.fields` says what each means.

    The day an MDT discussed the patient is none of them: that is the meeting's own. `holder_ods` is the trust that
    holds the pathway now. `version` grows with every change.
    """

    __tablename__ = "pathway"

    id: Mapped[str] = id_column()
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default=Kind.ROUTINE.value)
    received: Mapped[date | None]
    upgraded: Mapped[date | None]
    told: Mapped[date | None]
    decided: Mapped[date | None]
    ecad: Mapped[date | None]
    treated: Mapped[date | None]
    ended: Mapped[date | None]
    ended_why: Mapped[str] = mapped_column(String(16), default="")
    holder_ods: Mapped[str | None] = mapped_column(ForeignKey("trust.ods"))
    version: Mapped[int] = mapped_column(default=1)
    begun_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime]

    changes: Mapped[list["PathwayChange"]] = relationship(order_by="PathwayChange.at", viewonly=True)
    adjustments: Mapped[list["PathwayAdjustment"]] = relationship(order_by="PathwayAdjustment.at", viewonly=True)

    @property
    def dates(self) -> Dates:
        """As the clock reads them."""
        taken_off = tuple(Adjustment(Standard(one.standard), one.days, one.why) for one in self.adjustments)
        return Dates(
            Kind(self.kind),
            self.received,
            self.upgraded,
            self.told,
            self.decided,
            self.ecad,
            self.treated,
            self.ended,
            taken_off,
        )


class PathwayChange(Base):
    """One field of a pathway set to something else: by whom, when, and what was there before. Never changed."""

    __tablename__ = "pathway_change"

    id: Mapped[str] = id_column()
    pathway_id: Mapped[str] = mapped_column(ForeignKey("pathway.id"), index=True)
    version: Mapped[int]
    field: Mapped[str] = mapped_column(String(16))
    before: Mapped[str] = mapped_column(default="")
    after: Mapped[str] = mapped_column(default="")
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class PathwayAdjustment(Base):
    """Days the patient tracking list took off one clock, as somebody copied or imported them. Never changed."""

    __tablename__ = "pathway_adjustment"

    id: Mapped[str] = id_column()
    pathway_id: Mapped[str] = mapped_column(ForeignKey("pathway.id"), index=True)
    standard: Mapped[str] = mapped_column(String(2))
    days: Mapped[int]
    why: Mapped[str]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
