"""How a patient comes to a team: the referral, what it must bring, and what the team says to it."""
