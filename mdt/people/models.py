"""People, the teams they meet in, and what each is there."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column


class Person(Base):
    """Somebody who can sign in. `session_version` grows when their open sessions must end."""

    __tablename__ = "person"

    id: Mapped[str] = id_column()
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str]
    specialty: Mapped[str] = mapped_column(default="")  # e.g. "Radiologist"
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    password_hash: Mapped[str]
    administrator: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    session_version: Mapped[int] = mapped_column(default=1)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="person")


class Team(Base):
    """A multidisciplinary team. `mdt_type` is the four-digit COSD CR3190 code."""

    __tablename__ = "team"

    id: Mapped[str] = id_column()
    name: Mapped[str]
    mdt_type: Mapped[str] = mapped_column(String(4))
    host_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    # Whether what a machine drew over images is shown before somebody switches it on.
    machine_layers: Mapped[bool] = mapped_column(default=True, server_default="1")


class Membership(Base):
    """What a person is in a team, and between which dates (inclusive; no end means still)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("team_id", "person_id"),)

    id: Mapped[str] = id_column()
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))  # one of permissions.ROLES
    starts: Mapped[date]
    ends: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="memberships")
    team: Mapped[Team] = relationship()


class OpenSession(Base):
    """One sign-in, on one browser. It also ends by time (`sessions.is_over`) and with `Person.session_version`."""

    __tablename__ = "open_session"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    session_version: Mapped[int]  # the person's when it began
    how: Mapped[str] = mapped_column(String(16))  # one of open_sessions.WAYS
    browser: Mapped[str] = mapped_column(String(80))  # in words, for its person
    address: Mapped[str] = mapped_column(String(45))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class TotpKey(Base):
    """What a person's authenticator app makes its codes from (RFC 6238). `sealed` is encrypted with our own key."""

    __tablename__ = "totp_key"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    sealed: Mapped[str]
    last_step: Mapped[int]  # of the newest code that was taken: none is taken twice
    made_at: Mapped[datetime]


class Passkey(Base):
    """A WebAuthn credential of a person: its public half. Ids and keys are base64url."""

    __tablename__ = "passkey"

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class ExternalIdentity(Base):
    """Somebody as a provider of sign-ins knows them (`providers`)."""

    __tablename__ = "external_identity"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: Mapped[str] = id_column()
    provider: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    linked_at: Mapped[datetime]


class RecoveryCode(Base):
    """One of the codes a person keeps on paper, for when a second factor is lost. Only its hash; each works once."""

    __tablename__ = "recovery_code"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    used_at: Mapped[datetime | None]


class AccessToken(Base):
    """A bearer token for a program: a person's, to read with, or a trust's, to send with. Only its hash is kept."""

    __tablename__ = "access_token"

    id: Mapped[str] = id_column()
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(16))  # one of tokens.SCOPES
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    trust_ods: Mapped[str | None] = mapped_column(ForeignKey("trust.ods"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class WrongPasswords(Base):
    """Wrong passwords lately, counted under a key that names nobody (a hash of e-mail, address or both)."""

    __tablename__ = "wrong_passwords"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
