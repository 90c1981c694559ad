"""Frames made for looking: encoded without loss, described, ordered, and packed series by series."""
