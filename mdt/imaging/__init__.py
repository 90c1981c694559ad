"""Chapter 4, the pixels: gathering, keeping files as received, and frames made for looking."""
