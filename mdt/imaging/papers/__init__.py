"""What is read rather than looked at, and what others drew: documents, reports, presentation states, key objects."""
