"""A patient's cancer pathway: its dates, each kept apart, and the waiting-time clocks they start and stop."""
