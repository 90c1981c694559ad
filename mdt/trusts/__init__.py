"""Chapter 1, where images live: trusts, their sources, and one protocol over three carriers."""
