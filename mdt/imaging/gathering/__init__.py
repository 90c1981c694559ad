"""Bringing a patient's imaging from every trust: what to ask, what to bring, from whom, and how far it has come."""
