"""Trusts come and go, merge and are renamed: they are data with dates, never constants."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column


class Trust(Base):
    """An NHS trust by its ODS code. Asked for imaging from `live_from` until `live_until`."""

    __tablename__ = "trust"

    ods: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str]
    live_from: Mapped[date]
    live_until: Mapped[date | None]
    successor_ods: Mapped[str | None] = mapped_column(String(8))

    sources: Mapped[list["Source"]] = relationship(
        back_populates="trust", order_by="Source.position", cascade="all, delete-orphan"
    )


class Source(Base):
    """One way into a trust's imaging. `settings` holds what its carrier needs; secrets are named, not kept, in it."""

    __tablename__ = "source"

    id: Mapped[str] = id_column()
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(16))  # dimse | dicomweb | folder
    settings: Mapped[dict[str, Any]]
    proved_at: Mapped[datetime | None]
    proof: Mapped[dict[str, Any] | None]

    trust: Mapped[Trust] = relationship(back_populates="sources")
