"""Onto a list that is locked, to the next meeting, to another team: where a case goes, and why."""
