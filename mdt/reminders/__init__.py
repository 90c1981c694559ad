"""What waits for whom: shown on the first page, and sent once a day; and lists that are about to close."""
