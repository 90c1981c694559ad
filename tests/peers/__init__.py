"""Real PACS software for tests to talk to, each on free ports and in a folder of its own, ended by its process id."""
