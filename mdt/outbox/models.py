"""The outbox: every message with what became of it, every attempt to send it, and what people do not want."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column
from mdt.people.models import Person


class Message(Base):
    """One message to one person. `status`: one of `outbox.states`.

    `key` names what it is about, so that the same thing is never written twice. `parts` are what it says, each
    `{"say": sentence, "path": page of ours}`. `next_at`: when to try (again); `taken_at`: when a worker took it to
    send it; what was taken and never came back is sent again. After `expires_at` nobody needs it any more.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (Index(None, "status", "next_at"), Index(None, "person_id", "made_at"))

    id: Mapped[str] = id_column()
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    subject: Mapped[str]
    parts: Mapped[list[Any]]
    dates: Mapped[list[Any]] = mapped_column(default=list)  # for a calendar, as `outbox.calendar` reads them
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    next_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(default="")  # the last that was said about it

    person: Mapped[Person] = relationship()
    attempts: Mapped[list["Attempt"]] = relationship(back_populates="message", order_by="Attempt.number")


class Attempt(Base):
    """A mark before a message is handed to the mail server, and after. One without an end was cut off in between."""

    __tablename__ = "outbox_attempt"
    __table_args__ = (UniqueConstraint("message_id", "number"),)

    id: Mapped[str] = id_column()
    message_id: Mapped[str] = mapped_column(ForeignKey("outbox_message.id"))
    number: Mapped[int]
    address: Mapped[str] = mapped_column(String(254))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    code: Mapped[int | None]  # what the server answered (RFC 5321 4.2), where it did
    said: Mapped[str] = mapped_column(default="")

    message: Mapped[Message] = relationship(back_populates="attempts")


class SwitchedOff(Base):
    """A kind of message that a person does not want."""

    __tablename__ = "outbox_off"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
