"""The doors through which facts come in: one folder for each source."""
