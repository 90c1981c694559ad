"""Reading other people's files, in the sandbox: opened, checked, and decoded frame by frame."""
