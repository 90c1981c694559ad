"""Face: commands."""
