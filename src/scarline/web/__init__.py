"""The HTTP API: what the store shows, who brought it, and taking it back."""
