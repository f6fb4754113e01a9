"""Integration flows by HTTP: what shows, what callers tell, what changed."""
