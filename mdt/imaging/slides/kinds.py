"""Which objects are whole slide images, and which of their images are of the tissue."""

WHOLE_SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"  # VL Whole Slide Microscopy Image Storage
MOST_TILES = 2_000_000  # of one level: a slide of 360,000 x 360,000 pixels in tiles of 256

TISSUE = frozenset({"VOLUME", "THUMBNAIL"})
BESIDE = frozenset({"LABEL", "OVERVIEW"})
