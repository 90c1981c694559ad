"""Sorting a list before its meeting: full discussion, standard of care, or not ready."""
