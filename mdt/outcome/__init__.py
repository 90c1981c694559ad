"""Chapter 8, what was decided: the form, its completeness, versions and signature."""
