"""Chapter 7, preparation: scenes, reviews, opinions before the meeting, and what differs from the first report."""
