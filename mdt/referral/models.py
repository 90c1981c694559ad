"""A referral with what was typed into it, every step and change, its papers, and what a team's form asks for."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column
from mdt.meeting.models import Case
from mdt.people.models import Team
from mdt.people.versions import OfATeam
from mdt.record.models import Patient


class Referral(Base):
    """A patient put before a team. `state`: one of `referral.states`; `values` by the names of `referral.fields`.

    `revision` grows with every change of a value. `at_once`: the team's own coordinator listed the patient without
    asking anybody. `overridden`: a chair lets it through although something is missing. `form_id` is the version of
    the team's form that it was sent under; none means the usual one.
    """

    __tablename__ = "referral"
    __table_args__ = (Index(None, "team_id", "state"),)

    id: Mapped[str] = id_column()
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    author_name: Mapped[str] = mapped_column(default="")
    author_ods: Mapped[str] = mapped_column(String(8), default="")
    begun_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    form_id: Mapped[str | None] = mapped_column(ForeignKey("referral_form.id"))
    overridden: Mapped[bool] = mapped_column(default=False)
    at_once: Mapped[bool] = mapped_column(default=False)
    apart_reason: Mapped[str] = mapped_column(default="")  # why it is no duplicate of another that is open
    joined_to: Mapped[str | None] = mapped_column(ForeignKey("referral.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("mdt_case.id"), index=True)

    team: Mapped[Team] = relationship()
    patient: Mapped[Patient] = relationship()
    case: Mapped[Case | None] = relationship()
    steps: Mapped[list["ReferralStep"]] = relationship(order_by="ReferralStep.number", viewonly=True)
    files: Mapped[list["ReferralFile"]] = relationship(order_by="ReferralFile.added_at", viewonly=True)


class ReferralStep(Base):
    """A referral came into a state: when, by whom, why, and which fields were missing then. Never changed."""

    __tablename__ = "referral_step"

    id: Mapped[str] = id_column()
    referral_id: Mapped[str] = mapped_column(ForeignKey("referral.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    missing: Mapped[list[str]] = mapped_column(default=list)  # sentences, as they were told


class ReferralChange(Base):
    """One field set to something else: `before` and `after` hold it under "value". Never changed."""

    __tablename__ = "referral_change"
    __table_args__ = (Index(None, "referral_id", "revision"),)

    id: Mapped[str] = id_column()
    referral_id: Mapped[str] = mapped_column(ForeignKey("referral.id"))
    revision: Mapped[int]
    field: Mapped[str] = mapped_column(String(32))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class ReferralFile(Base):
    """A letter or picture that came with a referral; `sha256` names its bytes in the store of papers.

    `kind` is one of `papers.KINDS`, found from its content. One that was taken away keeps its row and its bytes.
    """

    __tablename__ = "referral_file"

    id: Mapped[str] = id_column()
    referral_id: Mapped[str] = mapped_column(ForeignKey("referral.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(8))
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    added_name: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]


class ReferralForm(OfATeam, Base):
    """From a day on: what a team's form asks for. `needs` is one of `fields.NEEDS` by a field's name.

    `own` are the team's own questions: `{"name": "own_1", "label": ..., "need": ...}`.
    """

    __tablename__ = "referral_form"

    needs: Mapped[dict[str, Any]]
    own: Mapped[list[Any]] = mapped_column(default=list)
