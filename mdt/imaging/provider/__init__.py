"""The gathered record as other programs ask for it: found, handed out whole or by frame, as JSON or as pictures."""
