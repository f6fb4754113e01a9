"""Jobs by HTTP: a scheduler, or the service itself, has a stream pulled."""
