"""Series, instances, packs of frames, and how far each gather has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column

# As they stand in a partial index: a query must say exactly this for it to be used.
NOTABLE = "frames = 0 OR problem IS NOT NULL"
UNFINISHED = "finished_at IS NULL"


class Series(Base):
    """One series of a study. `expected` is the largest count any holder gives; None when nobody says.

    `received`, `frames` and `bytes` are of the instances that are here; `imaging.counts` keeps them right.
    """

    __tablename__ = "series"

    id: Mapped[str] = id_column()
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    series_uid: Mapped[str] = mapped_column(String(64), unique=True)
    modality: Mapped[str] = mapped_column(String(16), default="")
    number: Mapped[int | None]
    description: Mapped[str] = mapped_column(default="")
    body_part: Mapped[str] = mapped_column(default="")
    protocol: Mapped[str] = mapped_column(default="", server_default="")
    laterality: Mapped[str] = mapped_column(String(1), default="", server_default="")  # L, R, or B for both; "": unsaid
    expected: Mapped[int | None]
    gaps: Mapped[list[Any]] = mapped_column(default=list)  # sentences, e.g. "slices 6 to 9 are missing"
    duplicates: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # sentences likewise
    received: Mapped[int] = mapped_column(default=0, server_default="0")
    frames: Mapped[int] = mapped_column(default=0, server_default="0")
    bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    instances: Mapped[list["Instance"]] = relationship(back_populates="series")


class Instance(Base):
    """One DICOM object as received. `sha256` names its bytes in the store; `header` is what looking needs.

    `frames` is how many can be shown; `problem` is a sentence when that is not all of them, or none.
    """

    __tablename__ = "instance"
    __table_args__ = (
        # The few that are no images or have a problem are asked for with every look at a case.
        Index("ix_instance_notable", "series_id", sqlite_where=text(NOTABLE), postgresql_where=text(NOTABLE)),
    )

    id: Mapped[str] = id_column()
    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), index=True)
    sop_uid: Mapped[str] = mapped_column(String(64), unique=True)
    sop_class_uid: Mapped[str] = mapped_column(String(64))
    transfer_syntax_uid: Mapped[str] = mapped_column(String(64))
    number: Mapped[int | None]
    frames: Mapped[int] = mapped_column(default=0, active_history=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)  # what is damaged or gone is found by its name
    bytes: Mapped[int] = mapped_column(BigInteger, active_history=True)
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    received_at: Mapped[datetime]
    header: Mapped[dict[str, Any]]
    problem: Mapped[str | None]

    series: Mapped[Series] = relationship(back_populates="instances")


class Layer(Base):
    """What an object draws over other images. `kind`: mask, contours, marks, capture.

    `about` is what `docs/wire.md` section 1 tells of it; `leaf` names in the store what is drawn, where that is not
    the frames of its own series.
    """

    __tablename__ = "layer"

    id: Mapped[str] = id_column()
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), unique=True)
    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), index=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    about: Mapped[dict[str, Any]]
    leaf: Mapped[str | None] = mapped_column(String(64), index=True)

    instance: Mapped[Instance] = relationship()


class Pack(Base):
    """The frames of a series made for looking. `version` hashes its content: its address never changes meaning."""

    __tablename__ = "pack"

    id: Mapped[str] = id_column()
    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), unique=True)
    version: Mapped[str] = mapped_column(String(64))
    frames: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    built_at: Mapped[datetime]
    lossy: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(String(8), default="frames", server_default="frames")  # or "slide"
    maker: Mapped[int] = mapped_column(server_default="0")  # which way of making frames made it; see `packs.MAKER`


class Gather(Base):
    """One round of asking for one patient: every live trust, or the one `trust_ods` names.

    The row is the truth; the queue is only a hint.
    """

    __tablename__ = "gather"
    __table_args__ = (
        Index(None, "patient_id", "asked_at"),
        # What is still to do is looked for every minute, among all that was ever done.
        Index("ix_gather_unfinished", "asked_at", sqlite_where=text(UNFINISHED), postgresql_where=text(UNFINISHED)),
    )

    id: Mapped[str] = id_column()
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    trust_ods: Mapped[str | None] = mapped_column(String(8))
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    answers: Mapped[list["TrustAnswer"]] = relationship(back_populates="gather", order_by="TrustAnswer.trust_ods")


class TrustAnswer(Base):
    """How one trust answered. `status`: asking, answered, refused, no-answer. Counts are instances for this patient.

    `expected` and `received` say how much of what it holds is here; `moved` and `received_bytes` what came from it in
    this round, between `transfer_began_at` and `last_arrived_at`; `bytes_per_second` is its pace up to the latter.
    """

    __tablename__ = "trust_answer"
    __table_args__ = (UniqueConstraint("gather_id", "trust_ods"),)

    id: Mapped[str] = id_column()
    gather_id: Mapped[str] = mapped_column(ForeignKey("gather.id"))
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    status: Mapped[str] = mapped_column(String(16), default="asking")
    phase: Mapped[str | None] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(default="")
    seconds: Mapped[float | None]
    expected: Mapped[int] = mapped_column(default=0)
    received: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0, server_default="0")
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    bytes_per_second: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    transfer_began_at: Mapped[datetime | None]
    last_arrived_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    gather: Mapped[Gather] = relationship(back_populates="answers")


class Refusal(Base):
    """A file that came and was not taken in, with the sentence that says why; `series_uid` where that is known."""

    __tablename__ = "refusal"

    id: Mapped[str] = id_column()
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    study_id: Mapped[str | None] = mapped_column(ForeignKey("study.id"), index=True)
    series_uid: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str]
    why: Mapped[str]
    at: Mapped[datetime]


class ObjectClash(Base):
    """Another object under the SOP Instance UID of one that is here. `instance` stays; the other is kept and not shown.

    `claimed` is whose the other says it is, as JSON; `differs` names the attributes in which the two differ.
    """

    __tablename__ = "object_clash"
    __table_args__ = (UniqueConstraint("instance_id", "trust_ods", "sha256"),)

    id: Mapped[str] = id_column()
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"))
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    series_uid: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    claimed: Mapped[dict[str, Any]]
    differs: Mapped[list[Any]]
    found_at: Mapped[datetime]

    instance: Mapped[Instance] = relationship()


class Import(Base):
    """A disc, ZIP or folder that somebody brings to a patient's case. The row is the truth; the queue is only a hint.

    `trust_ods` keeps it: the trust of whoever brings it. `files` and `bytes` are what was announced. `done` of `total`
    files on the medium have been looked at, in order; `outcome` groups what became of them:
    `{"what": taken|waits|here|refused|contents, "why", "count", "names"}`.
    """

    __tablename__ = "import"

    id: Mapped[str] = id_column()
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    label: Mapped[str] = mapped_column(String(100))
    files: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    heard_at: Mapped[datetime]  # when something of it last came from the browser
    uploaded_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")  # why nothing of it could be looked at
    remarks: Mapped[list[str]] = mapped_column(default=list)
    outcome: Mapped[list[Any]] = mapped_column(default=list)

    @property
    def state(self) -> str:
        """uploading, waiting, working, done, cancelled."""
        if self.cancelled_at:
            return "cancelled"
        if self.finished_at:
            return "done"
        if self.started_at:
            return "working"
        return "waiting" if self.uploaded_at else "uploading"
