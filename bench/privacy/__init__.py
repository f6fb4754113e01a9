"""Redaction beside what one would use otherwise: what leaks, what is lost, and how fast."""
