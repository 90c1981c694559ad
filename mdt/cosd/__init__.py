"""Cancer Outcomes and Services Data (COSD v10, DAPB1521): the sections that a meeting produces, and what they lack."""
