"""What others drew over images: masks, contours, findings and captures, with who or what made them."""
