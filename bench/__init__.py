"""What Scarline does beside what its user would do otherwise, in one run, as ratios."""
