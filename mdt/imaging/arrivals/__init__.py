"""Taking in what came, asked for or pushed: whose it is, whether it is what it says, and where it waits until then."""
