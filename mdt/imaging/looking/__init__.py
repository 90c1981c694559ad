"""What there is to look at: a patient's studies, their priors, and how others chose to have them seen."""
