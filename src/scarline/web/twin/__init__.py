"""The digital twin by HTTP: systems with their places, and the flows between them."""
