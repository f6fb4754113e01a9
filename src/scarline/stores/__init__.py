"""The doors behind which facts stay: one folder for each store."""
