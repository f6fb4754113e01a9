"""How the service and its streams stand: for people, for Prometheus, for OpenTelemetry."""
