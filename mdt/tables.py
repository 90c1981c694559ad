"""Every table, in one import, for those who need the whole metadata (migrations)."""

import mdt.cosd.models
import mdt.imaging.models
import mdt.imaging.standing.kept
import mdt.letters.models
import mdt.live.models
import mdt.meeting.imaging_then
import mdt.meeting.models
import mdt.meeting.moving.models
import mdt.meeting.pathway.models
import mdt.meeting.places.models
import mdt.meeting.series.models
import mdt.meeting.triage.guards
import mdt.meeting.triage.models
import mdt.outbox.models
import mdt.outcome.guards
import mdt.outcome.models
import mdt.people.models
import mdt.preparation.models
import mdt.record.models
import mdt.referral.models
import mdt.reminders.models
import mdt.reports.models
import mdt.trusts.models  # noqa: F401
from mdt.core.audit import AuditEntry  # noqa: F401
from mdt.core.db import Base

METADATA = Base.metadata
