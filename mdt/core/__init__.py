"""Foundations that know no medicine: errors, actors, time, database, audit, announcements."""
