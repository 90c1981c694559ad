"""Whole slide images (PS3.3 A.32.8): pyramids of tiles, found in what was received and served as they were compressed."""
