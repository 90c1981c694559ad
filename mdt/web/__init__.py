"""Face: pages and JSON over HTTP, one blueprint for each chapter."""
