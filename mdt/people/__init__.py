"""Chapter 2, who takes part: people, teams, memberships, sign-in and the permission table."""
