"""A disc, a ZIP or a folder that somebody brought: what is on it, whose it is, and what became of every file."""
