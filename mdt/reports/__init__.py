"""What a team's meetings came to: figures by period, each with its cases, and the audit of its standards of care."""
