"""Chapter 5, the list: meetings, cases and their agenda."""
