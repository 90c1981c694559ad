"""Figures as ratios against a named peer, each measured in the same run."""
