"""Meetings that recur: a team's rule, the days it skips, and the meetings made ahead by it."""
