"""Face: a believable region on loopback, with invented people and synthetic imaging."""
