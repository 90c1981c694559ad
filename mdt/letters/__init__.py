"""Letters that say what a meeting decided: to the GP, to who referred, and in plain English to the patient."""
