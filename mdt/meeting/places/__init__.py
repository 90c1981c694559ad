"""In which order cases are discussed, how long each may take, and what of it the booked minutes hold."""
