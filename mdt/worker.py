"""Face: background jobs (gather, packing) in a process of their own."""
