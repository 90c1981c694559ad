"""Face: C-STORE listener for trusts that push."""
