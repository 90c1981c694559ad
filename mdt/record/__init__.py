"""Chapter 3, one patient across many trusts: identity, studies, holders and the timeline."""
