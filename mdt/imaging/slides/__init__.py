"""Whole slide images (PS3.3 A.32.8): pyramids of tiles, served as they were compressed."""
