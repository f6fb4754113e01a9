"""Metric points by HTTP: which series there are, and one of them as it is drawn."""
